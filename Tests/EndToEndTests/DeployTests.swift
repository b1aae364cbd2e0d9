import Foundation
import Glibc
import Testing

/// A folder's deploys against a running origin.
struct DeployPlace {
    let place: Workplace
    let origin: Origin
    static let bucket = "deploys"

    /// In a bucket of our origin, unless it is to be another S3.
    init(_ place: Workplace, origin other: Origin? = nil) throws {
        self.place = place
        origin = try other ?? place.startOrigin()
        try origin.s3.makeBucket(Self.bucket)
    }

    var environment: [String: String] {
        [
            "AWS_ACCESS_KEY_ID": origin.credentials.accessKeyID, "AWS_SECRET_ACCESS_KEY": origin.credentials.secretAccessKey,
            "AWS_ENDPOINT_URL": origin.url, "SKERRY_BUCKET": Self.bucket,
        ]
    }

    /// Writes the files of a folder, in place of what was there.
    func write(_ files: [String: String], to folder: String = "public") throws {
        try? FileManager.default.removeItem(atPath: place.path(folder))
        for (name, text) in files { try place.write(text, to: folder + "/" + name) }
    }

    func run(_ arguments: String..., environment more: [String: String] = [:], seconds: Double = 60) throws -> Finished {
        try place.run(Skerry.binary, arguments, environment: environment.merging(more) { $1 }, directory: place.folder, seconds: seconds)
    }

    /// A command's one JSON value.
    func json(_ arguments: [String], environment more: [String: String] = [:]) throws -> Any {
        let run = try place.run(
            Skerry.binary, arguments + ["--json"], environment: environment.merging(more) { $1 }, directory: place.folder)
        guard run.succeeded else { throw HarnessError("\(run)") }
        return try JSONSerialization.jsonObject(with: Data(run.output.utf8))
    }

    func object(_ arguments: String...) throws -> [String: Any] {
        guard let object = try json(arguments) as? [String: Any] else { throw HarnessError("\(arguments): no object") }
        return object
    }

    func list(_ arguments: String...) throws -> [[String: Any]] {
        guard let list = try json(arguments) as? [[String: Any]] else { throw HarnessError("\(arguments): no list") }
        return list
    }

    /// All keys of the bucket, however many.
    func keys(_ prefix: String = "") throws -> [String] {
        var keys: [String] = []
        while true {
            let after = keys.last.map { "&start-after=\($0.split(separator: "/").joined(separator: "%2F"))" } ?? ""
            let text = try origin.s3.must(
                "GET", "/\(Self.bucket)", query: "list-type=2&prefix=\(prefix.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "%2F"))\(after)"
            ).text
            let page = text.matches(of: /<Key>([^<]*)<\/Key>/).map { String($0.1) }
            keys += page
            if page.count < 1000 { return keys }
        }
    }

    func document(_ key: String) throws -> [String: Any] {
        let text = try origin.s3.must("GET", "/\(Self.bucket)/\(key)").text
        return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    }

    /// What must be true at every moment: aliases lead to manifests, and those to blobs that are there.
    func requireWhole(_ story: String) throws {
        let keys = Set(try keys())
        for key in keys where key.contains("/aliases/") {
            let site = key.split(separator: "/")[1]
            let id = try document(key)["deploy"] as? String ?? ""
            #expect(keys.contains("sites/\(site)/deploys/\(id)"), "\(story): \(key) leads to \(id), which is not there")
        }
        for key in keys where key.contains("/deploys/") {
            let files = try document(key)["files"] as? [String: [String: Any]] ?? [:]
            #expect(!files.isEmpty, "\(story): \(key) has no files")
            for (path, file) in files {
                let hash = file["sha256"] as? String ?? ""
                #expect(keys.contains("blobs/\(hash)"), "\(story): \(key) lacks the content of \(path)")
            }
        }
    }
}

