import Foundation
import Testing

extension EndToEnd {
    /// Content behind signatures: `skerry sign` and AWS's own signer on one side, the edge on the other.
    @Suite struct SignedURLTests {
        /// A key pair by openssl: the files' paths.
        private static func keyPair(_ place: Workplace) throws -> (private: String, public: String) {
            let (secret, open) = (place.path("keys/private.pem"), place.path("keys/public.pem"))
            try place.write("", to: "keys/public.pem")
            for arguments in [
                ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", secret],
                ["pkey", "-in", secret, "-pubout", "-out", open],
            ] {
                let made = try place.run(Tools.openssl, arguments)
                guard made.succeeded else { throw HarnessError("\(made)") }
            }
            return (secret, open)
        }

        private static func edge(_ place: Workplace, _ origin: ScriptedOrigin) throws -> Edge {
            var site = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
            site.queryStrings = "all"
            site.needsSignature = true
            var text = EdgeConfigurationText(site)
            // Relative: from the folder of edge.conf.
            text.publicKeyFile = "keys/public.pem"
            return try place.startEdge(text)
        }

        /// What a viewer sends for a URL.
        private static func target(_ url: Substring, _ base: String) throws -> String {
            guard url.hasPrefix(base) else { throw HarnessError("\(url) does not start with \(base)") }
            return String(url.dropFirst(base.count))
        }

        @Test(.enabled(if: Tools.available(Tools.openssl), "make test installs openssl"))
        func `what skerry sign signs is let in, as a URL and as cookies, and nothing else`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { .whole(200, [:], $0.target) }
                let keys = try Self.keyPair(place)
                let edge = try Self.edge(place, origin)
                let host = "site.test:\(edge.http)"
                let base = "http://\(host)"
                let common = ["--key-pair-id", "KSITE", "--private-key", keys.private]

                let refused = try edge.fetch("GET", "/a?x=1", host: host)
                #expect(refused.status == 403)
                #expect(refused.cacheResult == "Error")
                #expect(origin.requests.isEmpty)

                for more in [[], ["--ip", "127.0.0.1"], ["--starts", "2020-01-01", "--hash-algorithm", "SHA256"]] {
                    let run = try place.run(Skerry.binary, ["sign", "\(base)/a?x=1"] + common + ["--expires", "+1h"] + more)
                    #expect(run.succeeded, "\(run)")
                    let target = try Self.target(run.output.dropLast(), base)
                    let reply = try edge.fetch("GET", target, host: host)
                    #expect(reply.text == "/a?x=1", "\(run)\n\(reply)")
                    #expect(try edge.fetch("GET", target + "&y=2", host: host).status == 403)
                }
                #expect(origin.requests.count == 1, "one object under all signatures")

                let late = try place.run(Skerry.binary, ["sign", "\(base)/a"] + common + ["--expires", "2020-01-01"])
                #expect(late.errors.contains("expired already"))
                #expect(try edge.fetch("GET", try Self.target(late.output.dropLast(), base), host: host).status == 403)
                let elsewhere = try place.run(Skerry.binary, ["sign", "\(base)/a"] + common + ["--expires", "+60", "--ip", "192.0.2.1"])
                #expect(try edge.fetch("GET", try Self.target(elsewhere.output.dropLast(), base), host: host).status == 403)

                let signed = try place.run(Skerry.binary, ["sign", "\(base)/b/*", "--cookies"] + common + ["--expires", "+1h"])
                let lines = signed.output.split(separator: "\n")
                #expect(lines.count == 3, "\(signed)")
                #expect(lines.allSatisfy { $0.hasPrefix("CloudFront-") && $0.hasSuffix("; Path=/; HttpOnly") }, "\(signed)")
                let cookie = lines.map { String($0.prefix { $0 != ";" }) }.joined(separator: "; ")
                #expect(try edge.fetch("GET", "/b/c/d?e", host: host, ["Cookie": cookie]).text == "/b/c/d?e")
                #expect(try edge.fetch("GET", "/a", host: host, ["Cookie": cookie]).status == 403)

