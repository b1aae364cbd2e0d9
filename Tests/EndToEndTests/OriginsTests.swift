import Foundation
import Testing

extension Workplace {
    /// Starts an edge with a configuration written out, in a folder of its own.
    func startEdge(_ text: String, in folder: String) throws -> Edge {
        let file = try write(text, to: folder + "/edge.conf")
        let process = try start(Skerry.binary, ["edge", "--config", file], environment: environment(), name: "skerry edge \(folder)")
        return Edge(process: process, http: try process.port(of: "http"), control: try process.port(of: "control"))
    }
}

extension EndToEnd {
    /// Origins over TLS, and origins in groups.
    @Suite struct OriginsTests {
        /// An edge for `site.test` whose one origin is asked over HTTPS.
        private static func front(_ domain: String, authority: String?, more: String = "") -> String {
            """
            listen: {http: "127.0.0.1:0", https: off, control: "127.0.0.1:0"}
            distributions:
              - id: EFRONT
                aliases: [site.test]
                origins:
                  - id: secure
                    domain_name: \(domain)
                    connection_attempts: 1
                    \(authority.map { "origin_ca_file: \($0)" } ?? "connection_timeout: 5")
                    custom_origin_config: {origin_protocol_policy: https-only\(more)}
                default_cache_behavior: {target_origin_id: secure, cache_policy: CachingOptimized}
            """
        }

        @Test func `an origin over HTTPS is asked when its certificate is good, and named with its fault otherwise`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { .whole(200, ["Cache-Control": "max-age=60"], "\($0.target) for \($0.fields["Host"] ?? "")") }
                // The origin over TLS is an edge of its own, with certificates of its own local CA.
                let back = try place.startEdge(
                    """
                    listen: {http: "127.0.0.1:0", https: "127.0.0.1:0", control: "127.0.0.1:0"}
                    distributions:
                      - id: EBACK
                        aliases: [secure.localhost]
                        origins: [{id: web, domain_name: "\(origin.domainName)", custom_origin_config: {}}]
                        default_cache_behavior: {target_origin_id: web, cache_policy: CachingDisabled}
                    """, in: "back")
                let port = try back.process.port(of: "https")
                let authority = "../back/.skerry/ca/ca.pem"

                let trusting = try place.startEdge(Self.front("secure.localhost:\(port)", authority: authority), in: "trusting")
                let reply = try trusting.fetch("GET", "/a")
                #expect(reply.status == 200, "\(reply)")
                #expect(reply.text.hasPrefix("/a for "))
                #expect(try trusting.fetch("GET", "/a").cacheResult == "Hit")

                let stranger = try place.startEdge(Self.front("secure.localhost:\(port)", authority: nil), in: "stranger")
                let refused = try stranger.fetch("GET", "/a")
                #expect(refused.status == 502)
                #expect(refused.text.contains("The origin&#39;s certificate is not from a trusted authority.") || refused.text.contains("The origin's certificate is not from a trusted authority."), "\(refused.text)")
                #expect(stranger.process.errors.waitForLine(seconds: 10) { $0.contains("not from a trusted authority") ? true : nil } == true)

                let plain = try place.startEdge(Self.front("secure.localhost:\(back.http)", authority: authority), in: "plain")
                #expect(try plain.fetch("GET", "/a").text.contains("does not speak TLS"))
                #expect(origin.requests.count == 1)
            }
        }

        @Test func `certificates for another name, expired ones and old protocols are refused`() throws {
            try Workplace.with { place in
                let made = try place.run(
                    "/usr/bin/openssl",
                    [
                        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=other.localhost",
                        "-addext", "subjectAltName=DNS:other.localhost", "-keyout", place.path("other.key"), "-out", place.path("other.pem"),
                    ])
                try #require(made.succeeded, "\(made)")
                let port = try freePort()
                _ = try place.start(
                    "/usr/bin/openssl",
                    ["s_server", "-accept", "\(port)", "-cert", place.path("other.pem"), "-key", place.path("other.key"), "-tls1_3", "-www", "-quiet"],
                    environment: place.environment(), name: "openssl s_server")
                func page(_ host: String, _ folder: String, more: String = "") throws -> String {
                    let edge = try place.startEdge(Self.front("\(host):\(port)", authority: "../other.pem", more: more), in: folder)
                    return try eventually("the server is there") {
                        let text = try edge.fetch("GET", "/\(UUID())").text
                        return text.contains("could not connect") ? nil : text
                    }
                }
                #expect(try page("other.localhost", "good").contains("s_server"))
                #expect(try page("site.localhost", "wrong").contains("certificate is for another name"))
                #expect(try page("other.localhost", "old", more: ", origin_ssl_protocols: [TLSv1.1]").contains("no version of TLS or no cipher in common"))
            }
        }

        @Test func `skerry check names a file of authorities that can't be used`() throws {
            try Workplace.with { place in
                try place.write("no certificate", to: "x/empty.pem")
                for (name, found) in [("empty.pem", "which holds none"), ("none.pem", "no such file")] {
                    let file = try place.write(Self.front("a.localhost", authority: name), to: "x/edge.conf")
                    let check = try place.skerry("check", file)
                    #expect(check.status == .code(1))
                    #expect(check.output.contains("edge.conf:9:25: error: distributions[0].origins[0].origin_ca_file: found "), "\(check)")
                    #expect(check.output.contains("\(name), \(found), expected certificates of authorities in PEM"), "\(check)")
                    #expect(try place.skerry("edge", "--config", file).status == .code(1))
                }
            }
        }

        @Test func `the second origin of a group answers when the first fails, and the first again once it is back`() throws {
            try Workplace.with { place in
                let (first, second) = (try freePort(), try ScriptedOrigin(place) { .whole(200, ["Cache-Control": "max-age=600"], "second \($0.target)") })
                let edge = try place.startEdge(
                    """
                    listen: {http: "127.0.0.1:0", https: off, control: "127.0.0.1:0"}
                    distributions:
                      - id: EGROUP
                        aliases: [site.test]
                        origins:
                          - {id: a, domain_name: "127.0.0.1:\(first)", connection_attempts: 1, custom_origin_config: {}}
                          - {id: b, domain_name: "\(second.domainName)", origin_path: /copy, custom_origin_config: {}}
                        origin_groups: [{id: pair, members: [a, b], failover_status_codes: [404, 500]}]
                        default_cache_behavior: {target_origin_id: pair, cache_policy: CachingOptimized, allowed_methods: [GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE]}
                    """, in: "edge")
                #expect(try edge.fetch("GET", "/gone").text == "second /copy/gone")
                #expect(try edge.fetch("GET", "/gone").cacheResult == "Hit")
                #expect(try edge.fetch("DELETE", "/gone").status == 502)

                let back = try ScriptedOrigin(place, port: first) { request in
                    request.path == "/missing" ? .whole(404, [:], "none") : .whole(200, [:], "first \(request.target)")
                }
                #expect(try edge.fetch("GET", "/here").text == "first /here")
                #expect(try edge.fetch("GET", "/missing").text == "second /copy/missing")
                #expect(back.requests.map(\.target) == ["/here", "/missing"])
                #expect(second.requests.map(\.target) == ["/copy/gone", "/copy/missing"])
                #expect(try edge.fetch("GET", "/gone").text == "second /copy/gone")
            }
        }
    }
}
