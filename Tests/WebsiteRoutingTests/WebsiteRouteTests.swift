import S3Model
import Testing

@testable import WebsiteRouting

@Suite struct WebsiteRouteTests {
    /// Runs a route against a table of keys; keys that are not in it are missing.
    private func decide(
        _ configuration: WebsiteConfiguration, _ path: String, query: String? = nil, keys: [String: KeyAnswer] = [:], missing: KeyAnswer = .missing(isVisible: true)
    ) -> WebsiteDecision {
        var route = WebsiteRoute(
            WebsiteRequest(scheme: .http, authority: "site.example:9000", rawPath: path, rawQuery: query, key: String(path.dropFirst())),
            configuration: configuration)
        var step = route.start()
        while true {
            switch step {
            case .decided(let decision): return decision
            case .ask(let key): step = route.answer(keys[key] ?? missing)
            }
        }
    }

    private let found = KeyAnswer.found(redirectLocation: nil)
    private let plain = WebsiteConfiguration(indexSuffix: "index.html", errorKey: "error.html")

    @Test func `redirect-all keeps path and query`() {
        let all = WebsiteConfiguration(redirectAll: .init(hostName: "www.example.com", scheme: .https))
        #expect(
            decide(all, "/a%20b/c", query: "x=1&y", keys: ["a/b": found])
                == .redirect(status: 301, location: "https://www.example.com/a%20b/c?x=1&y", .redirectAllRequests))
        let sameScheme = WebsiteConfiguration(redirectAll: .init(hostName: "www.example.com"))
        #expect(decide(sameScheme, "/") == .redirect(status: 301, location: "http://www.example.com/", .redirectAllRequests))
    }

    @Test(arguments: [("/", "index.html"), ("/docs/", "docs/index.html"), ("/docs/page.html", "docs/page.html")])
    func `a key that is empty or ends in a slash gets the index suffix`(_ row: (String, String)) {
        #expect(decide(plain, row.0, keys: [row.1: found]) == .object(key: row.1))
    }

    @Test func `a folder without its slash is redirected with 302`() {
        #expect(decide(plain, "/docs", keys: ["docs/index.html": found]) == .redirect(status: 302, location: "/docs/", .folderWithoutSlash))
        #expect(
            decide(plain, "/docs", keys: ["docs/index.html": found], missing: .missing(isVisible: false))
                == .redirect(status: 302, location: "/docs/", .folderWithoutSlash))
    }

    @Test func `an object wins over the folder of the same name`() {
        #expect(decide(plain, "/docs", keys: ["docs": found, "docs/index.html": found]) == .object(key: "docs"))
    }

    @Test func `redirect metadata answers 301`() {
        let keys = ["old": KeyAnswer.found(redirectLocation: "https://example.com/new")]
        #expect(decide(plain, "/old", keys: keys) == .redirect(status: 301, location: "https://example.com/new", .objectMetadata))
    }

    @Test func `rules by prefix act before the object is looked at`() {
        let configuration = WebsiteConfiguration(
            indexSuffix: "index.html",
            routingRules: [
                .init(condition: .init(keyPrefixEquals: "docs/"), redirect: .init(replacement: .prefix(with: "documents/"))),
                .init(condition: .init(keyPrefixEquals: "one"), redirect: .init(scheme: .https, hostName: "h.example", replacement: .wholeKey(with: "two"), httpRedirectCode: 307)),
            ])
        #expect(
            decide(configuration, "/docs/a b", query: "q", keys: ["docs/a b": found])
                == .redirect(status: 301, location: "http://site.example:9000/documents/a%20b?q", .routingRule(0)))
        #expect(decide(configuration, "/one/x") == .redirect(status: 307, location: "https://h.example/two", .routingRule(1)))
    }

    @Test func `a rule without condition takes everything`() {
        let configuration = WebsiteConfiguration(indexSuffix: "i", routingRules: [.init(redirect: .init(hostName: "h.example"))])
        #expect(decide(configuration, "/x", keys: ["x": found]) == .redirect(status: 301, location: "http://h.example/x", .routingRule(0)))
    }

    @Test func `rules by error code act only on that failure and prefix`() {
        let configuration = WebsiteConfiguration(
            indexSuffix: "index.html", errorKey: "error.html",
            routingRules: [
                .init(condition: .init(keyPrefixEquals: "app/", httpErrorCodeReturnedEquals: 404), redirect: .init(replacement: .prefix(with: "#!/"), httpRedirectCode: 302)),
                .init(condition: .init(httpErrorCodeReturnedEquals: 403), redirect: .init(hostName: "login.example")),
            ])
        #expect(decide(configuration, "/app/x", keys: ["app/x": found]) == .object(key: "app/x"))
        #expect(decide(configuration, "/app/y") == .redirect(status: 302, location: "http://site.example:9000/#!/y", .routingRule(0)))
        #expect(decide(configuration, "/z", missing: .missing(isVisible: false)) == .redirect(status: 301, location: "http://login.example/z", .routingRule(1)))
        #expect(decide(configuration, "/z", keys: ["error.html": found]) == .errorDocument(key: "error.html", .noSuchKey))
    }

    @Test func `the error document keeps the original status`() {
        #expect(decide(plain, "/x", keys: ["error.html": found]) == .errorDocument(key: "error.html", .noSuchKey))
        #expect(decide(plain, "/x", keys: ["x": .denied, "error.html": found]) == .errorDocument(key: "error.html", .accessDenied))
        #expect(decide(plain, "/x", keys: ["error.html": found], missing: .missing(isVisible: false)) == .errorDocument(key: "error.html", .accessDenied))
    }

    @Test func `a missing or private error document gives the built-in page`() {
        #expect(decide(plain, "/x") == .errorPage(.noSuchKey, key: "x", errorDocument: .init(key: "error.html", failure: .noSuchKey)))
        #expect(
            decide(plain, "/x", keys: ["error.html": .denied])
                == .errorPage(.noSuchKey, key: "x", errorDocument: .init(key: "error.html", failure: .accessDenied)))
        #expect(decide(WebsiteConfiguration(indexSuffix: "i"), "/x") == .errorPage(.noSuchKey, key: "x", errorDocument: nil))
    }

    @Test func `the built-in page shows escaped facts`() {
        let page = ErrorPage.html(.noSuchKey, details: [("Key", "<script>")], requestID: "R", hostID: "H")
        #expect(page.contains("<title>404 Not Found</title>"))
        #expect(page.contains("<li>Code: NoSuchKey</li>\n<li>Message: The key does not exist</li>\n<li>Key: &lt;script&gt;</li>\n<li>RequestId: R</li>\n<li>HostId: H</li>"))
    }
}