extension EndToEnd {
    /// `skerry deploy` and what follows, against the real origin.
    @Suite struct DeployTests {
        @Test func `one changed page is one uploaded blob, and a rollback brings the old one back`() throws {
            try Workplace.with { place in
                let site = try DeployPlace(place)
                try site.write(["index.html": "one", "about.html": "about", "css/a.css": "a{}", "_headers": "/*\n  X-Frame-Options: DENY\n"])
                let first = try site.object("deploy", "public", "--site", "hello", "--alias", "prod")
                #expect(first["files_uploaded"] as? Int == 3)
                #expect(first["alias_url"] as? String == "http://hello.localhost:8080/")
                let one = try #require(first["deploy_id"] as? String)
                #expect(first["url"] as? String == "http://\(one)--hello.localhost:8080/")
                try site.write(["index.html": "two", "about.html": "about", "css/a.css": "a{}", "_headers": "/*\n  X-Frame-Options: DENY\n"])
                let second = try site.object("deploy", "public", "--site", "hello", "--alias", "prod")
                #expect(second["files_uploaded"] as? Int == 1)
                #expect(second["reused"] as? Int == 2)
                #expect(second["previous_deploy_id"] as? String == one)
                let two = try #require(second["deploy_id"] as? String)
                #expect(try site.document("sites/hello/aliases/prod")["deploy"] as? String == two)
                #expect(try site.keys("blobs/").count == 4)

                let again = try site.object("deploy", "public", "--site", "hello", "--alias", "prod")
                #expect(again["files_uploaded"] as? Int == 0)
                #expect(again["existed"] as? Bool == true)

                let difference = try site.object("diff", one, "prod", "--site", "hello")
                #expect(difference["changed"] as? [String] == ["index.html"])
                let back = try site.run("rollback", "--site", "hello")
                #expect(back.succeeded && back.output == "prod \(one)\n", "\(back)")
                #expect(try site.document("sites/hello/aliases/prod")["deploy"] as? String == one)
                let promoted = try site.run("promote", String(two.prefix(7)), "--site", "hello", "--alias", "feature/x")
                #expect(promoted.succeeded, "\(promoted)")
                let deploys = try site.list("deploys", "list", "--site", "hello")
                #expect(Set(deploys.compactMap { $0["deploy_id"] as? String }) == [one, two])
                let aliases = try site.list("aliases", "list", "--site", "hello").compactMap { $0["alias"] as? String }
                #expect(aliases.count == 2 && aliases.last == "prod" && aliases.first?.hasPrefix("feature-x-") == true)
                #expect(try site.keys("leases/") == [])
                try site.requireWhole("at the end")
            }
        }

        @Test func `a preview ends with its time, and garbage collection takes what nothing needs`() throws {
            try Workplace.with { place in
                let site = try DeployPlace(place)
                try site.write(["index.html": "production"])
                _ = try site.object("deploy", "public", "--site", "hello", "--alias", "prod")
                try site.write(["index.html": "preview", "big.bin": String(repeating: "0123456789", count: 1_800_000)])
                let preview = try site.object("deploy", "public", "--site", "hello", "--alias", "pr-12", "--ttl", "60s")
                #expect(preview["expires_at"] as? String != nil)
                #expect(preview["bytes_uploaded"] as? Int == 18_000_007)
                try site.write(["index.html": "surplus"])
                _ = try site.object("deploy", "public", "--site", "other")
                let dry = try site.object("gc", "--keep-last", "0", "--grace", "0s", "--dry-run")
                #expect((dry["removed"] as? [Any])?.count == 1)
                #expect(try site.keys("blobs/").count == 4)
                let done = try site.object("gc", "--keep-last", "0", "--grace", "0s")
                #expect(done["deleted_blobs"] as? Int == 1)
                #expect(done["busy"] as? Bool == false)
                #expect(try site.keys("blobs/").count == 3)
                #expect(try site.run("remove", "--alias", "pr-12", "--site", "hello").succeeded)
                let id = try #require(preview["deploy_id"] as? String)
                #expect(try site.run("remove", id, "--site", "hello").succeeded)
                #expect(try site.object("gc", "--grace", "0s")["deleted_blobs"] as? Int == 2)
                try site.requireWhole("at the end")
                #expect(try site.keys("collection/lock") == [])
            }
        }

