// Mutated policies, from a seed that a failure would print: each is refused with a position or evaluates to a decision.

import BucketPolicy
import Testing

struct HostileInputTests {
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

    static let text = policy(
        statement(
            principal: "{\"AWS\":[\"111122223333\",\"*\"]}", action: "[\"s3:Get*\",\"s3:ListBucket\"]",
            resource: "[\"arn:aws:s3:::examplebucket\",\"arn:aws:s3:::examplebucket/${aws:username}/*\"]",
            condition: "{\"IpAddress\":{\"aws:SourceIp\":[\"10.0.0.0/8\",\"2001:db8::/32\"]},\"DateLessThan\":{\"aws:CurrentTime\":\"2026-09-01T00:00:00Z\"}}",
            sid: "A\\u00e9"))

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `no mutation of a policy brings the reader down`(seed: UInt64) {
        var random = Seeded(state: seed)
        var refused = 0
        var withoutPosition: [String] = []
        for _ in 0..<500 {
            var bytes = Array(Self.text.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: at)
                case 1: bytes.remove(at: at)
                default: bytes[at] = UInt8.random(in: 0...255, using: &random)
                }
            }
            do throws(BucketPolicyError) {
                let document = try PolicyDocument(parsing: bytes, bucket: bucket)
                _ = document.evaluate(request(alice, "s3:GetObject", "alice/x", [.sourceIP: ["10.1.1.1"]]))
                _ = document.isPublic
            } catch {
                refused += 1
                if error.position == nil { withoutPosition.append(error.message) }
            }
        }
        #expect(refused > 300, "seed \(seed)")
        #expect(withoutPosition == [], "seed \(seed)")
    }
}
