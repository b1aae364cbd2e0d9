// Bucket names and object keys: S3's rules for what may be named.
// Leaves out the names AWS reserves for access points inside its own regions beyond the documented prefixes and
// suffixes, and the pre-2018 us-east-1 names with upper case and underscores.

/// A bucket name that satisfies S3's general purpose bucket naming rules.
///
/// 3 to 63 characters of a-z, 0-9, `.` and `-`; begins and ends with a letter or digit; no `..`; not shaped like an
/// IPv4 address; none of the reserved prefixes and suffixes (S3 User Guide, "Bucket naming rules").
package struct BucketName: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let description: String

    package static let lengthMin = 3
    package static let lengthMax = 63

    static let reservedPrefixes = ["xn--", "sthree-", "amzn-s3-demo-"]
    static let reservedSuffixes = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"]

    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (Self.lengthMin...Self.lengthMax).contains(bytes.count) else { return nil }
        guard Self.isLetterOrDigit(bytes[0]), Self.isLetterOrDigit(bytes[bytes.count - 1]) else { return nil }
        var previous: UInt8 = 0
        for byte in bytes {
            guard Self.isLetterOrDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") else { return nil }
            if byte == UInt8(ascii: "."), previous == UInt8(ascii: ".") { return nil }
            previous = byte
        }
        guard !Self.isShapedLikeIPv4(text) else { return nil }
        guard !Self.reservedPrefixes.contains(where: { text.hasPrefix($0) }) else { return nil }
        guard !Self.reservedSuffixes.contains(where: { text.hasSuffix($0) }) else { return nil }
        description = text
    }

    package static func < (a: BucketName, b: BucketName) -> Bool { a.description < b.description }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isShapedLikeIPv4(_ text: String) -> Bool {
        let groups = text.split(separator: ".", omittingEmptySubsequences: false)
        return groups.count == 4
            && groups.allSatisfy { (1...3).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    }
}
