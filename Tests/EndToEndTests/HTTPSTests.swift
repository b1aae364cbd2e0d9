import Foundation
import Testing

extension EndToEnd {
    /// HTTPS as curl, openssl and a browser see it: the local CA, certificates from files, redirects, reloads.
    @Suite struct HTTPSTests {
        /// An edge with HTTPS in front of an origin that answers with the path.
        private struct Setup {
            var place: Workplace
            var text: EdgeConfigurationText
            var edge: Edge
            var https: Int

            init(_ place: Workplace, _ change: (inout EdgeConfigurationText.Site) -> Void = { _ in }) throws {
                self.place = place
                let origin = try ScriptedOrigin(place) { .whole(200, ["Cache-Control": "max-age=60"], $0.target) }
                var site = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
                change(&site)
                text = EdgeConfigurationText(site)
                text.https = "127.0.0.1:0"
                edge = try place.startEdge(text)
                https = try edge.process.port(of: "https")
            }

            var authority: String { place.path(".skerry/ca/ca.pem") }

            /// curl for a name, which it finds on loopback.
            func curl(_ path: String, host: String = "site.test", trusting file: String? = nil, _ more: [String] = []) throws -> Finished {
                try place.run(
                    Tools.curl,
                    ["-sS", "--noproxy", "*", "--max-time", "20", "--resolve", "\(host):\(https):127.0.0.1", "--cacert", file ?? authority]
                        + more + ["https://\(host):\(https)\(path)"])
            }

            /// Makes a certificate of its own authority; two file names.
            static func certificate(for name: String, in place: Workplace, as file: String) throws {
                let made = try place.run(
                    "/usr/bin/openssl",
                    [
                        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=\(name)",
                        "-addext", "subjectAltName=DNS:\(name)", "-keyout", place.path(file + ".key"), "-out", place.path(file + ".pem"),
                    ])
                guard made.succeeded else { throw HarnessError("\(made)") }
            }
        }

        @Test func `every name of a distribution has a certificate of the local CA, and no other name has`() throws {
            try Workplace.with { place in
                let setup = try Setup(place)
                for (result, host) in [("Miss", "site.test"), ("Hit", "site.test"), ("Hit", "esite00000001.cloudfront.localhost")] {
                    let reply = try setup.curl("/a", host: host, ["-i", "--http1.1"])
                    #expect(reply.output.hasPrefix("HTTP/1.1 200"), "\(reply)")
                    #expect(reply.output.contains("X-Cache: \(result) from cloudfront\r\n"))
                    #expect(reply.output.hasSuffix("\r\n\r\n/a"))
                }
                let unknown = try setup.curl("/a", host: "unknown.test")
                #expect(unknown.status == .code(35), "\(unknown)")
                let distrustful = try setup.curl("/a", trusting: "/dev/null")
                #expect(!distrustful.succeeded, "\(distrustful)")
            }
        }

        @Test(arguments: ["1.2", "1.3"])
        func `both versions of TLS are spoken, and a session is resumed`(version: String) throws {
            try Workplace.with { place in
                let setup = try Setup(place)
                let reply = try setup.curl("/a", ["--tlsv\(version)", "--tls-max", version])
                #expect(reply.output == "/a", "\(reply)")
                let session = place.path("session")
                for step in ["-sess_out", "-sess_in"] {
                    let shake = try place.run(
                        "/bin/sh",
                        [
                            "-c", "printf 'GET /a HTTP/1.1\\r\\nHost: site.test\\r\\nConnection: close\\r\\n\\r\\n' | "
                                + "openssl s_client -connect 127.0.0.1:\(setup.https) -servername site.test -CAfile \(setup.authority) "
                                + "-verify_return_error -ign_eof -tls\(version.replacingOccurrences(of: ".", with: "_")) \(step) \(session)",
                        ])
                    #expect(shake.output.contains("HTTP/1.1 200"), "\(shake)")
                    #expect(shake.output.contains(step == "-sess_in" ? "\nReused, TLSv1" : "\nNew, TLSv1"), "\(shake)")
                }
            }
        }

