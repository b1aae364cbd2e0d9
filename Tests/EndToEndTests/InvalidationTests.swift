import Testing

extension EndToEnd {
    /// `skerry invalidate` against a running edge.
    @Suite struct InvalidationTests {
        private func control(_ edge: Edge) -> String { "http://127.0.0.1:\(edge.control)" }

        @Test func `an invalidated path is fetched again, and only that one`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { .whole(200, [:], "version \($0.earlier)") }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                for path in ["/a", "/b"] { _ = try edge.fetch("GET", path) }
                let done = try place.skerry(
                    "invalidate", "--endpoint", control(edge), "--distribution", "ESITE00000001", "/a", "--wait")
                #expect(done.succeeded, "\(done)")
                let again = try edge.fetch("GET", "/a")
                #expect(again.cacheResult == "Miss")
                #expect(again.text == "version 1")
                #expect(try edge.fetch("GET", "/b").cacheResult == "Hit")
            }
        }

        @Test func `a wildcard takes every path and variant below it`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { .whole(200, [:], "version \($0.earlier)") }
                var site = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
                site.queryStrings = "all"
                var other = site
                other.id = "ESITE00000002"
                other.alias = "other.test"
                let edge = try place.startEdge(EdgeConfigurationText(site, other))
                let below = ["/docs/", "/docs/a", "/docs/a?q=1", "/docs/b/c"]
                let beside = ["/", "/doc", "/Docs/a"]
                for path in below + beside { _ = try edge.fetch("GET", path) }
                _ = try edge.fetch("GET", "/docs/a", host: "other.test")
                let done = try place.skerry(
                    "invalidate", "--endpoint", control(edge), "--distribution", "ESITE00000001", "/docs/*", "--wait")
                #expect(done.succeeded, "\(done)")
                for path in below { #expect(try edge.fetch("GET", path).cacheResult == "Miss", "\(path)") }
                for path in beside { #expect(try edge.fetch("GET", path).cacheResult == "Hit", "\(path)") }
                #expect(try edge.fetch("GET", "/docs/a", host: "other.test").cacheResult == "Hit")
            }
        }

        @Test func `a fill that was under way when its path was invalidated is not served afterwards`() throws {
            try Workplace.with { place in
                let gate = Gate()
                let origin = try ScriptedOrigin(place) { request in
                    request.earlier == 0
                        ? .announcing(3, then: [.bytes(Array("o".utf8)), .wait(gate), .bytes(Array("ld".utf8))]) : .whole(200, [:], "new")
                }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                let early = try HTTPConnection(port: edge.http)
                try early.send("GET", "/a", host: "site.test")
                _ = try early.head()
                _ = try early.bodyBytes(atLeast: 1)
                let done = try place.skerry(
                    "invalidate", "--endpoint", control(edge), "--distribution", "ESITE00000001", "/*", "--wait")
                #expect(done.succeeded, "\(done)")
                gate.open()
                #expect(try early.bodyBytes(atLeast: 2) == Array("ld".utf8))
                #expect(try edge.fetch("GET", "/a").text == "new")
            }
        }

        @Test func `a tag takes every object that the origin gave it, from a bucket's metadata too`() throws {
            try Workplace.with { place in
                let origin = try place.startOrigin()
                try origin.s3.makeBucket("tagged")
                for (key, tags) in [("a", "red, Product:1"), ("b", "product:1"), ("c", "blue")] {
                    try origin.s3.put("tagged", key, key, ["x-amz-meta-cache-tag": tags])
                }
                try origin.s3.allowReads("tagged", fromDistribution: "arn:aws:cloudfront::000000000000:distribution/ETAGS")
                let edge = try place.startEdge(
                    """
                    listen: {http: "127.0.0.1:0", https: off, control: "127.0.0.1:0"}
                    origin_access: {credentials_file: \(origin.credentialsFile)}
                    origin_access_controls: [{name: oac}]
                    distributions:
                      - id: ETAGS
                        aliases: [site.test]
                        cache_tag_config: {header_name: X-Amz-Meta-Cache-Tag}
                        origins: [{id: b, domain_name: "\(origin.host(ofBucket: "tagged"))", origin_access_control: oac, s3_origin_config: {}}]
                        default_cache_behavior: {target_origin_id: b, cache_policy: CachingOptimized}
                    """, in: "edge")
                for path in ["/a", "/b", "/c"] { #expect(try edge.fetch("GET", path).status == 200) }
                let done = try place.skerry(
                    "invalidate", "--endpoint", control(edge), "--distribution", "ETAGS", "#product:1", "/none", "--wait")
                #expect(done.succeeded, "\(done)")
                #expect(try ["/a", "/b", "/c"].map { try edge.fetch("GET", $0).cacheResult } == ["Miss", "Miss", "Hit"])
                let wrong = try place.skerry("invalidate", "--endpoint", control(edge), "--distribution", "ETAGS", "#pro*")
                #expect(wrong.status == .code(2), "\(wrong)")
                #expect(wrong.errors.contains("expected a whole tag"), "\(wrong)")
            }
        }

        @Test func `what cannot be invalidated is refused with the exit code that says why`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { _ in .whole(200, [:], "x") }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                let unknown = try place.skerry(
                    "invalidate", "--endpoint", control(edge), "--distribution", "ENOSUCH000000", "/a", "--wait")
                #expect(unknown.status == .code(3), "\(unknown)")
                #expect(unknown.errors.contains("ENOSUCH000000"))
                let port = try freePort()
                let nobody = try place.skerry(
                    "invalidate", "--endpoint", "http://127.0.0.1:\(port)", "--distribution", "ESITE00000001", "/a")
                #expect(nobody.status == .code(4), "\(nobody)")
                let usage = try place.skerry("invalidate", "--endpoint", control(edge), "/a")
                #expect(usage.status == .code(2), "\(usage)")
            }
        }
    }
}