@Suite struct WebsiteValidationTests {
    private typealias W = WebsiteConfiguration
    private static func rules(_ count: Int) -> [W.RoutingRule] { Array(repeating: .init(redirect: .init(hostName: "h")), count: count) }

    static let good: [WebsiteConfiguration] = [
        W(redirectAll: .init(hostName: "h")), W(indexSuffix: "index.html"), W(indexSuffix: "i", errorKey: "e/x.html", routingRules: rules(50)),
        W(indexSuffix: "i", routingRules: [.init(condition: .init(httpErrorCodeReturnedEquals: 417), redirect: .init(httpRedirectCode: 308))]),
        W(indexSuffix: "i", routingRules: [.init(condition: .init(keyPrefixEquals: ""), redirect: .init(replacement: .wholeKey(with: "")))]),
    ]

    @Test(arguments: good)
    func `a sensible configuration is taken`(_ configuration: WebsiteConfiguration) throws {
        try configuration.validate()
    }

    static let bad: [(WebsiteConfiguration, S3ErrorCode)] = [
        (W(), .invalidArgument), (W(errorKey: "e"), .invalidArgument), (W(indexSuffix: ""), .invalidArgument), (W(indexSuffix: "a/b"), .invalidArgument),
        (W(indexSuffix: "i", errorKey: ""), .invalidArgument), (W(redirectAll: .init(hostName: "h"), indexSuffix: "i"), .invalidArgument),
        (W(redirectAll: .init(hostName: "")), .invalidArgument), (W(redirectAll: .init(hostName: "a b")), .invalidArgument),
        (W(redirectAll: .init(hostName: "a\r\nX: y")), .invalidArgument), (W(indexSuffix: "i", routingRules: rules(51)), .invalidRequest),
        (W(indexSuffix: "i", routingRules: [.init(redirect: .init())]), .malformedXML),
        (W(indexSuffix: "i", routingRules: [.init(condition: .init(), redirect: .init(hostName: "h"))]), .invalidRequest),
        (W(indexSuffix: "i", routingRules: [.init(condition: .init(httpErrorCodeReturnedEquals: 418), redirect: .init(hostName: "h"))]), .invalidRequest),
        (W(indexSuffix: "i", routingRules: [.init(condition: .init(httpErrorCodeReturnedEquals: 399), redirect: .init(hostName: "h"))]), .invalidRequest),
        (W(indexSuffix: "i", routingRules: [.init(redirect: .init(httpRedirectCode: 300))]), .invalidRequest),
        (W(indexSuffix: "i", routingRules: [.init(redirect: .init(httpRedirectCode: 304))]), .invalidRequest),
        (W(indexSuffix: "i", routingRules: [.init(redirect: .init(httpRedirectCode: 309))]), .invalidRequest),
    ]

    @Test(arguments: bad)
    func `a configuration that breaks a rule is refused with its code`(_ row: (WebsiteConfiguration, S3ErrorCode)) {
        #expect { try row.0.validate() } throws: { ($0 as? S3Error)?.code == row.1 }
    }
}
