import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// Deploys in a bucket of Ceph's gateway, with the same commands and nothing configured but the endpoint.
    @Suite(.enabled(if: CephGateway.isInstalled, "Ceph is not installed; make test installs it where the system has its packages"))
    struct CephTests {
        @Test func `the whole life of deploys, as CI would run it, in Ceph's gateway`() throws {
            try Workplace.with { place in
                let site = try DeployPlace(place, origin: try gateway(place))
                let same = ["about.html": "about", "css/a.css": "a{}", "name with spaces & ü.txt": "x"]
                try site.write(same.merging(["index.html": "one", "big.bin": String(repeating: "0123456789", count: 1_800_000)]) { $1 })
                let first = try site.object("deploy", "public", "--site", "hello", "--alias", "prod")
                #expect(first["files_uploaded"] as? Int == 5)
                let one = try #require(first["deploy_id"] as? String)

                try site.write(same.merging(["index.html": "two", "big.bin": String(repeating: "0123456789", count: 1_800_000)]) { $1 })
                try place.write("", to: "output")
                let run = try site.run(
                    "deploy", "public", "--site", "hello", "--alias", "auto", "--ttl", "7d", "--json", "--comment-file", "comment.md",
                    environment: [
                        "GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": place.path("output"), "GITHUB_REF": "refs/pull/12/merge",
                    ])
                #expect(run.succeeded, "\(run)")
                let output = String(decoding: try place.read("output"), as: UTF8.self)
                #expect(output.contains("alias=pr-12\n") && output.contains("files-uploaded=1\n") && output.contains("reused=4\n"), "\(output)")
                let two = try #require(output.firstMatch(of: /deploy-id=([0-9a-f]+)/)).1

                let again = try site.object("deploy", "public", "--site", "hello", "--alias", "pr-12")
                #expect(again["files_uploaded"] as? Int == 0 && again["existed"] as? Bool == true)
                #expect(try site.run("promote", "pr-12", "--site", "hello").output == "prod \(two)\n")
                let clock = ContinuousClock.now
                #expect(try site.run("rollback", "--site", "hello").output == "prod \(one)\n")
                #expect(clock.duration(to: .now) < .seconds(5))
                #expect(try site.document("sites/hello/aliases/prod")["deploy"] as? String == one)
                #expect(try site.object("diff", one, "pr-12", "--site", "hello")["changed"] as? [String] == ["index.html"])
                #expect(try site.list("deploys", "list", "--site", "hello").count == 2)
                try site.requireWhole("after the rollback")

                #expect(try site.run("remove", "--alias", "pr-12", "--site", "hello").succeeded)
                #expect(try site.run("remove", String(two), "--site", "hello").succeeded)
                #expect(try site.object("gc", "--keep-last", "0", "--keep-earlier", "0", "--grace", "0s")["deleted_blobs"] as? Int == 1)
                #expect(try site.keys("leases/") == [] && site.keys("collection/lock") == [])
                try site.requireWhole("after the collection")

                try several(site)
                try sync(site)
                try refusals(site)
            }
        }

        /// A machine on which Ceph can't run is no reason for a failure of ours.
        private func gateway(_ place: Workplace) throws -> Origin {
            do {
                return try CephGateway.start(place)
            } catch {
                try Test.cancel("Ceph does not start here: \(error)")
            }
        }

        /// Conditional writes are what keeps these apart, so they have to be the engine's, not a client's.
        private func several(_ site: DeployPlace) throws {
            let place = site.place
            let before = (try site.document("sites/hello/aliases/prod")["history"] as? [Any])?.count ?? 0
            var processes: [ChildProcess] = []
            for worker in 0..<4 {
                try site.write(["index.html": "worker \(worker)", "same.css": "b{}"], to: "public-\(worker)")
                processes.append(
                    try place.start(
                        Skerry.binary, ["deploy", "public-\(worker)", "--site", "hello", "--alias", "prod"],
                        environment: place.environment(site.environment), directory: place.folder, name: "deploy \(worker)"))
            }
            for worker in 0..<2 {
                processes.append(
                    try place.start(
                        Skerry.binary, ["gc", "--keep-last", "0", "--keep-earlier", "0", "--grace", "0s"],
                        environment: place.environment(site.environment), directory: place.folder, name: "gc \(worker)"))
            }
            for process in processes { #expect(process.waitForExit(seconds: 120) == .code(0), "\(process.story)") }
            try site.requireWhole("after four deploys and two collections at once")
            let after = (try site.document("sites/hello/aliases/prod")["history"] as? [Any])?.count
            #expect(after == before + 4)

            // Killed at random moments, what is in the bucket is whole.
            for version in 0..<10 {
                try site.write(["index.html": "version \(version)", "a.html": "a \(version)", "b.html": "b \(version)"])
                let process = try place.start(
                    Skerry.binary, ["deploy", "public", "--site", "hello", "--alias", "prod"],
                    environment: place.environment(site.environment), directory: place.folder, name: "skerry deploy")
                if process.waitForExit(seconds: .random(in: 0...0.5)) == nil { process.send(SIGKILL) }
                _ = process.waitForExit(seconds: 10)
            }
            try site.requireWhole("after ten killed deploys")
        }

        private func sync(_ site: DeployPlace) throws {
            try site.write(["index.html": "one", "gone.html": "gone", "a.css": "a{}"])
            let first = try site.object("deploy", "public", "--mode", "sync", "--bucket", "plain")
            #expect((first["uploaded"] as? [Any])?.count == 3)
            try site.write(["index.html": "two", "a.css": "a{}"])
            let second = try site.object("deploy", "public", "--mode", "sync", "--bucket", "plain", "--delete")
            #expect(second["uploaded"] as? [[String: String]] == [["key": "index.html", "because": "content"]])
            #expect(second["deleted"] as? [String] == ["gone.html"])
            #expect(try site.origin.s3.keys("plain").sorted() == ["a.css", "index.html"])
            try edge(site)
        }

        /// An edge in front of the private bucket: it signs as a user of Ceph's, and forgets what a deploy has changed.
        private func edge(_ site: DeployPlace) throws {
            let pair = site.origin.credentials
            try site.place.write(
                "[cloudfront]\naws_access_key_id = \(pair.accessKeyID)\naws_secret_access_key = \(pair.secretAccessKey)\n", to: "edge-credentials")
            let edge = try site.place.startEdge(
                EdgeConfigurationText(
                    .init(.bucket(domainName: site.origin.host(ofBucket: "plain"))), credentialsFile: site.place.path("edge-credentials")))
            #expect(try EndToEndTests.fetch("GET", "/plain/index.html", host: "127.0.0.1", port: site.origin.port).status == 403)
            for (path, text) in [("/index.html", "two"), ("/a.css", "a{}")] {
                let first = try edge.fetch("GET", path)
                #expect(first.status == 200 && first.text == text && first.cacheResult == "Miss", "\(first)")
                #expect(try edge.fetch("GET", path).cacheResult == "Hit")
            }
            #expect(try edge.fetch("GET", "/a.css").fields["Content-Type"] == "text/css; charset=utf-8")
            try site.write(["index.html": "three", "a.css": "a{}"])
            let sent = try site.object(
                "deploy", "public", "--mode", "sync", "--bucket", "plain", "--delete", "--distribution", "ESITE00000001", "--control",
                "http://127.0.0.1:\(edge.control)")
            #expect((sent["uploaded"] as? [Any])?.count == 1)
            try eventually("the new page is served") { try edge.fetch("GET", "/index.html").text == "three" ? true : nil }
            #expect(try edge.fetch("GET", "/a.css").cacheResult == "Hit")
        }

        private func refusals(_ site: DeployPlace) throws {
            let denied = try site.run("deploy", "public", "--site", "hello", environment: ["AWS_SECRET_ACCESS_KEY": "wrong"])
            #expect(denied.status == .code(3) && denied.errors.contains("SignatureDoesNotMatch"), "\(denied)")
            let missing = try site.run("gc", "--bucket", "no-such-bucket")
            #expect(missing.status == .code(3) && missing.errors.contains("NoSuchBucket"), "\(missing)")
        }
    }
}