        @Test func `killed at any moment, a deploy leaves aliases that lead to whole deploys`() throws {
            try Workplace.with { place in
                let site = try DeployPlace(place)
                var numbers = SystemRandomNumberGenerator()
                let seed = UInt64.random(in: 1...UInt64.max, using: &numbers)
                var state = seed
                func next(_ bound: UInt64) -> UInt64 {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return (state >> 33) % bound
                }
                func files(_ version: Int) -> [String: String] {
                    var files = ["index.html": "version \(version)"]
                    for number in 0..<60 { files["p/\(number).html"] = "page \(number) of \(number % 3 == 0 ? version : 0)" }
                    return files
                }
                try site.write(files(0))
                _ = try site.object("deploy", "public", "--site", "hello", "--alias", "prod")
                var killed = 0
                for version in 1...50 {
                    try site.write(files(version))
                    let process = try place.start(
                        Skerry.binary, ["deploy", "public", "--site", "hello", "--alias", "prod"],
                        environment: place.environment(site.environment), directory: place.folder, name: "skerry deploy")
                    if process.waitForExit(seconds: Double(next(400)) / 1000) == nil {
                        process.send(SIGKILL)
                        if process.waitForExit(seconds: 10) == .signal(SIGKILL) { killed += 1 }
                    }
                    if version % 10 == 0 { try site.requireWhole("seed \(seed), version \(version)") }
                }
                #expect(killed > 0, "seed \(seed): nothing was killed")
                let last = try site.object("deploy", "public", "--site", "hello", "--alias", "prod")
                #expect(try site.document("sites/hello/aliases/prod")["deploy"] as? String == last["deploy_id"] as? String)
                try site.requireWhole("seed \(seed), after the last")
            }
        }

        @Test func `deploys to one alias and two collections at once do not disturb each other`() throws {
            try Workplace.with { place in
                let site = try DeployPlace(place)
                for round in 0..<3 {
                    var processes: [ChildProcess] = []
                    for worker in 0..<4 {
                        try site.write(["index.html": "round \(round), worker \(worker)", "same.css": "a{}"], to: "public-\(worker)")
                        processes.append(
                            try place.start(
                                Skerry.binary, ["deploy", "public-\(worker)", "--site", "hello", "--alias", "prod", "--json"],
                                environment: place.environment(site.environment), directory: place.folder, name: "deploy \(worker)"))
                    }
                    for worker in 0..<2 {
                        processes.append(
                            try place.start(
                                Skerry.binary, ["gc", "--keep-last", "0", "--keep-earlier", "0", "--grace", "0s"],
                                environment: place.environment(site.environment), directory: place.folder, name: "gc \(worker)"))
                    }
                    for process in processes {
                        #expect(process.waitForExit(seconds: 60) == .code(0), "\(process.story)")
                    }
                    try site.requireWhole("round \(round)")
                }
                let history = try site.document("sites/hello/aliases/prod")["history"] as? [Any]
                #expect(history?.count == 12)
            }
        }

        @Test func `GitHub's and GitLab's files are written, and standard output stays JSON`() throws {
            try Workplace.with { place in
                let site = try DeployPlace(place)
                try site.write(["index.html": "hi", "_redirects": "/a /gone\n"])
                try place.write("first=1\n", to: "output")
                let run = try site.run(
                    "deploy", "public", "--site", "hello", "--alias", "auto", "--ttl", "7d", "--json", "--comment-file", "comment.md",
                    environment: [
                        "GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": place.path("output"), "GITHUB_STEP_SUMMARY": place.path("summary"),
                        "GITHUB_REF": "refs/pull/12/merge", "GITHUB_HEAD_REF": "feature", "GITHUB_SHA": "0123456789abcdef0123", "GITHUB_ACTOR": "alice",
                    ])
                #expect(run.succeeded, "\(run)")
                let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
                let id = try #require(report["deploy_id"] as? String)
                #expect(report["alias"] as? String == "pr-12")
                #expect(run.errors.contains("::warning file=public/_redirects,line=1,title=skerry deploy::leads to /gone, where there is nothing"))
                let output = String(decoding: try place.read("output"), as: UTF8.self)
                #expect(output.hasPrefix("first=1\nurl=http://\(id)--hello.localhost:8080/\nalias-url=http://pr-12--hello.localhost:8080/\n"))
                #expect(output.contains("\nfiles-uploaded=1\n"))
                #expect(String(decoding: try place.read("summary"), as: UTF8.self).contains("<http://pr-12--hello.localhost:8080/>"))
                #expect(String(decoding: try place.read("comment.md"), as: UTF8.self).hasPrefix("<!-- skerry-deploy hello -->\n"))
                let gitlab = try site.run(
                    "deploy", "public", "--site", "hello", "--alias", "auto", "--dotenv-file", "deploy.env",
                    environment: ["GITLAB_CI": "true", "CI_COMMIT_REF_NAME": "Feature/x"])
                #expect(gitlab.succeeded, "\(gitlab)")
                let dotenv = String(decoding: try place.read("deploy.env"), as: UTF8.self)
                #expect(dotenv.contains("SKERRY_ALIAS_URL=http://feature-x-") && dotenv.contains("SKERRY_DEPLOY_ID=\(id)\n"))
            }
        }
    }

