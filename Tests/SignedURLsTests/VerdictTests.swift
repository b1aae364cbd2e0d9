import Cryptography
import Testing

@testable import SignedURLs
import TestKeyMaterial

private let d111 = "d111111abcdef8.cloudfront.net"
private let end = SignerVectors.expires

/// The request a viewer makes of a URL.
private func request(
    _ url: String, at now: Int64 = end - 1, from address: String = "192.0.2.7", cookies: [String] = []
) -> SignedRequest {
    let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let pieces = parts[0].split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
    return SignedRequest(
        scheme: String(pieces[0].dropLast()), host: pieces[2], path: "/" + pieces[3], query: parts.count > 1 ? parts[1] : nil,
        cookies: cookies, address: address, now: now)
}

struct VerdictTests {
    let keys: TrustedKeys
    let signer: URLSigner

    init() throws {
        keys = TrustedKeys([
            "K2JCJMDEHXQW5F": try PublicKey(pem: TestKeys.rsaPublic), "KEC": try PublicKey(pem: TestKeys.ecPublic),
        ])
        signer = URLSigner(keyPairID: "KEC", key: try PrivateKey(pem: TestKeys.ecPrivate), algorithm: .sha256)
    }

    @Test(arguments: [
        (SignerVectors.canned, nil), (SignerVectors.cannedWithQuery, "color=red&size=medium"), (SignerVectors.custom, nil),
        (SignerVectors.customWithQuery, "color=red&size=medium"), (SignerVectors.rsaSHA256, nil), (SignerVectors.ecdsaSHA256, nil),
    ] as [(String, String?)])
    func `what botocore signs is let in until it expires`(url: String, query: String?) {
        #expect(keys.verdict(on: request(url)) == .allowed(query: query))
        #expect(keys.verdict(on: request(url, at: end)) == .denied(.expired))
        #expect(TrustedKeys([:]).verdict(on: request(url)) == .denied(.unknownKey))
    }

    @Test func `a custom policy is good after its start, from its addresses, for its resources`() {
        let url = SignerVectors.custom
        #expect(keys.verdict(on: request(url, at: 1_767_139_200)) == .denied(.notYetValid))
        #expect(keys.verdict(on: request(url, at: 1_767_139_201)) == .allowed(query: nil))
        #expect(keys.verdict(on: request(url, from: "192.0.2.255")) == .allowed(query: nil))
        #expect(keys.verdict(on: request(url, from: "192.0.3.0")) == .denied(.wrongAddress))
        let parameters = url.drop { $0 != "?" }.dropFirst()
        #expect(keys.verdict(on: request("http://\(d111)/training/deep/2.html?x=1&\(parameters)")) == .allowed(query: "x=1"))
        #expect(keys.verdict(on: request("http://\(d111)/other?\(parameters)")) == .denied(.wrongResource))
        #expect(keys.verdict(on: request("https://\(d111)/training/1.html?\(parameters)")) == .denied(.wrongResource))
        for path in ["/training/../other", "/training/%2E%2e/other", "/training/.%2e/other", "/training/../../other", "/training/..%2Fother", "/training/%2e%2e%5cother"] {
            #expect(keys.verdict(on: request("http://\(d111)\(path)?\(parameters)")) == .denied(.wrongResource), "\(path)")
        }
        for path in ["/training/a/../b", "/training/a%2f..%2fb", "/training/a%2Fb", "/training/..."] {
            #expect(keys.verdict(on: request("http://\(d111)\(path)?\(parameters)")) == .allowed(query: nil), "\(path)")
        }
    }

    @Test func `any change after signing is refused`() {
        let parameters = SignerVectors.canned.drop { $0 != "?" }.dropFirst()
        for url in [
            "http://\(d111)/image.jpg?x=1&\(parameters)", "http://\(d111)/image.jpg?\(parameters)&x=1", "http://\(d111)/image.jpg?&\(parameters)",
            "http://\(d111)/image2.jpg?\(parameters)", "https://\(d111)/image.jpg?\(parameters)", "http://\(d111):8080/image.jpg?\(parameters)",
            "http://\(d111)/image.jpg?" + parameters.replacing("Expires=1767290400", with: "Expires=1767290401"),
            "http://\(d111)/image.jpg?\(parameters)&Hash-Algorithm=SHA256",
        ] {
            #expect(keys.verdict(on: request(url)) == .denied(.wrongSignature), "\(url)")
        }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var query: String
        var denial: SignatureDenial
        var testDescription: String { query }
    }

