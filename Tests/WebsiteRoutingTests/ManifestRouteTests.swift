import ConfigurationReading
import DeployModel
import Testing

@testable import WebsiteRouting

struct ManifestRouteTests {
    private func manifest(
        _ paths: [String], redirects: String = "", headers: String = "", _ clean: Manifest.CleanURLs = .off, fallback: String? = nil
    ) -> Manifest {
        var files: [String: Manifest.File] = [:]
        for path in paths {
            files[path] = Manifest.File(
                blob: Blob(hash: .of(Array(path.utf8)), byteCount: 1), contentType: path.hasSuffix(".html") ? "text/html" : "text/css",
                cacheControl: path.hasSuffix(".html") ? "page" : "asset")
        }
        let redirects = RedirectsFile(reading: redirects, file: "_redirects")
        let headers = HeadersFile(reading: headers, file: "_headers")
        #expect(redirects.problems.filter { $0.severity == .error }.isEmpty)
        #expect(headers.problems.filter { $0.severity == .error }.isEmpty)
        return Manifest(
            files: files, redirects: redirects.rules.map(\.rule), headers: headers.rules.map(\.rule), cleanURLs: clean,
            fallbackPage: fallback)
    }

    private func decide(_ manifest: Manifest, _ path: String, query: String? = nil, navigation: Bool = false) -> ManifestDecision {
        manifest.decide(ManifestRequest(path: path, query: query, isNavigation: navigation))
    }

    @Test(arguments: [
        ("/", .file("index.html", status: 200, because: .index)),
        ("/a.css", .file("a.css", status: 200, because: .exact)),
        ("/docs/", .file("docs/index.html", status: 200, because: .index)),
        ("/docs", .redirect("/docs/", status: 308, because: .slash)),
        ("/%C3%BC.html", .file("ü.html", status: 200, because: .exact)),
        ("/docs/x", .file("docs/404.html", status: 404, because: .notFoundPage)),
        ("/docs/x/y/", .file("docs/404.html", status: 404, because: .notFoundPage)),
        ("/x", .file("404.html", status: 404, because: .notFoundPage)),
        ("/docs/../a.css", .file("docs/404.html", status: 404, because: .notFoundPage)),
        ("/about", .file("404.html", status: 404, because: .notFoundPage)),
        ("/%zz", .badRequest), ("/%00", .badRequest), ("a.css", .badRequest), ("/%ff", .badRequest), ("/%4", .badRequest),
    ] as [(String, ManifestDecision)])
    func `a path means a file, a folder's index, or the nearest 404 page`(path: String, decision: ManifestDecision) {
        let site = manifest(["index.html", "a.css", "docs/index.html", "docs/404.html", "404.html", "ü.html", "about.html"])
        #expect(decide(site, path) == decision)
    }

    @Test func `without a 404 page there is nothing, and a redirect keeps the query`() {
        let site = manifest(["docs/index.html"])
        #expect(decide(site, "/") == .notFound)
        #expect(decide(site, "/docs", query: "a=1&b=%20") == .redirect("/docs/?a=1&b=%20", status: 308, because: .slash))
        #expect(decide(site, "//docs") == .notFound)
    }

    @Test(arguments: [
        (.redirect, "/about", .file("about.html", status: 200, because: .cleanURL)),
        (.redirect, "/about.html", .redirect("/about?q", status: 308, because: .cleanURL)),
        (.redirect, "/about/", .redirect("/about?q", status: 308, because: .cleanURL)),
        (.redirect, "/index.html", .redirect("/?q", status: 308, because: .cleanURL)),
        (.redirect, "/docs/index.html", .redirect("/docs/?q", status: 308, because: .cleanURL)),
        (.redirect, "/both.html", .file("both.html", status: 200, because: .exact)),
        (.redirect, "/both", .file("both", status: 200, because: .exact)),
        (.rewrite, "/about", .file("about.html", status: 200, because: .cleanURL)),
        (.rewrite, "/about.html", .file("about.html", status: 200, because: .exact)),
        (.off, "/about", .notFound), (.off, "/about.html", .file("about.html", status: 200, because: .exact)),
        (.off, "/about/", .notFound),
    ] as [(Manifest.CleanURLs, String, ManifestDecision)])
    func `clean URLs are off, redirect or rewrite`(mode: Manifest.CleanURLs, path: String, decision: ManifestDecision) {
        let site = manifest(["index.html", "about.html", "docs/index.html", "both", "both.html"], mode)
        #expect(decide(site, path, query: "q") == decision)
    }

    static let rules = """
        /old /new
        /here /elsewhere
        /forced /elsewhere 301!
        /blog/* /news/:splat 301
        /u/:id/:part https://e.example:8/:part?id=:id 307
        /q /new?own=1 308
        /frag /new#part 302
        /app/* /index.html 200
        /gone/* /gone.html 404
        /nowhere /missing.html 200
        /open/* /:splat 302
        """

