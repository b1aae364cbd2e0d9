import Foundation
import Testing

extension EndToEnd {
    /// `action.yml`, held against the command line, and its steps run as a runner runs them, against a real origin.
    @Suite(.enabled(if: Tools.available(Tools.python), "make test installs the Python environment")) struct GitHubActionTests {
        static let file = Skerry.repository + "/action.yml"
        static let program = Skerry.repository + "/Tests/EndToEndTests/Clients/github_action.py"
        /// What is the action's own, and no option.
        static let ownInputs: Set = ["folder", "comment", "github-token", "skerry"]
        /// Options that make no sense there: outputs are files already, and GitLab's are not read.
        static let leftOut: Set = ["json", "dotenv-file", "help", "version"]

        private func action(_ site: DeployPlace, _ inputs: [String], environment more: [String: String] = [:]) throws -> Finished {
            let place = site.place
            try FileManager.default.createDirectory(atPath: place.path("temp"), withIntermediateDirectories: true)
            let environment = site.environment.merging([
                "GITHUB_ACTIONS": "true", "RUNNER_TEMP": place.path("temp"), "GITHUB_REF": "refs/pull/12/merge", "GITHUB_REPOSITORY": "owner/name",
            ]) { $1 }
            return try place.run(
                Tools.python, ["-B", Self.program, Self.file, "run"] + inputs, environment: environment.merging(more) { $1 },
                directory: place.folder, seconds: 120)
        }

        @Test func `inputs are the options of skerry deploy, and no input is part of a script's text`() throws {
            try Workplace.with { place in
                let described = try place.run(Tools.python, ["-B", Self.program, Self.file, "describe"])
                let action = try #require(try JSONSerialization.jsonObject(with: Data(described.output.utf8)) as? [String: Any], "\(described)")
                let inputs = Set(try #require(action["inputs"] as? [String]))
                let help = try place.skerry("deploy", "--help").output
                let options = Set(help.matches(of: /(?m)^  (?:-h, )?--([a-z-]+)/).map { String($0.1) })
                #expect(options.contains("site") && options.contains("delete"), "\(help)")
                #expect(inputs.subtracting(Self.ownInputs) == options.subtracting(Self.leftOut))
                for script in try #require(action["scripts"] as? [String]) { #expect(!script.contains("${{"), "\(script)") }
                // Every input reaches some step.
                let values = try #require(action["environments"] as? [[String: String]]).flatMap(\.values)
                for input in inputs { #expect(values.contains("${{ inputs.\(input) }}"), "\(input) is not passed on") }
            }
        }

        @Test func `the workflows of the documentation use inputs, commands and options that there are`() throws {
            try Workplace.with { place in
                func read(_ arguments: String...) throws -> [String: Any] {
                    let run = try place.run(Tools.python, ["-B", Self.program, Self.file] + arguments)
                    return try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any], "\(run)")
                }
                let inputs = Set(try #require(try read("describe")["inputs"] as? [String]))
                let page = try read("documented", Skerry.repository + "/docs/deploys.md")
                let uses = try #require(page["uses"] as? [[String]])
                #expect(uses.count == 2)
                for use in uses { #expect(use.contains("folder") && inputs.isSuperset(of: use), "\(use)") }
                let commands = try #require(page["commands"] as? [String])
                #expect(commands.count == 3)
                for command in commands {
                    let words = command.split(separator: " ").map(String.init)
                    let help = try place.skerry(words[1], "--help")
                    #expect(help.succeeded, "\(command)")
                    for option in words where option.hasPrefix("--") { #expect(help.output.contains("\n  \(option) "), "\(command): \(option)") }
                }
            }
        }

        @Test func `a run deploys, its outputs are those of the command, and the comment is replaced by the next run`() throws {
            try Workplace.with { place in
                let site = try DeployPlace(place)
                try site.write(["index.html": "one", "docs/about.html": "about"])
                // Stands for GitHub's own client: keeps what is sent, and knows one comment once there is one.
                try place.write(
                    """
                    #!/bin/bash
                    echo "$GH_TOKEN $marker $*" >>"\(place.path("gh.log"))"
                    case "$*" in
                      *--paginate*) if [[ -e "\(place.path("comment"))" ]]; then echo 77; fi ;;
                      *) all=$*; cp "${all##*body=@}" "\(place.path("comment"))" ;;
                    esac
                    """, to: "bin/gh")
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place.path("bin/gh"))
                let path = ["PATH": place.path("bin") + ":" + Tools.path]
                let inputs = ["folder=public", "site=hello", "alias=auto", "ttl=7d", "comment=12", "skerry=" + Skerry.binary, "edge-url=https://preview.example.org"]
                let first = try action(site, inputs, environment: path)
                #expect(first.succeeded, "\(first)")
                let outputs = try #require(try JSONSerialization.jsonObject(with: Data(first.output.utf8)) as? [String: String], "\(first)")
                let id = try #require(outputs["deploy-id"])
                #expect(outputs["url"] == "https://\(id)--hello.preview.example.org/")
                #expect(outputs["alias-url"] == "https://pr-12--hello.preview.example.org/")
                #expect(outputs["files-uploaded"] == "2" && outputs["reused"] == "0" && outputs["alias"] == "pr-12")
                #expect(outputs["expires-at"]?.isEmpty == false && outputs["manifest-digest"]?.hasPrefix(id) == true)
                #expect(String(decoding: try place.read("temp/summary-1"), as: UTF8.self).hasPrefix("### Deployed hello\n"))
                #expect(try site.document("sites/hello/aliases/pr-12")["deploy"] as? String == id)

                try site.write(["index.html": "two", "docs/about.html": "about"])
                let second = try action(site, inputs, environment: path)
                #expect(second.succeeded && second.output.contains(#""files-uploaded": "1""#), "\(second)")
                let calls = String(decoding: try place.read("gh.log"), as: UTF8.self).split(separator: "\n").map(String.init)
                let start = "token-of-the-job <!-- skerry-deploy hello --> api "
                try #require(calls.count == 4, "\(calls)")
                #expect(calls.allSatisfy { $0.hasPrefix(start) }, "\(calls)")
                #expect(calls[1].contains("--method POST repos/owner/name/issues/12/comments "))
                #expect(calls[3].contains("--method PATCH repos/owner/name/issues/comments/77 "))
                #expect(String(decoding: try place.read("comment"), as: UTF8.self).contains("https://pr-12--hello.preview.example.org/"))
            }
        }

        @Test func `what is wrong ends the run before anything is sent, also text that means to be a command`() throws {
            try Workplace.with { place in
                let site = try DeployPlace(place)
                try site.write(["index.html": "one"])
                let base = ["folder=public", "site=hello", "skerry=" + Skerry.binary]
                for (inputs, code, message) in [
                    (base + ["spa=yes"], 2, "::error title=skerry deploy::spa: expected true or false"),
                    (base + ["comment=12; touch x"], 2, "::error title=skerry deploy::comment: expected the number"),
                    (base + ["alias=$(touch ran)`touch ran`", "ttl=soon"], 2, "--ttl soon: expected"),
                    (["folder=nowhere", "site=hello", "skerry=" + Skerry.binary], 1, "nowhere is no folder"),
                    (["folder=--mode", "site=hello", "skerry=" + Skerry.binary], 1, "--mode is no folder"),
                    (["folder=public", "site=hello", "skerry=" + place.path("missing")], 1, "is no program"),
                ] as [([String], Int32, String)] {
                    let run = try action(site, inputs)
                    #expect(run.status == .code(code) && run.errors.contains(message), "\(run)")
                }
                #expect(try site.keys() == [])
                #expect(!FileManager.default.fileExists(atPath: place.path("ran")))
            }
        }
    }
}
