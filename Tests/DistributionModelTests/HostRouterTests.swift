import DistributionModel
import HTTPCaching
import Testing

private func distribution(_ id: String, _ aliases: [String]) -> Distribution {
    Distribution(
        id: id, aliases: aliases.compactMap(Alias.init), origins: [],
        defaultCacheBehavior: CacheBehavior(targetOriginID: "o", cachePolicy: CachePolicy()))
}

@Suite struct HostRouterTests {
    static let router = HostRouter([
        distribution("EONE", ["www.example.com", "Hello.localhost"]),
        distribution("ETWO", ["*.example.com", "*.deep.example.com.au"]),
        distribution("ETHREE", ["*.deep.example.com"]),
    ])

    @Test(arguments: [
        ("www.example.com", 0), ("WWW.Example.COM", 0), ("www.example.com:8080", 0), ("www.example.com.", 0),
        ("www.example.com.:8080", 0), ("hello.localhost:80", 0), ("img.example.com", 1), ("a.b.example.com", 1),
        ("deep.example.com", 1), ("x.deep.example.com", 2), ("y.x.deep.example.com", 2), ("example.com", nil),
        (".example.com", nil), ("badexample.com", nil), ("eone.cloudfront.localhost", 0),
        ("ETWO.cloudfront.localhost:8080", 1), ("efour.cloudfront.localhost", nil), ("localhost", nil), ("127.0.0.1:8080", nil),
        ("[::1]:8080", nil), ("[::1", nil), ("", nil), (":80", nil), (".", nil), ("xn--caf-dma.example.com", 1),
    ] as [(String, Int?)])
    func `a host leads to the most specific name`(host: String, position: Int?) {
        #expect(Self.router.distribution(forHost: host) == position, "\(host)")
    }

    @Test(arguments: [
        ("www.example.com", "www.example.com"), ("*.Example.com", "*.example.com"), ("localhost", "localhost"), ("_a-1.b", "_a-1.b"),
        ("*", nil), ("a.*.com", nil), ("w*.example.com", nil), ("*example.com", nil), ("", nil), ("a..b", nil), (".a", nil), ("a.", nil),
        ("a b", nil), ("a:80", nil), ("http://a", nil), (String(repeating: "a", count: 63), String(repeating: "a", count: 63)),
        (String(repeating: "a", count: 64), nil),
    ] as [(String, String?)])
    func `aliases are host names with at most a leftmost wildcard`(text: String, name: String?) {
        #expect(Alias(text)?.name == name, "\(text)")
    }
}
