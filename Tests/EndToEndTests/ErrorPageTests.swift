import Testing

extension EndToEnd {
    /// Errors of the origin: how long they are remembered, and the pages put in their place.
    @Suite struct ErrorPageTests {
        @Test func `custom pages replace errors, with another status where the rule says so`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { request in
                    switch request.path {
                    case "/missing.html": .whole(200, ["Content-Type": "text/html"], "<h1>our own page</h1>")
                    case "/app.html": .whole(200, ["Content-Type": "text/html"], "<h1>the application</h1>")
                    case "/forbidden": .whole(403, [:], "origin's 403")
                    case "/broken": .whole(500, [:], "origin's 500")
                    default: .whole(404, [:], "origin's 404")
                    }
                }
                var site = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
                site.errorPages = [
                    .init(code: 404, page: ("/missing.html", 404)), .init(code: 403, page: ("/app.html", 200)),
                    .init(code: 500, page: ("/not-there-either.html", 503)),
                ]
                let edge = try place.startEdge(EdgeConfigurationText(site))
                let missing = try edge.fetch("GET", "/nowhere")
                #expect(missing.status == 404)
                #expect(missing.text == "<h1>our own page</h1>")
                #expect(missing.fields["Content-Type"] == "text/html")
                #expect(missing.cacheResult == "Error")

                let application = try edge.fetch("GET", "/forbidden")
                #expect(application.status == 200)
                #expect(application.text == "<h1>the application</h1>")

                // The page's own fetch fails: its status is what the viewer gets.
                #expect(try edge.fetch("GET", "/broken").status == 404)

                let head = try edge.fetch("HEAD", "/nowhere-else")
                #expect(head.status == 404)
            }
        }

        @Test func `errors are remembered for the error caching minimum, and not where it is 0`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { _ in .whole(404, [:], "no") }
                var remembering = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
                remembering.alias = "remembering.test"
                var forgetful = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
                forgetful.id = "ESITE00000002"
                forgetful.alias = "forgetful.test"
                forgetful.errorPages = [.init(code: 404, minTTL: 0)]
                forgetful.originPath = "/f"
                let edge = try place.startEdge(EdgeConfigurationText(remembering, forgetful))
                for _ in 0..<3 { #expect(try edge.fetch("GET", "/x", host: "remembering.test").status == 404) }
                #expect(origin.requests(for: "/x").count == 1)
                for _ in 0..<3 { #expect(try edge.fetch("GET", "/x", host: "forgetful.test").status == 404) }
                #expect(origin.requests(for: "/f/x").count == 3)
            }
        }

        @Test func `a missing object of a private bucket becomes the site's own page`() throws {
            try Workplace.with { place in
                let origin = try place.startOrigin()
                var site = EdgeConfigurationText.Site(.bucket(domainName: origin.host(ofBucket: "hello")))
                site.rootObject = "index.html"
                site.errorPages = [.init(code: 403, page: ("/404.html", 404)), .init(code: 404, page: ("/404.html", 404))]
                let edge = try place.startEdge(EdgeConfigurationText(site, credentialsFile: origin.credentialsFile))
                try origin.s3.makeBucket("hello")
                try origin.s3.put("hello", "404.html", "<p>not here</p>", ["Content-Type": "text/html"])
                try origin.s3.allowReads("hello", fromDistribution: site.arn)
                let missing = try edge.fetch("GET", "/nowhere.html")
                #expect(missing.status == 404, "\(missing)")
                #expect(missing.text == "<p>not here</p>")
            }
        }
    }
}
