import Foundation
import Testing

extension EndToEnd {
    /// `skerry deploy` to an S3 endpoint over HTTPS, with an authority that only this machine knows.
    @Suite(.enabled(if: Tools.available(Tools.openssl, "/usr/bin/python3"), "make test installs openssl and python3")) struct DeployHTTPSTests {
        /// The origin behind TLS, with a certificate for `s3.localhost` from an authority of its own.
        private struct SecurePlace {
            let site: DeployPlace
            let port: Int
            var authority: String { site.place.path("authority.pem") }
            var endpoint: String { "https://s3.localhost:\(port)" }

            init(_ place: Workplace, days: Int = 2) throws {
                site = try DeployPlace(place)
                func openssl(_ arguments: String...) throws {
                    let run = try place.run(Tools.openssl, arguments, directory: place.folder)
                    guard run.succeeded else { throw HarnessError("\(run)") }
                }
                let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
                for (command, more) in [
                    (["req", "-x509", "-days", "2", "-subj", "/CN=test authority", "-keyout", "authority.key", "-out", "authority.pem"], key),
                    (["req", "-subj", "/CN=s3.localhost", "-keyout", "server.key", "-out", "server.csr"], key),
                ] {
                    let run = try place.run(Tools.openssl, command + more, directory: place.folder)
                    guard run.succeeded else { throw HarnessError("\(run)") }
                }
                try place.write("subjectAltName=DNS:s3.localhost\n", to: "server.ext")
                try openssl(
                    "x509", "-req", "-in", "server.csr", "-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial", "-days", "\(days)",
                    "-extfile", "server.ext", "-out", "server.pem")
                let front = try place.start(
                    "/usr/bin/python3",
                    [Skerry.repository + "/Tests/EndToEndTests/Clients/tls_front.py", place.path("server.pem"), place.path("server.key"), "\(site.origin.port)"],
                    environment: place.environment(), name: "TLS before the origin")
                port = try front.port(of: "https")
            }

            func deploy(_ endpoint: String? = nil, trusting authority: String? = nil) throws -> Finished {
                try site.run(
                    "deploy", "public", "--site", "hello", "--endpoint", endpoint ?? self.endpoint,
                    environment: authority.map { ["AWS_CA_BUNDLE": $0] } ?? [:])
            }
        }

        @Test func `with the authority of AWS_CA_BUNDLE the deploy is there, large files and rollback included`() throws {
            try Workplace.with { place in
                let secure = try SecurePlace(place)
                try secure.site.write(["index.html": "one", "big.bin": String(repeating: "0123456789", count: 1_800_000)])
                let one = try secure.deploy(trusting: secure.authority)
                #expect(one.succeeded, "\(one)")
                #expect(try secure.site.keys("blobs/").count == 2)
                try secure.site.write(["index.html": "two"])
                let environment = ["AWS_CA_BUNDLE": secure.authority, "AWS_ENDPOINT_URL": secure.endpoint]
                for words in [
                    ["deploy", "public", "--site", "hello", "--alias", "prod"], ["deploys", "list", "--site", "hello"],
                    ["gc", "--keep-last", "0", "--grace", "0s"],
                ] {
                    let run = try place.run(
                        Skerry.binary, words, environment: secure.site.environment.merging(environment) { $1 }, directory: place.folder)
                    #expect(run.succeeded, "\(run)")
                }
                try secure.site.requireWhole("over HTTPS")
            }
        }

        @Test func `a certificate that is not good is a clear error at once, and nothing is sent`() throws {
            try Workplace.with { place in
                let secure = try SecurePlace(place)
                try secure.site.write(["index.html": "one"])
                for (endpoint, authority, message) in [
                    (secure.endpoint, nil, "is not trusted: the origin's certificate is not from a trusted authority; AWS_CA_BUNDLE names"),
                    ("https://other.localhost:\(secure.port)", secure.authority, "the origin's certificate is for s3.localhost, not for other.localhost"),
                    ("https://127.0.0.1:\(secure.site.origin.port)", secure.authority, "the origin does not speak TLS on this port"),
                ] as [(String, String?, String)] {
                    let clock = ContinuousClock.now
                    let run = try secure.deploy(endpoint, trusting: authority)
                    #expect(run.status == .code(4) && run.errors.contains(message), "\(run)")
                    // Six attempts with pauses between them would take longer than this.
                    #expect(clock.duration(to: .now) < .seconds(3), "\(run)")
                }
                for (file, message) in [("server.key", "holds no certificate"), ("none.pem", "none.pem")] {
                    let run = try secure.deploy(trusting: place.path(file))
                    #expect(run.status == .code(1) && run.errors.contains(message), "\(run)")
                }
                #expect(try secure.site.keys() == [])
            }
        }
    }
}
