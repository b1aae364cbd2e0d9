// IP addresses and CIDR blocks (RFC 4632, RFC 4291) for aws:SourceIp. An IPv4-mapped IPv6 address is the IPv4 address.

package struct CIDRBlock: Sendable, Hashable {
    /// Network byte order; 4 or 16 bytes.
    let address: [UInt8]
    package let prefixLength: Int

    var isIPv4: Bool { address.count == 4 }

    /// Reads an address, or an address with `/length`.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = Self.parse(String(parts[0])) else { return nil }
        self.address = address
        guard parts.count == 2 else {
            prefixLength = address.count * 8
            return
        }
        guard let length = Self.decimal(parts[1]), length <= address.count * 8 else { return nil }
        prefixLength = length
    }

    /// Whether an address lies in the block; text that is no address lies in none.
    package func contains(_ text: String) -> Bool {
        guard let other = Self.parse(text), other.count == address.count else { return false }
        let whole = prefixLength / 8
        guard address.prefix(whole) == other.prefix(whole) else { return false }
        let rest = prefixLength % 8
        return rest == 0 || (address[whole] ^ other[whole]) >> UInt8(8 - rest) == 0
    }

    private static func parse(_ text: String) -> [UInt8]? {
        guard text.utf8.contains(UInt8(ascii: ":")) else { return ipv4(text[...]) }
        guard let bytes = ipv6(text) else { return nil }
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        return bytes.starts(with: mapped) ? Array(bytes.suffix(4)) : bytes
    }

    private static func ipv4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard let value = decimal(part), value <= 255 else { return nil }
            bytes.append(UInt8(value))
        }
        return bytes
    }

    private static func ipv6(_ text: String) -> [UInt8]? {
        var halves = [text[...]]
        if let gap = text.firstRange(of: "::") {
            halves = [text[..<gap.lowerBound], text[gap.upperBound...]]
        }
        var groups: [[UInt8]] = []
        for half in halves {
            guard let bytes = groupBytes(half) else { return nil }
            groups.append(bytes)
        }
        if groups.count == 1 { return groups[0].count == 16 ? groups[0] : nil }
        let missing = 16 - groups[0].count - groups[1].count
        guard missing >= 2 else { return nil }
        return groups[0] + [UInt8](repeating: 0, count: missing) + groups[1]
    }

    private static func groupBytes(_ text: Substring) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.contains("."), let tail = ipv4(part) {
                bytes += tail
                continue
            }
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                let value = UInt16(part, radix: 16)
            else { return nil }
            bytes += [UInt8(value >> 8), UInt8(value & 0xFF)]
        }
        return bytes
    }

    /// One to three digits without a leading zero.
    private static func decimal(_ text: Substring) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            text.utf8.count == 1 || text.first != "0"
        else { return nil }
        return Int(text)
    }
}