    /// `skerry deploy --mode sync`.
    @Suite struct SyncModeTests {
        @Test func `only what changed is sent and forgotten, and what is gone goes last`() throws {
            try Workplace.with { place in
                let site = try DeployPlace(place)
                try site.write(["index.html": "one", "about.html": "about", "a.css": "a{}", "_headers": "/a.css\n  Cache-Control: public, max-age=7\n"])
                let bucket = "www"
                let first = try site.object("deploy", "public", "--mode", "sync", "--bucket", bucket)
                #expect((first["uploaded"] as? [Any])?.count == 3)
                try site.origin.s3.makePublic(bucket, listing: false)
                let edge = try place.startEdge(
                    EdgeConfigurationText(.init(.custom(domainName: site.origin.host(ofBucket: bucket)))))
                for path in ["/index.html", "/about.html", "/a.css"] {
                    #expect(try edge.fetch("GET", path).status == 200)
                    #expect(try edge.fetch("GET", path).cacheResult == "Hit")
                }
                #expect(try edge.fetch("GET", "/a.css").fields["Cache-Control"] == "public, max-age=7")
                #expect(try edge.fetch("GET", "/a.css").fields["Content-Type"] == "text/css; charset=utf-8")
                try site.write(["index.html": "two", "a.css": "a{}", "_headers": "/a.css\n  Cache-Control: public, max-age=7\n"])
                let second = try site.object(
                    "deploy", "public", "--mode", "sync", "--bucket", bucket, "--delete", "--distribution", "ESITE00000001", "--control",
                    "http://127.0.0.1:\(edge.control)")
                #expect((second["uploaded"] as? [[String: String]]) == [["key": "index.html", "because": "content"]])
                #expect(second["deleted"] as? [String] == ["about.html"])
                #expect(second["invalidated"] as? [String] == ["/", "/about.html", "/index.html"])
                try eventually("the new page is served") { try edge.fetch("GET", "/index.html").text == "two" ? true : nil }
                #expect(try edge.fetch("GET", "/about.html").status == 403)
                #expect(try edge.fetch("GET", "/a.css").cacheResult == "Hit")
                let third = try site.object("deploy", "public", "--mode", "sync", "--bucket", bucket, "--delete")
                #expect((third["uploaded"] as? [Any])?.isEmpty == true && third["unchanged"] as? Int == 2)
            }
        }

        @Test func `options of one mode are refused in the other`() throws {
            try Workplace.with { place in
                for arguments in [
                    ["deploy", "x", "--mode", "sync"], ["deploy", "x", "--mode", "sync", "--bucket", "b", "--alias", "prod"],
                    ["deploy", "x", "--site", "hello", "--delete"], ["deploy", "x"],
                    ["deploy", "x", "--mode", "sync", "--bucket", "b", "--control", "http://127.0.0.1:1"],
                ] {
                    let run = try place.run(Skerry.binary, arguments)
                    #expect(run.status == .code(2), "\(run)")
                }
            }
        }
    }

