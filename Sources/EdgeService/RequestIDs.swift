// Identifiers of requests as CloudFront shows them: 56 characters of base64 that end in `==`. They are unique and opaque,
// not secret, so a counter mixed with a random seed is enough, and cheap enough for every hit.

import NIOCore
import Synchronization

/// Makes `X-Amz-Cf-Id` values; unique within one process, and across processes as far as their seeds differ.
package final class RequestIDs: Sendable {
    /// Characters of one identifier.
    static let characters = 56

    private let counter: Atomic<UInt64>
    private let seed: UInt64

    package init(seed: UInt64) {
        self.seed = seed
        self.counter = Atomic(0)
    }

    /// Appends a new identifier.
    func append(to output: inout ByteBuffer) {
        // 40 bytes of which the base64 text takes 54 characters, and two of padding.
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        var state = seed &+ number &* 0x9E37_79B9_7F4A_7C15
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.characters) { target in
            var position = 0
            // Five words of 64 bits make 40 bytes: six characters' worth at a time, a byte's two left-over bits padded.
            var accumulator: UInt64 = 0
            var bits = 0
            for _ in 0..<5 {
                state &+= 0x9E37_79B9_7F4A_7C15
                var word = mix(state)
                for _ in 0..<8 {
                    accumulator = accumulator << 8 | (word & 0xFF)
                    word >>= 8
                    bits += 8
                    while bits >= 6 {
                        bits -= 6
                        target[position] = alphabet[Int(accumulator >> UInt64(bits) & 63)]
                        position += 1
                    }
                }
            }
            target[position] = alphabet[Int(accumulator << UInt64(6 - bits) & 63)]
            target[position + 1] = UInt8(ascii: "=")
            target[position + 2] = UInt8(ascii: "=")
            return position + 3
        }
    }

    /// A new identifier as text.
    func next() -> String {
        var buffer = ByteBuffer()
        append(to: &buffer)
        return String(buffer: buffer)
    }
}

private func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
}

private let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
