import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

private func name(_ text: String) throws -> HTTPField.Name { try #require(HTTPField.Name("CloudFront-" + text)) }

@Suite struct GeneratedHeadersTests {
    private static let viewer = ViewerFacts(
        address: "192.0.2.7", port: 4711, httpVersion: "1.1", isSecure: false,
        fields: [.hostField: "a", .userAgent: "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X)", .accept: "*/*"])

    @Test(arguments: [
        ("Viewer-Address", "192.0.2.7:4711"), ("Viewer-Http-Version", "1.1"), ("Forwarded-Proto", "http"),
        ("Viewer-Header-Order", "Host:User-Agent:Accept"), ("Viewer-Header-Count", "3"), ("Is-Tablet-Viewer", "true"),
        ("Is-Mobile-Viewer", "false"), ("Is-Desktop-Viewer", "false"), ("Is-SmartTV-Viewer", "false"), ("Is-IOS-Viewer", "true"),
        ("Is-Android-Viewer", "false"),
    ])
    func `each header that can be made says what the request says`(header: String, value: String) throws {
        #expect(GeneratedHeaders.fields(named: [try name(header)], for: Self.viewer) == [try name(header): value])
    }

    @Test func `over TLS the protocol is https`() throws {
        var viewer = Self.viewer
        viewer.isSecure = true
        #expect(GeneratedHeaders.fields(named: [try name("Forwarded-Proto")], for: viewer)[try name("Forwarded-Proto")] == "https")
    }

    @Test func `what cannot be made is left out, and so are names of the viewer's own`() throws {
        #expect(GeneratedHeaders.fields(named: [try name("Viewer-Country"), .accept], for: Self.viewer) == [:])
    }

    @Test(arguments: [(7_680, 7_680), (7_681, 7_680)])
    func `the header order is cut at its limit`(length: Int, kept: Int) throws {
        var viewer = Self.viewer
        viewer.fields = [try #require(HTTPField.Name(String(repeating: "x", count: length))): "1"]
        let made = GeneratedHeaders.fields(named: [try name("Viewer-Header-Order")], for: viewer)
        #expect(made[try name("Viewer-Header-Order")]?.utf8.count == kept)
    }

    @Test(arguments: [
        ("Is-Mobile-Viewer", GeneratedHeaders.Standing.inAnyPolicy), ("Forwarded-Proto", .inAnyPolicy),
        ("Viewer-Address", .inOriginRequestPolicyOnly), ("Viewer-Header-Order", .inOriginRequestPolicyOnly),
        ("Viewer-Country", .unavailable("the edge has no table of places by address")),
        ("Viewer-ASN", .unavailable("the edge has no table of networks by address")),
        ("Viewer-JA3-Fingerprint", .unavailable("the edge keeps no details of TLS handshakes")), ("Viewer-Shoe-Size", .unknown),
    ])
    func `a policy may name what can be made`(header: String, standing: GeneratedHeaders.Standing) throws {
        let name = try name(header)
        #expect(GeneratedHeaders.standing(of: name) == standing)
        let inCache = GeneratedHeaders.problems([name], inCachePolicy: true)
        let toOrigin = GeneratedHeaders.problems([name], inCachePolicy: false)
        switch standing {
        case .viewers, .inAnyPolicy: #expect(inCache == [] && toOrigin == [])
        case .inOriginRequestPolicyOnly: #expect(inCache == [.originRequestOnly(name: name.rawName)] && toOrigin == [])
        case .unavailable(let reason):
            #expect(inCache == [.unavailableHeader(name: name.rawName, reason: reason)] && toOrigin == inCache)
        case .unknown: #expect(inCache == [.refusedName(kind: "header", name: name.rawName)] && toOrigin == inCache)
        }
    }

    @Test(arguments: [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130", DeviceFamily.Kind.desktop, false, false),
        ("curl/8.5.0", .desktop, false, false), ("", .desktop, false, false),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148", .mobile, false, true),
        ("Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) Mobile/15E148", .tablet, false, true),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/130 Mobile Safari/537.36", .mobile, true, false),
        ("Mozilla/5.0 (Linux; Android 13; SM-X700) Chrome/130 Safari/537.36", .tablet, true, false),
        ("Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0)", .smartTV, false, false),
        ("Mozilla/5.0 (Linux; Android 9; AFTT) Mobile Safari", .smartTV, true, false),
        ("Opera/9.80 (J2ME/MIDP; Opera Mini/9)", .mobile, false, false),
    ])
    func `a user agent is of one kind`(agent: String, kind: DeviceFamily.Kind, isAndroid: Bool, isIOS: Bool) {
        let device = DeviceFamily(userAgent: agent)
        #expect(device.kind == kind)
        #expect((device.isAndroid, device.isIOS) == (isAndroid, isIOS))
    }

    @Test(arguments: [HTTPField.Name.authorization, .acceptEncoding, .cookie])
    func `an origin request policy cannot list what other settings choose`(name: HTTPField.Name) {
        #expect(OriginRequestPolicy(headers: .whitelist([name])).problems == [.refusedName(kind: "header", name: name.rawName)])
        #expect(OriginRequestPolicy(headers: .allExcept([name])).problems == [])
    }
}
