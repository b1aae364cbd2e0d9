import DistributionModel
import HTTPCaching
import HTTPTypes
import Testing

@Suite struct ModelTests {
    @Test(arguments: [
        ("index.html", true), ("a/index.html", true), ("/index.html", false), ("", false), ("a b", false), ("é.html", false),
        (String(repeating: "a", count: 255), true), (String(repeating: "a", count: 256), false),
    ])
    func `default root objects have no leading slash`(key: String, valid: Bool) {
        #expect((DefaultRootObject(key) != nil) == valid, "\(key)")
        #expect(DefaultRootObject(key)?.path == (valid ? "/" + key : nil))
    }

    @Test(arguments: [
        ("", true), ("/production", true), ("/a/b", true), ("/", false), ("/a/", false), ("a", false), ("/a?b", false),
        ("/a#b", false), ("/a b", false), ("/é", false), ("/" + String(repeating: "a", count: 254), true),
        ("/" + String(repeating: "a", count: 255), false),
    ])
    func `origin paths start with a slash and do not end with one`(text: String, valid: Bool) {
        #expect((OriginPath(text) != nil) == valid, "\(text)")
    }

    @Test(arguments: [
        ("hello.s3.localhost:9000", "hello.s3.localhost", 9000), ("Example.COM", "example.com", nil), ("127.0.0.1:1", "127.0.0.1", 1),
        ("[::1]:9000", "[::1]", 9000), ("[::1]", "[::1]", nil), ("a:65535", "a", 65535),
    ] as [(String, String, Int?)])
    func `origin domain names may carry a port`(text: String, host: String, port: Int?) throws {
        let name = try #require(OriginDomainName(text))
        #expect(name.host == host)
        #expect(name.port == port)
    }

    @Test(arguments: ["", ":80", "a:", "a:0", "a:65536", "a:+1", "http://a", "a/b", "*.a", "a b", "[]:1", "[::1", "::1", "[a]:1", "a:1:2"])
    func `anything else is no origin domain name`(text: String) {
        #expect(OriginDomainName(text) == nil, "\(text)")
    }

    @Test(arguments: [
        ("X-Origin", "1", nil), ("Authorization", "Bearer x", nil), ("Origin", "https://a", nil),
        ("Host", "a", "a header CloudFront lets one add (not Host)"),
        ("x-amz-date", "a", "a header CloudFront lets one add (not x-amz-date)"),
        ("X-Edge-Location", "a", "a header CloudFront lets one add (not X-Edge-Location)"),
        ("transfer-encoding", "chunked", "a header CloudFront lets one add (not transfer-encoding)"),
        ("X-A", "a\nb", "a value without control characters"), ("X A", "a", "a header name of letters, digits and !#$%&'*+-.^_`|~"),
        (String(repeating: "n", count: 256), "", nil),
        (String(repeating: "n", count: 257), "", "a name of at most 256 characters"),
        ("X-A", String(repeating: "v", count: 1783), nil),
        ("X-A", String(repeating: "v", count: 1784), "a value of at most 1783 characters"),
    ] as [(String, String, String?)])
    func `custom headers keep CloudFront's rules`(name: String, value: String, objection: String?) {
        #expect(CustomHeaderRules.objection(name: name, value: value) == objection)
    }

    @Test func `the three method sets hold what they say`() {
        #expect(AllowedMethods.getHead.contains(.get) && !AllowedMethods.getHead.contains(.options))
        #expect(AllowedMethods.getHeadOptions.contains(.options) && !AllowedMethods.getHeadOptions.contains(.put))
        #expect(AllowedMethods.all.methods.count == 7 && !AllowedMethods.all.contains(.trace))
        #expect(CachedMethods.getHead.contains(.head) && !CachedMethods.getHead.contains(.options))
    }

    @Test func `the first matching behavior wins and the default comes last`() throws {
        func behavior(_ pattern: String, _ origin: String) throws -> CacheBehavior {
            CacheBehavior(pathPattern: try PathPattern(pattern), targetOriginID: origin, cachePolicy: CachePolicy())
        }
        let distribution = Distribution(
            id: "E1", origins: [], defaultCacheBehavior: try behavior("*", "rest"),
            cacheBehaviors: [try behavior("/img/*", "images"), try behavior("*.png", "pngs")])
        #expect(distribution.cacheBehavior(forPath: "/img/a.png").targetOriginID == "images")
        #expect(distribution.cacheBehavior(forPath: "/a.png").targetOriginID == "pngs")
        #expect(distribution.cacheBehavior(forPath: "/").targetOriginID == "rest")
        #expect(distribution.arn(accountID: "000000000000") == "arn:aws:cloudfront::000000000000:distribution/E1")
        #expect(distribution.domainName == "e1.cloudfront.localhost")
    }
}
