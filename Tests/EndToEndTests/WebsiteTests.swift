import Testing

extension EndToEnd {
    /// The website endpoint of a bucket, chosen by Host.
    @Suite struct WebsiteTests {
        private func get(_ origin: Origin, _ target: String, bucket: String = "docs", method: String = "GET", _ fields: Fields = [:]) throws -> Response {
            try fetch(method, target, host: origin.host(ofWebsite: bucket), port: origin.port, fields)
        }

        private func fill(_ origin: Origin, listing: Bool = true) throws {
            let s3 = origin.s3
            try s3.makeBucket("docs")
            for key in ["index.html", "guide/index.html", "guide/page.html", "both", "both/index.html", "error.html"] {
                try s3.put("docs", key, "<p>\(key)</p>", ["Content-Type": "text/html"])
            }
            try s3.put("docs", "latest", "", ["x-amz-website-redirect-location": "/guide/"])
            try s3.put("docs", "away", "", ["x-amz-website-redirect-location": "https://elsewhere.test/x"])
            try s3.makePublic("docs", listing: listing)
            try s3.setWebsite(
                "docs",
                """
                <IndexDocument><Suffix>index.html</Suffix></IndexDocument><ErrorDocument><Key>error.html</Key></ErrorDocument>
                <RoutingRules>
                <RoutingRule><Condition><KeyPrefixEquals>old/</KeyPrefixEquals></Condition>
                <Redirect><ReplaceKeyPrefixWith>guide/</ReplaceKeyPrefixWith><HttpRedirectCode>302</HttpRedirectCode></Redirect></RoutingRule>
                <RoutingRule><Condition><KeyPrefixEquals>lost/</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>
                <Redirect><HostName>found.test</HostName><Protocol>https</Protocol><ReplaceKeyWith>here</ReplaceKeyWith></Redirect></RoutingRule>
                </RoutingRules>
                """)
        }

        @Test func `index documents, the slash rule, redirects and the error document`() throws {
            try Workplace.with { place in
                let origin = try place.startOrigin()
                try fill(origin)
                let pages: [(target: String, body: String)] = [
                    ("/", "<p>index.html</p>"), ("/guide/", "<p>guide/index.html</p>"), ("/guide/page.html", "<p>guide/page.html</p>"),
                    ("/both", "<p>both</p>"), ("/both/", "<p>both/index.html</p>"), ("/?q=1", "<p>index.html</p>"),
                ]
                for (target, body) in pages {
                    let response = try get(origin, target)
                    #expect(response.status == 200, "\(target): \(response)")
                    #expect(response.text == body)
                    #expect(response.fields["Content-Type"] == "text/html")
                }
                let slash = try get(origin, "/guide")
                #expect(slash.status == 302)
                #expect(slash.fields["Location"]?.hasSuffix("/guide/") == true)
                let metadata = try get(origin, "/latest")
                #expect(metadata.status == 301)
                #expect(metadata.fields["Location"]?.hasSuffix("/guide/") == true)
                #expect(try get(origin, "/away").fields["Location"] == "https://elsewhere.test/x")
                let rule = try get(origin, "/old/page.html")
                #expect(rule.status == 302)
                #expect(rule.fields["Location"] == "http://\(origin.host(ofWebsite: "docs"))/guide/page.html")
                let lost = try get(origin, "/lost/x")
                #expect(lost.status == 301)
                #expect(lost.fields["Location"] == "https://found.test/here")
                let missing = try get(origin, "/nothing")
                #expect(missing.status == 404)
                #expect(missing.text == "<p>error.html</p>")

                #expect(try get(origin, "/guide/", method: "HEAD").status == 200)
                #expect(try get(origin, "/guide/", method: "POST").status == 405)
                let etag = try #require(try get(origin, "/").fields["ETag"])
                #expect(try get(origin, "/", ["If-None-Match": etag]).status == 304)
                #expect(try get(origin, "/", ["Range": "bytes=0-2"]).text == "<p>")

                // The same bucket through the API: no redirect, only what is stored.
                let head = try origin.s3.must("HEAD", "/docs/latest")
                #expect(head.fields["x-amz-website-redirect-location"] == "/guide/")
            }
        }

        @Test func `without the right to list, a missing page is 403`() throws {
            try Workplace.with { place in
                let origin = try place.startOrigin()
                try fill(origin, listing: false)
                #expect(try get(origin, "/nothing").status == 403)
                #expect(try get(origin, "/").status == 200)
            }
        }

        @Test func `redirect-all sends everything to another host, path and query kept`() throws {
            try Workplace.with { place in
                let origin = try place.startOrigin()
                try origin.s3.makeBucket("moved")
                try origin.s3.setWebsite(
                    "moved",
                    "<RedirectAllRequestsTo><HostName>new.test</HostName><Protocol>https</Protocol></RedirectAllRequestsTo>")
                let response = try get(origin, "/a/b?c=d", bucket: "moved")
                #expect(response.status == 301)
                #expect(response.fields["Location"] == "https://new.test/a/b?c=d")
            }
        }

        @Test func `a bucket without a website, or no bucket at all, is an HTML error`() throws {
            try Workplace.with { place in
                let origin = try place.startOrigin()
                try origin.s3.makeBucket("plain")
                let plain = try get(origin, "/", bucket: "plain")
                #expect(plain.status == 404)
                #expect(plain.text.contains("NoSuchWebsiteConfiguration"))
                #expect(plain.fields["Content-Type"]?.hasPrefix("text/html") == true)
                let none = try get(origin, "/", bucket: "nothing-here")
                #expect(none.status == 404)
                #expect(none.text.contains("NoSuchBucket"))
            }
        }

        @Test func `an edge over the website endpoint passes pages and redirects on, and caches both`() throws {
            try Workplace.with { place in
                let origin = try place.startOrigin()
                try fill(origin)
                let site = EdgeConfigurationText.Site(.custom(domainName: origin.host(ofWebsite: "docs")))
                let edge = try place.startEdge(EdgeConfigurationText(site))
                for (target, status) in [("/guide/", 200), ("/guide", 302), ("/latest", 301), ("/nothing", 404)] {
                    #expect(try edge.fetch("GET", target).status == status, "\(target)")
                    let second = try edge.fetch("GET", target)
                    #expect(second.status == status)
                    #expect(second.cacheResult == (status == 404 ? "Error" : "Hit"), "\(target): \(second)")
                }
            }
        }
    }
}