        @Test func `HTTP leads to HTTPS where the behavior says so`() throws {
            try Workplace.with { place in
                let setup = try Setup(place) { $0.viewerProtocolPolicy = "redirect-to-https" }
                let reply = try setup.edge.fetch("GET", "/a?b=c", host: "site.test:\(setup.edge.http)")
                #expect(reply.status == 301)
                #expect(reply.fields["Location"] == "https://site.test:\(setup.https)/a?b=c")
                #expect(reply.cacheResult == "Redirect")
                let followed = try place.run(
                    Tools.curl,
                    [
                        "-sS", "--noproxy", "*", "-L", "--cacert", setup.authority, "--resolve", "site.test:\(setup.edge.http):127.0.0.1",
                        "--resolve", "site.test:\(setup.https):127.0.0.1", "http://site.test:\(setup.edge.http)/a?b=c",
                    ])
                #expect(followed.output == "/a", "\(followed)")
            }
        }

        @Test func `a certificate from files, and a changed one after SIGHUP while a connection goes on`() throws {
            try Workplace.with { place in
                try Setup.certificate(for: "site.test", in: place, as: "one")
                try Setup.certificate(for: "site.test", in: place, as: "two")
                let setup = try Setup(place) { $0.certificate = ("one.pem", "one.key") }
                #expect(try setup.curl("/a", trusting: place.path("one.pem")).output == "/a")
                #expect(try !setup.curl("/a", trusting: place.path("two.pem")).succeeded)
                let kept = try HTTPConnection(port: setup.edge.http)
                try kept.send("GET /a HTTP/1.1\r\nHost: site.test\r\n\r\n")
                #expect(try kept.response().status == 200)

                var changed = setup.text
                changed.distributions[0].certificate = ("two.pem", "two.key")
                try place.write(changed.text, to: "edge.conf")
                setup.edge.process.send(SIGHUP)
                try eventually("the new certificate is in force") {
                    try setup.curl("/a", trusting: place.path("two.pem")).output == "/a" ? true : nil
                }
                try kept.send("GET /a HTTP/1.1\r\nHost: site.test\r\n\r\n")
                #expect(try kept.response().status == 200)

                // A file that is no certificate is named with its line, and changes nothing.
                changed.distributions[0].certificate = ("two.pem", "one.key")
                let file = try place.write(changed.text, to: "edge.conf")
                setup.edge.process.send(SIGHUP)
                let complaint = "one.key, the key of another certificate, expected the certificate's key"
                #expect(setup.edge.process.errors.waitForLine(seconds: 10) { $0.contains(complaint) ? true : nil } == true)
                #expect(try setup.curl("/a", trusting: place.path("two.pem")).output == "/a")
                let check = try place.skerry("check", file)
                #expect(check.status == .code(1))
                #expect(check.output.contains("error: distributions[0].viewer_certificate.private_key_file: found"), "\(check)")
            }
        }

        @Test func `the CA's commands name the file that is in force`() throws {
            try Workplace.with { place in
                let setup = try Setup(place)
                let show = try place.skerry("ca", "show", "--config", place.path("edge.conf"))
                let fingerprint = try place.run(
                    "/usr/bin/openssl", ["x509", "-in", setup.authority, "-noout", "-fingerprint", "-sha256"])
                let hex = fingerprint.output.split(separator: "=").last.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
                #expect(show.output.contains("SHA-256 \(hex ?? "-")\n"), "\(show) \(fingerprint)")
                #expect(show.output.contains("/.skerry/ca/ca.pem\n"))
                let trust = try place.skerry("ca", "trust", "--directory", place.path("another"))
                #expect(trust.output.contains("\ncurl --cacert /") && trust.output.contains("/another/ca.pem https://hello"), "\(trust)")
                #expect(trust.output.contains("certutil") && trust.output.contains("update-ca-certificates"))
            }
        }

        @Test(.enabled(if: Tools.available(Tools.chromium)))
        func `a browser shows a page over HTTPS`() throws {
            try Workplace.with { place in
                let setup = try Setup(place) { $0.alias = "site.localhost" }
                let key = try place.run(
                    "/bin/sh",
                    [
                        "-c", "openssl s_client -connect 127.0.0.1:\(setup.https) -servername site.localhost </dev/null 2>/dev/null | "
                            + "openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | openssl base64",
                    ])
                let page = try place.browse(
                    "https://site.localhost:\(setup.https)/page",
                    "--ignore-certificate-errors-spki-list=\(key.output.trimmingCharacters(in: .whitespacesAndNewlines))")
                #expect(page.output.contains("/page"), "\(page)")
            }
        }
    }
}