    @Test(arguments: [
        ("/old", .redirect("/new?q=1", status: 302, because: .rule("/old"))),
        ("/old/", .redirect("/new?q=1", status: 302, because: .rule("/old"))),
        ("/here", .file("here", status: 200, because: .exact)),
        ("/forced", .redirect("/elsewhere?q=1", status: 301, because: .rule("/forced"))),
        ("/blog/a/b%20c", .redirect("/news/a/b%20c?q=1", status: 301, because: .rule("/blog/*"))),
        ("/u/a%2Fb%26x/c", .redirect("https://e.example:8/c?q", status: 307, because: .rule("/u/:id/:part"))),
        ("/q", .redirect("/new?own=1", status: 308, because: .rule("/q"))),
        ("/frag", .redirect("/new?q=1#part", status: 302, because: .rule("/frag"))),
        ("/app/x/y", .file("index.html", status: 200, because: .rewrite("/app/*"))),
        ("/app/real.css", .file("app/real.css", status: 200, because: .exact)),
        ("/gone/x", .file("gone.html", status: 404, because: .ruledNotFound("/gone/*"))),
        ("/nowhere", .notFound),
        ("/open//evil.example", .redirect("/evil.example?q=1", status: 302, because: .rule("/open/*"))),
        ("/open/%5Cevil.example", .redirect("/%5Cevil.example?q=1", status: 302, because: .rule("/open/*"))),
        ("/open/a%0D%0AX:y", .redirect("/a%0D%0AX:y?q=1", status: 302, because: .rule("/open/*"))),
    ] as [(String, ManifestDecision)])
    func `the first rule that matches decides, and steps back for a file unless forced`(path: String, decision: ManifestDecision) {
        let site = manifest(["index.html", "new", "here", "forced", "app/real.css", "gone.html"], redirects: Self.rules)
        if path.hasPrefix("/u/") {
            // A decoded slash makes another segment; the rule does not fit three.
            #expect(decide(site, path, query: "q=1") == .notFound)
            #expect(
                decide(site, "/u/a%26x/c%3Fd", query: "q=1")
                    == .redirect("https://e.example:8/c%3Fd?id=a%26x", status: 307, because: .rule("/u/:id/:part")))
        } else {
            #expect(decide(site, path, query: "q=1") == decision)
        }
    }

    @Test func `only navigations get the fallback page`() {
        let site = manifest(["index.html", "404.html", "a.css"], fallback: "index.html")
        #expect(decide(site, "/dash/board", navigation: true) == .file("index.html", status: 200, because: .fallback))
        #expect(decide(site, "/assets/gone.js") == .file("404.html", status: 404, because: .notFoundPage))
        #expect(decide(site, "/a.css", navigation: true) == .file("a.css", status: 200, because: .exact))
        #expect(ManifestRequest.isNavigation(secFetchMode: "navigate", accept: nil))
        #expect(!ManifestRequest.isNavigation(secFetchMode: "no-cors", accept: "text/html"))
        #expect(ManifestRequest.isNavigation(secFetchMode: nil, accept: "text/HTML,*/*"))
        #expect(!ManifestRequest.isNavigation(secFetchMode: nil, accept: "*/*"))
    }

    @Test func `fields come from the file, then from _headers, and stand-ins keep their own lifetime`() {
        let site = manifest(
            ["index.html", "a.css", "assets/x.css", "404.html"],
            headers: "/assets/*\n  Cache-Control: immutable\n  X-A: 1\n/a.css\n  content-type: text/plain\n/index.html\n  Cache-Control: own\n",
            fallback: "index.html")
        func fields(_ path: String, navigation: Bool = false, production: Bool = true) -> [String] {
            decide(site, path, navigation: navigation).fields(of: site, at: path, isProduction: production).map { "\($0.name): \($0.value)" }
        }
        #expect(fields("/a.css") == ["Cache-Control: asset", "content-type: text/plain"])
        #expect(fields("/assets/x.css") == ["Content-Type: text/css", "Cache-Control: immutable", "X-A: 1"])
        #expect(fields("/assets/gone.css") == ["Content-Type: text/html", "Cache-Control: page", "X-A: 1"])
        #expect(fields("/assets/gone", navigation: true) == ["Content-Type: text/html", "X-A: 1", "Cache-Control: own"])
        #expect(fields("/", production: false) == ["Content-Type: text/html", "Cache-Control: page", "X-Robots-Tag: noindex"])
    }

    @Test func `redirects that never end are found, with the way they go`() {
        #expect(RedirectLoop.all(in: manifest(["b"], redirects: "/a /b\n/b /a\n")) == [])
        #expect(
            RedirectLoop.all(in: manifest([], redirects: "/a /b\n/b /c\n/c /a\n/d https://e.example/a\n"))
                == [
                    RedirectLoop(rule: 0, chain: ["/a", "/b", "/c", "/a"]), RedirectLoop(rule: 1, chain: ["/b", "/c", "/a", "/b"]),
                    RedirectLoop(rule: 2, chain: ["/c", "/a", "/b", "/c"]),
                ])
        let growing = RedirectLoop.all(in: manifest([], redirects: "/a/* /a/x/:splat 301\n"))
        #expect(growing.map(\.chain.count) == [RedirectLoop.hopsMax + 1])
        #expect(RedirectLoop.all(in: manifest(["index.html"], redirects: "/* /index.html 301\n", .redirect)) == [])
    }

    @Test func `rules are read with their lines, and a removal that follows a value`() {
        let redirects = RedirectsFile(reading: "# x\n/a /b 301!\nnonsense\n", file: "f")
        #expect(redirects.rules.map(\.line) == [2])
        #expect(redirects.rules.first?.rule.isForced == true)
        #expect(redirects.problems.count == 1)
        let headers = HeadersFile(reading: "/a\n  X: y  \n  ! Z\n/b\n/c\n  ! W\n", file: "f")
        #expect(headers.rules.map(\.line) == [1, 5])
        #expect(headers.rules.first?.rule.set == [.init("X", "y")])
        #expect(headers.rules.map(\.rule.remove) == [["Z"], ["W"]])
    }
}
