import HTTPCaching
import HTTPTypes
import Testing

private let good: HTTPFields = [.contentType: "text/html; charset=utf-8", .contentLength: "5000"]
private let policy = CachePolicy(minTTL: 1, enableAcceptEncodingGzip: true, enableAcceptEncodingBrotli: true)

private struct Row: CustomTestStringConvertible, Sendable {
    var rule = CompressionRule(isEnabled: true)
    var status = 200
    var changes: HTTPFields = [:]
    var removes: HTTPField.Name?
    var hasBody = true
    var policy: CachePolicy = HTTPCachingTests.policy
    var accepted: AcceptEncodingClass = .brGzip
    var http10 = false
    var expected: CompressionRule.Decision
    var testDescription: String { "\(status) \(changes) \(accepted) -> \(expected)" }
}

@Suite struct CompressionRuleTests {
    @Test(arguments: [
        Row(expected: .compress(.brotli)), Row(accepted: .br, expected: .compress(.brotli)), Row(accepted: .gzip, expected: .compress(.gzip)),
        Row(accepted: .none, expected: .identity(.notAccepted)),
        Row(rule: CompressionRule(isEnabled: false), expected: .identity(.notEnabled)),
        Row(policy: CachePolicy(), expected: .identity(.policyDoesNotCompress)),
        Row(policy: CachePolicy(enableAcceptEncodingGzip: true, headers: [.acceptEncoding]), expected: .identity(.policyDoesNotCompress)),
        Row(http10: true, expected: .identity(.viewerIsHTTP10)),
        Row(status: 403, expected: .compress(.brotli)), Row(status: 404, expected: .compress(.brotli)),
        Row(status: 201, expected: .identity(.status)), Row(status: 206, expected: .identity(.status)), Row(status: 500, expected: .identity(.status)),
        Row(hasBody: false, expected: .identity(.noBody)),
        Row(changes: [.contentEncoding: "gzip"], expected: .identity(.alreadyEncoded)),
        Row(changes: [.contentEncoding: "identity"], expected: .identity(.alreadyEncoded)),
        Row(changes: [.contentLength: "999"], expected: .identity(.tooSmall)), Row(changes: [.contentLength: "1000"], expected: .compress(.brotli)),
        Row(changes: [.contentLength: "10000000"], expected: .compress(.brotli)), Row(changes: [.contentLength: "10000001"], expected: .identity(.tooLarge)),
        Row(changes: [.contentLength: "5 000"], expected: .identity(.lengthUnknown)), Row(removes: .contentLength, expected: .identity(.lengthUnknown)),
        Row(changes: [.contentType: "IMAGE/SVG+XML"], expected: .compress(.brotli)), Row(changes: [.contentType: "font/ttf"], expected: .compress(.brotli)),
        Row(changes: [.contentType: "font/woff2"], expected: .identity(.mediaType)), Row(changes: [.contentType: "image/png"], expected: .identity(.mediaType)),
        Row(changes: [.contentType: "text"], expected: .identity(.mediaType)), Row(removes: .contentType, expected: .identity(.mediaType)),
        Row(changes: [.cacheControl: "no-transform"], expected: .identity(.noTransform)),
        Row(rule: CompressionRule(isEnabled: true, honorsNoTransform: false), changes: [.cacheControl: "no-transform"], expected: .compress(.brotli)),
        Row(rule: CompressionRule(isEnabled: true, requiresPositiveMinTTL: true), expected: .compress(.brotli)),
        Row(rule: CompressionRule(isEnabled: true, requiresPositiveMinTTL: true),
            policy: CachePolicy(enableAcceptEncodingGzip: true), expected: .identity(.minTTLIsZero)),
    ])
    fileprivate func `a response is compressed under CloudFront's conditions`(row: Row) {
        var fields = good
        for field in row.changes { fields[field.name] = field.value }
        if let name = row.removes { fields[name] = nil }
        let decision = row.rule.decision(
            status: row.status, fields: fields, hasBody: row.hasBody, policy: row.policy, accepted: row.accepted, viewerIsHTTP10: row.http10)
        #expect(decision == row.expected)
    }

    @Test func `every type of the guide's list is compressed`() {
        #expect(CompressionRule.types.count == 29 + 12 + 4 + 1)
    }

    @Test(arguments: [("\"a\"", "W/\"a\""), ("W/\"a\"", "W/\"a\""), ("a", nil), (nil, nil)] as [(String?, String?)])
    func `compressing weakens a strong ETag and drops a malformed one`(tag: String?, expected: String?) {
        var fields = good
        fields[.eTag] = tag
        let result = CompressionRule.rewritten(fields, coding: .gzip)
        #expect(result[.eTag] == expected)
        #expect(result[.contentEncoding] == "gzip")
        #expect(result[.contentLength] == nil)
    }

    @Test func `every result type has its X-Cache text`() {
        for type in ResultType.allCases {
            // A shield's hit is a hit to the viewer; only logs tell it apart.
            let word = type == .originShieldHit ? "Hit" : type.rawValue
            #expect(type.xCache.description == "\(word) from cloudfront")
        }
    }
}