                let json = try place.run(Skerry.binary, ["sign", "\(base)/a", "--json"] + common + ["--expires", "1767290400"])
                let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: String]
                #expect(
                    object?["policy"]
                        == #"{"Statement":[{"Resource":"\#(base)/a","Condition":{"DateLessThan":{"AWS:EpochTime":1767290400}}}]}"#)
            }
        }

        @Test(.enabled(if: Tools.available(Tools.openssl, Tools.python), "make test installs openssl and boto3"))
        func `what botocore's CloudFrontSigner signs is let in`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { .whole(200, [:], $0.target) }
                let keys = try Self.keyPair(place)
                let edge = try Self.edge(place, origin)
                let base = "http://site.test:\(edge.http)"
                let script = Skerry.repository + "/Tests/EndToEndTests/Clients/cloudfront_signer.py"
                let run = try place.run(Tools.python, ["-B", script, "KSITE", keys.private, "\(base)/training/1.html?color=red"])
                let urls = run.output.split(separator: "\n")
                #expect(urls.count == 2, "\(run)")
                for url in urls {
                    let reply = try edge.fetch("GET", try Self.target(url, base), host: "site.test:\(edge.http)")
                    #expect(reply.text == "/training/1.html?color=red", "\(url)\n\(reply)")
                }
            }
        }

        @Test(arguments: [
            (["http://h/a"], "--expires is missing"), (["/a", "--expires", "+1h"], "expected an absolute http:// or https:// URL"),
            (["http://h/a", "--expires", "soon"], "--expires soon"), (["http://h/*", "--expires", "+1h"], "add --cookies"),
            (["http://h/a", "--expires", "+1h", "--ip", "::1"], "--ip ::1"), (["http://h/a", "--expires", "+1h", "--policy", "p"], "leave out --expires"),
            (["http://h/a", "--expires", "+1h", "--starts", "+2h"], "--starts is not before --expires"),
            (["http://h/a?Expires=1", "--expires", "+1h"], "carries a signature's parameters already"),
            (["http://h/a", "--expires", "+1h", "--hash-algorithm", "MD5"], "MD5"),
        ])
        func `what cannot be signed is a usage error`(arguments: [String], message: String) throws {
            try Workplace.with { place in
                let key = try place.write("none", to: "key.pem")
                let run = try place.run(Skerry.binary, ["sign"] + arguments + ["--key-pair-id", "K", "--private-key", key])
                #expect(run.status == .code(2), "\(run)")
                #expect(run.errors.contains(message), "\(run)")
                #expect(run.output.isEmpty)
            }
        }

        @Test func `an edge whose key file is no key does not start, and says which`() throws {
            try Workplace.with { place in
                var text = EdgeConfigurationText(.init(.custom(domainName: "localhost:9")))
                text.publicKeyFile = "public.pem"
                let file = try place.write(text.text, to: "edge.conf")
                let missing = try place.skerry("edge", "--config", file)
                #expect(missing.status == .code(1))
                #expect(missing.errors.contains("public.pem: no such file"), "\(missing)")
                try place.write("none", to: "public.pem")
                let wrong = try place.skerry("edge", "--config", file)
                #expect(wrong.status == .code(1))
                #expect(wrong.errors.contains("public.pem: cannot be the public key KSITE: found no PUBLIC KEY block"), "\(wrong)")
            }
        }

        @Test func `a file without a key is named`() throws {
            try Workplace.with { place in
                let key = try place.write("none", to: "key.pem")
                let run = try place.skerry("sign", "http://h/a", "--key-pair-id", "K", "--private-key", key, "--expires", "+1h")
                #expect(run.status == .code(1))
                #expect(run.errors.contains("key.pem: found no PRIVATE KEY block in PEM"), "\(run)")
            }
        }
    }
}
