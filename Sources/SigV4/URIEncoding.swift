// Percent-encoding exactly as SigV4 defines it: every byte except A-Z a-z 0-9 - . _ ~ becomes %XX in upper case, and
// in a path the slash stays. Decoding is lenient on purpose: a `%` that starts no escape stands for itself, so that
// whatever a client sent has one canonical spelling; refusing malformed URLs is the HTTP layer's task.

import Cryptography

package enum URIEncoding {
    /// Percent-encodes bytes. `/` is kept when `keepingSlash`.
    package static func encode(_ bytes: some Collection<UInt8>, keepingSlash: Bool = false) -> String {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(bytes.count + 16)
        for byte in bytes {
            if isUnreserved(byte) || (keepingSlash && byte == UInt8(ascii: "/")) {
                encoded.append(byte)
            } else {
                encoded.append(UInt8(ascii: "%"))
                encoded.append(digit(byte >> 4))
                encoded.append(digit(byte & 15))
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Percent-decodes bytes; `+` becomes a space when `plusIsSpace`.
    package static func decode(_ bytes: some Collection<UInt8>, plusIsSpace: Bool = false) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var at = bytes.startIndex
        while at != bytes.endIndex {
            let byte = bytes[at]
            let next = bytes.index(after: at)
            if byte == UInt8(ascii: "%"), next != bytes.endIndex, let high = value(bytes[next]) {
                let last = bytes.index(after: next)
                if last != bytes.endIndex, let low = value(bytes[last]) {
                    decoded.append(high << 4 | low)
                    at = bytes.index(after: last)
                    continue
                }
            }
            decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            at = next
        }
        return decoded
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    private static func value(_ character: UInt8) -> UInt8? { Hex.value(of: character) }
}
