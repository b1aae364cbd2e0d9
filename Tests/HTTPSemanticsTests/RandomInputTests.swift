import HTTPSemantics
import HTTPTypes
import Testing

/// SplitMix64, so that a failure can be repeated from its seed.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Pieces that parsers care about, glued at random.
private let pieces = [
    "bytes", "=", "-", ",", ";", " ", "\t", "\"", "\\", "*", "/", ".", "..", "%", "%2e", "%2F", "%zz", "0", "9", "99999999999999999999",
    "max-age", "no-cache", "W/", "gzip", "q=", "0.5", "Sun, 06 Nov 1994 08:49:37 GMT", "Sun", "Nov", "GMT", ":", "é", "\u{0}", "\u{7F}", "text", "charset",
]

@Suite struct RandomInputTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `no input can break a reader, and what is read can be written and read again`(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let now = HTTPDate(secondsSince1970: 1_795_521_600)
        for _ in 0..<300 {
            let text = (0..<Int.random(in: 0...10, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
            if let date = HTTPDate(text, now: now) { #expect(HTTPDate(date.formatted, now: now) == date, "seed \(seed): \(text)") }
            if let tag = EntityTag(text) { #expect(EntityTag(tag.description) == tag, "seed \(seed): \(text)") }
            if let type = MediaType(text) { #expect(MediaType(type.description) == type, "seed \(seed): \(text)") }
            if let range = ContentRange(text) { #expect(ContentRange(range.description) == range, "seed \(seed): \(text)") }
            let cacheControl = CacheControl(text)
            #expect(cacheControl.directives.allSatisfy { FieldSyntax.isToken($0.name.utf8) }, "seed \(seed): \(text)")
            let accepted = AcceptEncoding(text)
            #expect(max(accepted.gzip, accepted.br, accepted.identity) <= 1000, "seed \(seed): \(text)")
            if case .parts(let parts) = RangeRequest("bytes=" + text).resolved(length: 1000) {
                #expect(parts.allSatisfy { !$0.isEmpty && $0.lowerBound >= 0 && $0.upperBound <= 1000 }, "seed \(seed): \(text)")
            }
            if let decoded = PercentCoding.decoded(text.utf8) {
                #expect(PercentCoding.decoded(PercentCoding.encoded(decoded, as: .path).utf8) == decoded, "seed \(seed): \(text)")
            }
            if let path = PathNormalization.normalized(("/" + text).utf8) {
                #expect(PathNormalization.isNormalized(path) && PathNormalization.normalized(path) == path, "seed \(seed): \(text)")
            }
            let fields: HTTPFields = [.ifNoneMatch: text, .ifModifiedSince: text, .ifRange: text, .vary: text, .connection: text]
            _ = Preconditions.evaluate(fields, method: .get, validators: RepresentationValidators(date: now), now: now)
            if case .fields(let names) = Vary(fields) { #expect(!names.isEmpty, "seed \(seed): \(text)") }
        }
    }
}
