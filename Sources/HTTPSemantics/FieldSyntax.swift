// The lexical ground of HTTP fields: which bytes form a token, a field name and a field value
// (RFC 9110 sections 5.1, 5.5 and 5.6). Names and values are judged, never repaired.

/// Byte classes and validity checks of RFC 9110 section 5.
package enum FieldSyntax {
    /// Whether a byte may stand in a token (`tchar`, RFC 9110 section 5.6.2).
    @inline(__always)
    package static func isTokenByte(_ byte: UInt8) -> Bool {
        if byte < 64 {
            // ! # $ % & ' * + - . and the digits
            return (0x03FF_6CFA_0000_0000 as UInt64) >> UInt64(byte) & 1 == 1
        }
        // A-Z ^ _ ` a-z | ~
        return byte < 128 && (0x57FF_FFFF_C7FF_FFFE as UInt64) >> UInt64(byte - 64) & 1 == 1
    }

    /// Whether the bytes form a non-empty token, and so a valid field name (RFC 9110 section 5.1).
    package static func isToken(_ bytes: some Sequence<UInt8>) -> Bool {
        var empty = true
        for byte in bytes {
            guard isTokenByte(byte) else { return false }
            empty = false
        }
        return !empty
    }

    /// Whether the bytes form a valid field value as received (RFC 9110 section 5.5).
    ///
    /// Visible ASCII, obs-text (0x80-0xFF), space and tab; no CR, LF, NUL or other control, and no
    /// leading or trailing whitespace. The empty value is valid.
    package static func isFieldValue(_ bytes: some BidirectionalCollection<UInt8>) -> Bool {
        if let first = bytes.first, let last = bytes.last, isWhitespace(first) || isWhitespace(last) { return false }
        return bytes.allSatisfy(isFieldValueByte)
    }

    /// `isToken` for raw bytes in the hot path of a parser in another target, where the generic form would not be
    /// specialised.
    package static func isToken(rawBytes: UnsafeRawBufferPointer) -> Bool { isToken(rawBytes) }

    /// `isFieldValue` for raw bytes in the hot path; see `isToken(rawBytes:)`.
    package static func isFieldValue(rawBytes: UnsafeRawBufferPointer) -> Bool { isFieldValue(rawBytes) }

    /// Whether a byte may appear inside a field value.
    @inline(__always)
    package static func isFieldValueByte(_ byte: UInt8) -> Bool {
        byte >= 0x20 ? byte != 0x7F : byte == 0x09
    }

    /// Space or horizontal tab, the members of OWS (RFC 9110 section 5.6.3).
    @inline(__always)
    package static func isWhitespace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// ASCII lower case of one byte; other bytes are returned as they are.
    @inline(__always)
    package static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    /// Whether two byte strings are equal when ASCII case is ignored.
    package static func equalsIgnoringCase(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { lowercased($0) == lowercased($1) }
    }

    /// Reads `1*DIGIT`, saturating at `limit` instead of overflowing; nil when empty or not all digits.
    package static func digits(_ bytes: some Collection<UInt8>, saturatingAt limit: Int64) -> Int64? {
        guard !bytes.isEmpty else { return nil }
        var value: Int64 = 0
        var saturated = false
        for byte in bytes {
            guard byte &- 0x30 < 10 else { return nil }
            if saturated { continue }
            let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(Int64(byte &- 0x30))
            if overflowed || carried || sum >= limit {
                saturated = true
                value = limit
            } else {
                value = sum
            }
        }
        return value
    }
}