    /// What is refused, with the exit code that says why.
    @Suite struct DeployRefusalTests {
        @Test func `bad input is a clear error and leaves the bucket as it was`() throws {
            try Workplace.with { place in
                let site = try DeployPlace(place)
                try site.write(["index.html": "hi"])
                try FileManager.default.createDirectory(atPath: place.path("empty"), withIntermediateDirectories: true)
                try site.write(["index.html": "hi", "_redirects": "/a /b\n/b /a\n"], to: "loop")
                try site.write(["index.html": "hi"], to: "links")
                try FileManager.default.createSymbolicLink(atPath: place.path("links/self"), withDestinationPath: "self")
                for (arguments, code, message) in [
                    (["deploy", "nowhere", "--site", "hello"], 1, "nowhere is no folder"),
                    (["deploy", "empty", "--site", "hello"], 1, "empty has no files to deploy"),
                    (["deploy", "loop", "--site", "hello"], 1, "_redirects:1: error: redirects for ever: /a -> /b -> /a"),
                    (["deploy", "public", "--site", "Hello"], 2, "--site Hello: expected"),
                    (["deploy", "public", "--site", "hello", "--ttl", "soon"], 2, "--ttl soon: expected"),
                    (["deploy", "public", "--site", "hello", "--alias", "auto"], 2, "--alias auto"),
                    (["deploy", "public", "--site", "hello", "--endpoint", "ftp://x"], 2, "--endpoint ftp://x: expected"),
                    (["deploy", "public", "--site", "hello", "--endpoint", "http://127.0.0.1:1"], 4, "no answer from 127.0.0.1:1"),
                    (["promote", "0123456789abcdef", "--site", "hello"], 3, "has no deploy 0123456789abcdef"),
                    (["rollback", "--site", "hello"], 3, "has no alias prod"),
                    (["remove", "--site", "hello"], 2, "expected either a deploy or --alias"),
                    (["diff", "aaaa", "bbbb", "--site", "hello"], 3, "no deploy and no alias aaaa"),
                    (["gc", "--bucket", "no-such-bucket"], 3, "NoSuchBucket"),
                    (["gc", "--grace", "never"], 2, "--grace never: expected"),
                ] as [([String], Int32, String)] {
                    let run = try place.run(Skerry.binary, arguments, environment: site.environment, directory: place.folder)
                    #expect(run.status == .code(code), "\(run)")
                    #expect(run.errors.contains(message), "\(run)")
                    #expect(run.output == "", "\(run)")
                }
                #expect(try site.keys() == [])
                let links = try site.run("deploy", "links", "--site", "hello")
                #expect(links.succeeded && links.errors.contains("self: warning: was left out"), "\(links)")
            }
        }

        @Test func `denied and missing credentials are told apart`() throws {
            try Workplace.with { place in
                let site = try DeployPlace(place)
                try site.write(["index.html": "hi"])
                let denied = try site.run("deploy", "public", "--site", "hello", environment: ["AWS_SECRET_ACCESS_KEY": "wrong"])
                #expect(denied.status == .code(3) && denied.errors.contains("SignatureDoesNotMatch"), "\(denied)")
                let unknown = try site.run("deploy", "public", "--site", "hello", environment: ["AWS_ACCESS_KEY_ID": "AKIANOBODY"])
                #expect(unknown.status == .code(3) && unknown.errors.contains("InvalidAccessKeyId"), "\(unknown)")
                let none = try place.run(
                    Skerry.binary, ["deploy", "public", "--site", "hello", "--endpoint", site.origin.url], directory: place.folder)
                #expect(none.status == .code(1) && none.errors.contains("no key pair: set AWS_ACCESS_KEY_ID"), "\(none)")
                let profile = try place.run(
                    Skerry.binary, ["deploy", "public", "--site", "hello", "--endpoint", site.origin.url, "--profile", "default"],
                    environment: ["AWS_SHARED_CREDENTIALS_FILE": site.origin.credentialsFile], directory: place.folder)
                #expect(profile.succeeded, "\(profile)")
                #expect(profile.output.hasSuffix("--hello.localhost:8080/\n"))
            }
        }
    }
}
