// Mutated inputs, from a seed that a failure would print: whatever arrives is answered with a value or a SigV4Error.

import SigV4
import Testing

/// A small deterministic generator (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}

struct HostileInputTests {
    static func mutate(_ bytes: [UInt8], _ random: inout Seeded) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let at = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
            case 1 where !bytes.isEmpty: bytes.remove(at: at)
            case 2 where !bytes.isEmpty: bytes[at] = UInt8.random(in: 0...255, using: &random)
            default: bytes.removeLast(bytes.isEmpty ? 0 : Int.random(in: 0...min(8, bytes.count - 1), using: &random))
            }
        }
        return bytes
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `a mutated path, query or header is answered, and accepted only where the canonical form is the same`(seed: UInt64) {
        var random = Seeded(state: seed)
        let original = SigV4VerifierTests.signed([("x-amz-acl", "private")], query: "a=b")
        let names = ["host", "x-amz-acl", "x-amz-content-sha256", "x-amz-date"]
        func canonical(_ request: SigV4Request) -> String {
            CanonicalRequest(request, signedHeaders: names, payloadHash: PayloadHash.empty.headerValue).text
        }
        var wrong: [SigV4Request] = []
        for _ in 0..<600 {
            var request = original
            switch Int.random(in: 0..<3, using: &random) {
            case 0: request.path = Self.mutate(request.path, &random)
            case 1: request.query = Self.mutate(request.query, &random)
            default:
                let index = Int.random(in: 0..<request.headers.count, using: &random)
                request.headers[index].value = Self.mutate(request.headers[index].value, &random)
            }
            if SigV4VerifierTests.refusal(request) == nil, canonical(request) != canonical(original) { wrong.append(request) }
        }
        #expect(wrong.isEmpty, "seed \(seed): \(wrong)")
    }

    static func mutate(_ text: String, _ random: inout Seeded) -> String {
        String(decoding: mutate(Array(text.utf8), &random), as: UTF8.self)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `no mutation of a signed body yields other bytes`(seed: UInt64) {
        var random = Seeded(state: seed)
        let data = (0..<9000).map { UInt8(truncatingIfNeeded: $0) }
        let body = AWSChunkedTests.encoded(.signed(AWSChunkedTests.chain()), [data])
        var broken: [Int] = []
        for round in 0..<200 {
            let result = AWSChunkedTests.outcome(
                .signed(AWSChunkedTests.chain()), Self.mutate(body, &random), count: data.count, pieces: 1 + round * 7)
            if result.error == nil, result.payload != data { broken.append(round) }
        }
        #expect(broken == [], "seed \(seed)")
    }
}
