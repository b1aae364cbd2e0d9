import Cryptography
import Testing

@testable import SignedURLs
import TestKeyMaterial

struct SignerTests {
    @Test func `RSA URLs are botocore's, byte for byte`() throws {
        let key = try PrivateKey(pem: TestKeys.rsaPrivate)
        let signer = URLSigner(keyPairID: "K2JCJMDEHXQW5F", key: key)
        for url in [SignerVectors.canned, SignerVectors.cannedWithQuery] {
            let bare = String(url[..<(try #require(url.firstRange(of: "Expires=")).lowerBound)].dropLast())
            #expect(try signer.signedURL(bare, policy: .canned(resource: bare, expires: SignerVectors.expires)) == url)
        }
        let target = "http://d111111abcdef8.cloudfront.net/training/1.html"
        #expect(try signer.signedURL(target, policy: .custom(SignerVectors.customPolicy)) == SignerVectors.custom)
        let modern = URLSigner(keyPairID: "K2JCJMDEHXQW5F", key: key, algorithm: .sha256)
        let image = "http://d111111abcdef8.cloudfront.net/image.jpg"
        #expect(
            try modern.signedURL(image, policy: .canned(resource: image, expires: SignerVectors.expires)) == SignerVectors.rsaSHA256)
    }

    @Test func `cookies have CloudFront's names`() throws {
        let key = try PrivateKey(pem: TestKeys.ecPrivate)
        let canned = URLSigner.Policy.canned(resource: "http://h/a", expires: 1)
        #expect(
            try URLSigner(keyPairID: "KEC", key: key).signedCookies(policy: canned).map(\.name)
                == ["CloudFront-Expires", "CloudFront-Signature", "CloudFront-Key-Pair-Id"])
        #expect(
            try URLSigner(keyPairID: "KEC", key: key, algorithm: .sha256).signedCookies(policy: .custom("{}")).map(\.name)
                == ["CloudFront-Policy", "CloudFront-Signature", "CloudFront-Key-Pair-Id", "CloudFront-Hash-Algorithm"])
    }

    @Test(arguments: [
        ("http://h/", true), ("https://h:8443/a?b=c", true), ("http*://h/*", true), ("HTTP://h/a", true), ("h/a", false), ("ftp://h/a", false),
        ("http://h", false), ("http:///a", false), ("http://", false), ("http://h/a b", false), ("http://h/ä", false), ("http://h/\"", false),
        ("http://h/a#b", false), ("http://h/a?Expires=1", false), ("http://h/a?x=1&Key-Pair-Id=K", false), ("http://h/a?expires=1", true),
    ])
    func `a URL can be signed or not`(url: String, can: Bool) { #expect((URLSigner.objection(to: url) == nil) == can) }

    @Test(arguments: [
        ("1767290400", 1_767_290_400), ("0", 0), ("2026-01-01T18:00:00Z", 1_767_290_400), ("2026-01-01", 1_767_225_600),
        ("1970-01-01", 0), ("2024-02-29", 1_709_164_800), ("2023-02-29", nil), ("2000-02-29", 951_782_400), ("2100-02-29", nil),
        ("9999-12-31T23:59:59Z", 253_402_300_799), ("253402300799", 253_402_300_799), ("253402300800", nil), ("+90", 1_090), ("+90s", 1_090),
        ("+15m", 1_900), ("+12h", 44_200), ("+7d", 605_800), ("+", nil), ("+d", nil), ("+1w", nil), ("-1", nil), ("", nil), ("tomorrow", nil),
        ("2026-13-01", nil), ("2026-01-01T24:00:00Z", nil), ("2026-01-01 18:00:00Z", nil), ("2026-01-01T18:00:00", nil), ("+-1", nil),
    ] as [(String, Int64?)])
    func `a time is read in each of its forms`(text: String, seconds: Int64?) {
        #expect(SigningTimeArgument.seconds(text, now: 1_000) == seconds)
    }
}
