import Testing

extension EndToEnd {
    /// What the edge stores and how it answers from its store, over a scripted origin.
    @Suite struct EdgeCacheTests {
        @Test func `the first request is a miss, the second a hit with Age, and both are marked`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { _ in .whole(200, ["Content-Type": "text/plain"], "body") }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                let miss = try edge.fetch("GET", "/a")
                let hit = try edge.fetch("GET", "/a")
                #expect(miss.status == 200, "\(miss)")
                #expect(miss.fields["X-Cache"] == "Miss from cloudfront")
                #expect(miss.fields["Age"] == nil)
                #expect(hit.fields["X-Cache"] == "Hit from cloudfront")
                #expect((hit.age ?? -1) >= 0)
                for response in [miss, hit] {
                    #expect(response.text == "body")
                    #expect(response.fields["Via"]?.wholeMatch(of: /1\.1 \S+\.cloudfront\.net \(CloudFront\)/) != nil)
                    #expect(response.fields["X-Amz-Cf-Pop"]?.isEmpty == false)
                    #expect(response.fields["X-Amz-Cf-Id"]?.isEmpty == false)
                    #expect(response.fields["Date"] != nil)
                }
                #expect(miss.fields["X-Amz-Cf-Id"] != hit.fields["X-Amz-Cf-Id"])
                #expect(origin.requests.count == 1)
                let request = try #require(origin.requests.first)
                #expect(request.fields["Host"] == origin.domainName)
                #expect(request.fields["User-Agent"] == "Amazon CloudFront")
                #expect(request.fields["X-Forwarded-For"] == "127.0.0.1")
                #expect(request.fields["Via"]?.contains("cloudfront") == true)
                #expect(request.fields["X-Amz-Cf-Id"] != nil)
            }
        }

        @Test(arguments: [("fifo", ["Hit", "Miss"]), ("lru", ["Hit", "Hit"])])
        func `the policy of edge.conf decides what leaves`(policy: String, expected: [String]) throws {
            try Workplace.with { place in
                // Three of four fit into a mebibyte.
                let origin = try ScriptedOrigin(place) { _ in .whole(200, ["Content-Type": "image/png"], String(repeating: "x", count: 262_000)) }
                var configuration = EdgeConfigurationText(.init(.custom(domainName: origin.domainName)))
                configuration.memory = "1MiB"
                configuration.cache = [("max_object_size", "512KiB"), ("eviction", policy)]
                let edge = try place.startEdge(configuration)
                for path in ["/a", "/b", "/c", "/a"] { _ = try edge.fetch("GET", path) }
                // FIFO lets a go for d; LRU lets b go, for a was asked for since.
                #expect(try edge.fetch("GET", "/d").cacheResult == "Miss")
                let results = try ["/d", "/a"].map { try edge.fetch("GET", $0).cacheResult }
                #expect(results == expected)
            }
        }

        @Test func `with second-hit admission the second request is a miss and the third a hit`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { _ in .whole(200, ["Content-Type": "text/plain"], "body") }
                var configuration = EdgeConfigurationText(.init(.custom(domainName: origin.domainName)))
                configuration.cache = [("admission", "second-hit")]
                let edge = try place.startEdge(configuration)
                #expect(try ["/a", "/a", "/a"].map { try edge.fetch("GET", $0).cacheResult } == ["Miss", "Miss", "Hit"])
            }
        }

        @Test func `a host that no distribution claims is refused`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { _ in .whole(200, [:], "body") }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                #expect(try edge.fetch("GET", "/", host: "elsewhere.test").status == 403)
                #expect(try edge.fetch("GET", "/", host: "esite00000001.cloudfront.localhost:\(edge.http)").status == 200)
                #expect(try edge.fetch("GET", "/", host: "SITE.test").status == 200)
                #expect(origin.requests.count == 1)
            }
        }

        @Test func `an expired entry is revalidated, and 304 makes it a RefreshHit`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { request in
                    let fields: Fields = ["ETag": "\"v1\"", "Cache-Control": "max-age=1"]
                    return request.fields["If-None-Match"] == "\"v1\"" ? .whole(304, fields) : .whole(200, fields, "kept")
                }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                #expect(try edge.fetch("GET", "/a").cacheResult == "Miss")
                let refreshed = try eventually("the entry expires") {
                    let response = try edge.fetch("GET", "/a")
                    return response.cacheResult == "Hit" ? nil : response
                }
                #expect(refreshed.fields["X-Cache"] == "RefreshHit from cloudfront")
                #expect(refreshed.status == 200)
                #expect(refreshed.text == "kept")
                #expect(origin.requests.last?.fields["If-None-Match"] == "\"v1\"")
            }
        }

        @Test func `an expired entry whose content changed is a miss with the new content`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { request in
                    .whole(200, ["ETag": "\"v\(request.earlier)\"", "Cache-Control": "max-age=1"], "version \(request.earlier)")
                }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                #expect(try edge.fetch("GET", "/a").text == "version 0")
                let next = try eventually("the entry expires") {
                    let response = try edge.fetch("GET", "/a")
                    return response.cacheResult == "Hit" ? nil : response
                }
                #expect(next.cacheResult == "Miss")
                #expect(next.text == "version 1")
            }
        }

        @Test(arguments: [
            ("no-store", false), ("private", false), ("no-cache", false), ("max-age=60", true), ("s-maxage=60, max-age=0", true),
            ("", true),
        ])
        func `Cache-Control of the origin decides what is stored`(control: String, stored: Bool) throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { _ in
                    .whole(200, control.isEmpty ? [:] : ["Cache-Control": control], "body")
                }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                _ = try edge.fetch("GET", "/a")
                let second = try edge.fetch("GET", "/a", ["Cache-Control": "no-cache", "Pragma": "no-cache"])
                #expect((second.cacheResult == "Hit") == stored, "\(second)")
                #expect(second.fields["Cache-Control"] == (control.isEmpty ? nil : control))
                #expect(origin.requests.count == (stored ? 1 : 2))
            }
        }

        @Test func `HEAD is answered from a GET entry, and a HEAD does not become a GET entry`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { request in
                    request.method == "HEAD"
                        ? Answer(steps: [.bytes(Answer.head(200, [("Content-Length", "5")]))]) : .whole(200, [:], "12345")
                }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                _ = try edge.fetch("GET", "/a")
                let head = try edge.fetch("HEAD", "/a")
                #expect(head.status == 200)
                #expect(head.cacheResult == "Hit")
                #expect(head.fields["Content-Length"] == "5")
                #expect(origin.requests.count == 1)

                #expect(try edge.fetch("HEAD", "/b").status == 200)
                let get = try edge.fetch("GET", "/b")
                #expect(get.text == "12345")
            }
        }

        @Test func `conditions of the viewer are answered from the cache`() throws {
            try Workplace.with { place in
                let date = "Tue, 03 Jun 2025 10:00:00 GMT"
                let origin = try ScriptedOrigin(place) { _ in
                    .whole(200, ["ETag": "\"abc\"", "Last-Modified": date, "Content-Type": "text/plain"], "0123456789")
                }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                _ = try edge.fetch("GET", "/a")
                let matches: [(Fields, Int)] = [
                    (["If-None-Match": "\"abc\""], 304), (["If-None-Match": "W/\"abc\""], 304), (["If-None-Match": "\"x\", \"abc\""], 304),
                    (["If-None-Match": "*"], 304), (["If-None-Match": "\"x\""], 200), (["If-Modified-Since": date], 304),
                    (["If-Modified-Since": "Tue, 03 Jun 2025 09:59:59 GMT"], 200),
                    (["If-None-Match": "\"x\"", "If-Modified-Since": date], 200),
                ]
                for (fields, status) in matches {
                    let response = try edge.fetch("GET", "/a", fields)
                    #expect(response.status == status, "\(fields.list)")
                    #expect(response.text == (status == 200 ? "0123456789" : ""))
                    #expect(response.fields["ETag"] == "\"abc\"")
                    #expect(response.cacheResult == "Hit")
                }
                #expect(origin.requests.count == 1)
            }
        }

        @Test func `ranges are cut from the stored response`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { _ in .whole(200, ["ETag": "\"abc\""], "0123456789") }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                _ = try edge.fetch("GET", "/a")
                let cases: [(Fields, Int, String, String?)] = [
                    (["Range": "bytes=2-4"], 206, "234", "bytes 2-4/10"), (["Range": "bytes=7-"], 206, "789", "bytes 7-9/10"),
                    (["Range": "bytes=-3"], 206, "789", "bytes 7-9/10"), (["Range": "bytes=0-99"], 206, "0123456789", "bytes 0-9/10"),
                    (["Range": "bytes=5-2"], 200, "0123456789", nil), (["Range": "lines=1-2"], 200, "0123456789", nil),
                    (["Range": "bytes=2-4", "If-Range": "\"abc\""], 206, "234", "bytes 2-4/10"),
                    (["Range": "bytes=2-4", "If-Range": "\"old\""], 200, "0123456789", nil),
                ]
                for (fields, status, body, contentRange) in cases {
                    let response = try edge.fetch("GET", "/a", fields)
                    #expect(response.status == status, "\(fields.list): \(response)")
                    #expect(response.text == body)
                    #expect(response.fields["Content-Range"] == contentRange)
                    #expect(response.cacheResult == "Hit")
                }
                let beyond = try edge.fetch("GET", "/a", ["Range": "bytes=10-"])
                #expect(beyond.status == 416)
                #expect(beyond.fields["Content-Range"] == "bytes */10")
                #expect(origin.requests.count == 1)
            }
        }

        @Test func `the query is no part of the key unless the policy says so`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { .whole(200, [:], $0.target) }
                var plain = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
                plain.alias = "plain.test"
                var keyed = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
                keyed.id = "ESITE00000002"
                keyed.alias = "keyed.test"
                keyed.queryStrings = "all"
                keyed.originPath = "/keyed"
                let edge = try place.startEdge(EdgeConfigurationText(plain, keyed))
                #expect(try edge.fetch("GET", "/a?x=1", host: "plain.test").text == "/a")
                #expect(try edge.fetch("GET", "/a?x=2", host: "plain.test").cacheResult == "Hit")
                #expect(try edge.fetch("GET", "/a?x=1", host: "keyed.test").text == "/keyed/a?x=1")
                #expect(try edge.fetch("GET", "/a?x=2", host: "keyed.test").text == "/keyed/a?x=2")
                #expect(try edge.fetch("GET", "/a?x=1", host: "keyed.test").cacheResult == "Hit")
            }
        }

        @Test func `behaviours apply in order, and methods outside the set are refused`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { .whole(200, [:], $0.method) }
                var site = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
                site.behaviors = [("/live/*", 0), ("*.txt", 3600)]
                site.ttl = (0, 0, 0)
                site.customHeaders = [("X-Origin-Verify", "secret")]
                let edge = try place.startEdge(EdgeConfigurationText(site))
                for (target, cached) in [("/live/a.txt", false), ("/b.txt", true), ("/c.html", false)] {
                    _ = try edge.fetch("GET", target)
                    #expect((try edge.fetch("GET", target).cacheResult == "Hit") == cached, "\(target)")
                }
                let before = origin.requests.count
                #expect(try edge.fetch("POST", "/b.txt", body: []).status == 403)
                #expect(try edge.fetch("DELETE", "/b.txt").status == 403)
                #expect(origin.requests.count == before)
                #expect(origin.requests.allSatisfy { $0.fields["X-Origin-Verify"] == "secret" })
            }
        }
    }
}
