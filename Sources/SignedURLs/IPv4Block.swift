/// A block of IPv4 addresses as a policy's `AWS:SourceIp` writes it: `192.0.2.0/24`, or one address.
///
/// Bits beyond the prefix may be set and don't count. IPv6 is left out, as CloudFront leaves it out.
package struct IPv4Block: Sendable, Hashable, CustomStringConvertible {
    package let description: String
    private let network: UInt32
    private let mask: UInt32

    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = Self.address(parts[0]) else { return nil }
        var prefix = 32
        if parts.count > 1 {
            guard let bits = Self.decimal(parts[1], max: 32) else { return nil }
            prefix = bits
        }
        mask = prefix == 0 ? 0 : ~UInt32(0) << UInt32(32 - prefix)
        network = address & mask
        description = parts.count > 1 ? text : text + "/32"
    }

    /// Whether an address lies in the block; also one written as IPv6 for IPv4 (`::ffff:192.0.2.1`).
    package func contains(_ address: String) -> Bool {
        let mapped = address.hasPrefix("::ffff:") ? address.dropFirst("::ffff:".count) : address[...]
        return Self.address(mapped).map { $0 & mask == network } ?? false
    }

    private static func address(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard let number = decimal(part, max: 255) else { return nil }
            value = value << 8 | UInt32(number)
        }
        return value
    }

    private static func decimal(_ text: Substring, max: Int) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text.utf8.count == 1 || text.utf8.first != 0x30, let number = Int(text), number <= max
        else { return nil }
        return number
    }
}
