import Testing

extension EndToEnd {
    /// Origin request and response headers policies, from the file to the wire.
    @Suite struct PolicyTests {
        @Test func `the origin gets what its policy names, and every viewer what theirs adds`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { request in
                    request.target.hasPrefix("/missing") ? .whole(404, [:], "none") : .whole(200, ["Content-Type": "text/plain"], "body")
                }
                var site = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
                site.originRequestPolicy = "AllViewerAndCloudFrontHeaders-2022-06"
                site.responseHeadersPolicy = "CORS-and-SecurityHeadersPolicy"
                let edge = try place.startEdge(EdgeConfigurationText(site))
                let miss = try edge.fetch("GET", "/a?q=1", ["User-Agent": "curl", "Cookie": "a=1", "CloudFront-Viewer-Address": "forged"])
                let request = try #require(origin.requests.first)
                #expect(request.target == "/a?q=1")
                #expect(request.fields["User-Agent"] == "curl")
                #expect(request.fields["Cookie"] == "a=1")
                #expect(request.fields["Host"] == "site.test")
                #expect(request.fields["CloudFront-Viewer-Address"]?.hasPrefix("127.0.0.1:") == true)
                #expect(request.fields["CloudFront-Is-Desktop-Viewer"] == "true")
                let plain = try edge.fetch("GET", "/a?q=2")
                let cross = try edge.fetch("GET", "/a", ["Origin": "https://elsewhere.test"])
                let error = try edge.fetch("GET", "/missing")
                #expect([miss, plain, cross, error].map(\.cacheResult) == ["Miss", "Hit", "Hit", "Error"])
                for response in [miss, plain, cross, error] {
                    #expect(response.fields["X-Content-Type-Options"] == "nosniff", "\(response)")
                    #expect(response.fields["X-Frame-Options"] == "SAMEORIGIN", "\(response)")
                }
                #expect(cross.fields["Access-Control-Allow-Origin"] == "*")
                #expect(plain.fields["Access-Control-Allow-Origin"] == nil)
                #expect(origin.requests.count == 2)
            }
        }
    }
}
