import Foundation
import Testing

extension EndToEnd {
    /// `personality: rfc9111` over real connections; every rule has its rows in process.
    @Suite struct StrictCacheTests {
        private func edge(_ place: Workplace, _ origin: ScriptedOrigin) throws -> Edge {
            var site = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
            site.personality = "rfc9111"
            site.ttl = (min: 0, standard: 0, max: 3_153_600_000)
            site.queryStrings = "all"
            site.allowsAllMethods = true
            site.originRequestPolicy = "AllViewer"
            return try place.startEdge(EdgeConfigurationText(site))
        }

        @Test func `variants are kept apart, plain hits say where they are from, and a write ends them`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { request in
                    guard request.method == "GET" else { return .whole(204) }
                    let fields: Fields = ["Cache-Control": "max-age=600", "Set-Cookie": "a=b", "X-Cache": "other"]
                    guard request.path == "/vary" else { return .whole(200, fields, "\(request.target) \(request.earlier)") }
                    return .whole(200, Fields(fields.list + [("Vary", "Foo")]), request.fields["Foo"] ?? "none")
                }
                let edge = try edge(place, origin)
                for foo in ["1", "2", "1", "2"] { #expect(try edge.fetch("GET", "/vary", ["Foo": foo]).text == foo) }
                #expect(origin.requests.count == 2)
                let miss = try edge.fetch("GET", "/a?q")
                #expect(miss.fields["Cache-Status"]?.hasPrefix("skerry; fwd=uri-miss; fwd-status=200; ttl=") == true)
                let hit = try edge.fetch("GET", "/a?q")
                #expect(hit.text == "/a?q 0" && hit.fields["Cache-Status"]?.hasPrefix("skerry; hit; ttl=") == true && hit.age != nil)
                #expect(hit.fields["Set-Cookie"] == "a=b" && hit.cacheResult == "other" && hit.fields.values("Via") == ["1.1 skerry"])
                #expect(try edge.fetch("M-SEARCH", "/vary", body: Array("x".utf8)).status == 204)
                #expect(try edge.fetch("GET", "/vary", ["Foo": "1"]).fields["Cache-Status"]?.contains("fwd=uri-miss") == true)
                #expect(try edge.fetch("GET", "/a?q", ["Cache-Control": "no-cache"]).text == "/a?q 1")
                #expect(try edge.fetch("GET", "/b", ["Cache-Control": "only-if-cached"]).status == 504)
            }
        }

        @Test func `an origin that hangs up is covered for by what is stale, unless that is forbidden`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { request in
                    guard request.earlier == 0 else { return Answer(steps: [.hangUp], keepsConnection: false) }
                    return .whole(200, ["Cache-Control": request.path == "/strict" ? "max-age=0, must-revalidate" : "max-age=0", "ETag": "\"1\""], "kept")
                }
                let edge = try edge(place, origin)
                for path in ["/a", "/strict"] { #expect(try edge.fetch("GET", path).text == "kept") }
                let stale = try edge.fetch("GET", "/a")
                #expect(stale.text == "kept" && stale.fields["Cache-Status"]?.hasSuffix("detail=served-stale") == true)
                #expect(try edge.fetch("GET", "/strict").status == 504)
                #expect(origin.requests.last?.fields["If-None-Match"] == "\"1\"")
            }
        }
    }
}