    @Test(arguments: [
        Refusal(query: "", denial: .unsigned), Refusal(query: "?x=1", denial: .unsigned),
        Refusal(query: "?Expires=1", denial: .missing("Key-Pair-Id")), Refusal(query: "?Key-Pair-Id=KEC", denial: .missing("Signature")),
        Refusal(query: "?Hash-Algorithm=SHA1", denial: .missing("Key-Pair-Id")),
        Refusal(query: "?Key-Pair-Id=KEC&Signature=AAAA", denial: .missing("Expires or Policy")),
        Refusal(query: "?Key-Pair-Id=KEC&Signature=AAAA&Expires=1&Policy=AAAA", denial: .ambiguous),
        Refusal(query: "?Key-Pair-Id=KEC&Signature=AAAA&Expires=1&Expires=2", denial: .repeated("Expires")),
        Refusal(query: "?Key-Pair-Id=kec&Signature=AAAA&Expires=1", denial: .unknownKey),
        Refusal(query: "?Key-Pair-Id=KEC&Signature=AA==&Expires=1", denial: .malformed("Signature")),
        Refusal(query: "?Key-Pair-Id=KEC&Signature=AAAA&Expires=01", denial: .malformed("Expires")),
        Refusal(query: "?Key-Pair-Id=KEC&Signature=AAAA&Expires=-1", denial: .malformed("Expires")),
        Refusal(query: "?Key-Pair-Id=KEC&Signature=AAAA&Expires=", denial: .malformed("Expires")),
        Refusal(query: "?Key-Pair-Id=KEC&Signature=AAAA&Policy=A", denial: .malformed("Policy")),
        Refusal(query: "?Key-Pair-Id=KEC&Signature=AAAA&Expires=9999999999&Hash-Algorithm=MD5", denial: .malformed("Hash-Algorithm")),
        Refusal(query: "?Key-Pair-Id=KEC&Signature=AAAA&Expires=9999999999", denial: .wrongSignature),
        Refusal(query: "?Key-Pair-Id=KEC&Signature=AAAA&Policy=AAAA", denial: .wrongSignature),
    ])
    func `a signature that is not whole or not clear is refused`(row: Refusal) {
        #expect(keys.verdict(on: request("http://h/a" + row.query)) == .denied(row.denial))
    }

    @Test func `a signed text that is no policy is refused`() throws {
        let url = try signer.signedURL("http://h/a", policy: .custom("{}"))
        guard case .denied(.unreadablePolicy) = keys.verdict(on: request(url)) else {
            Issue.record("\(keys.verdict(on: request(url)))")
            return
        }
    }

    @Test func `a quote in a path writes nothing into the policy`() throws {
        let url = "http://h/a\"b"
        let signed = try signer.signedURL(url, policy: .canned(resource: url, expires: end))
        #expect(keys.verdict(on: request(signed)) == .denied(.malformed("the URL")))
    }

    @Test func `cookies let in, canned and custom, and the query stays whole`() throws {
        func line(_ policy: URLSigner.Policy) throws -> String {
            try signer.signedCookies(policy: policy).map { "\($0)=\($1)" }.joined(separator: "; ")
        }
        let canned = try line(.canned(resource: "http://h/a?x=1", expires: end))
        #expect(keys.verdict(on: request("http://h/a?x=1", cookies: ["theme=dark; \(canned)"])) == .allowed(query: "x=1"))
        #expect(keys.verdict(on: request("http://h/a", cookies: [canned])) == .denied(.wrongSignature))
        #expect(keys.verdict(on: request("http://h/a?x=1", at: end, cookies: [canned])) == .denied(.expired))
        let resource = try #require(ResourcePattern("http*://h/*"))
        let custom = try line(.custom(SignedPolicy(resource: resource, dateLessThan: end).text))
        #expect(keys.verdict(on: request("https://h/any?x=1", cookies: [custom])) == .allowed(query: "x=1"))
        let lines = custom.split(separator: ";").map { String($0) }
        #expect(keys.verdict(on: request("https://h/any", cookies: lines)) == .allowed(query: nil))
        // The first of two cookies with one name counts.
        #expect(keys.verdict(on: request("http://h/a", cookies: [custom, "CloudFront-Signature=AAAA"])) == .allowed(query: nil))
        #expect(keys.verdict(on: request("http://h/a", cookies: ["CloudFront-Signature=AAAA", custom])) == .denied(.wrongSignature))
    }

    @Test(arguments: ["Expires=1", "Policy", "Signature=", "Key-Pair-Id=KEC", "Hash-Algorithm=SHA1"])
    func `one signing parameter in the URL, and cookies are not read`(parameter: String) throws {
        let policy = SignedPolicy(resource: try #require(ResourcePattern("*")), dateLessThan: end).text
        let cookies = try signer.signedCookies(policy: .custom(policy)).map { "\($0)=\($1)" }
        #expect(keys.verdict(on: request("http://h/a", cookies: cookies)) == .allowed(query: nil))
        guard case .denied = keys.verdict(on: request("http://h/a?\(parameter)", cookies: cookies)) else {
            Issue.record("cookies were read beside \(parameter)")
            return
        }
    }

    @Test(arguments: [
        (nil, nil), ("", ""), ("a", "a"), ("Expires=1", nil), ("&Expires=1", ""), ("a&Expires=1&b=&&c", "a&b=&&c"), ("expires=1", "expires=1"),
        ("Expires", nil), ("Policy=a=b&x", "x"), ("%45xpires=1", "%45xpires=1"),
    ] as [(String?, String?)])
    func `the parameters are taken out and the rest keeps its form`(query: String?, rest: String?) {
        #expect(SigningParameters.taken(from: query).rest == rest)
    }
}
