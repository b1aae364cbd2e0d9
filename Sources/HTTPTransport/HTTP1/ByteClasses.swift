// Byte classes and comparisons of RFC 9110 section 5.6 over raw bytes.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// First index at or behind `start` that holds `byte`.
@inline(__always)
func indexOfByte(_ byte: UInt8, in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard let base = bytes.baseAddress, start < bytes.count,
        let hit = memchr(base + start, Int32(byte), bytes.count - start)
    else { return nil }
    return UnsafeRawPointer(hit) - base
}

@inline(__always) func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

@inline(__always) func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

/// `tchar` of RFC 9110 section 5.6.2.
@inline(__always) func isTokenByte(_ byte: UInt8) -> Bool {
    // One bit a byte: the 128 ASCII values in two words.
    let low: UInt64 = 0x03FF_6CFA_0000_0000
    let high: UInt64 = 0x57FF_FFFF_C7FF_FFFE
    if byte < 64 { return low >> UInt64(byte) & 1 == 1 }
    return byte < 128 && high >> UInt64(byte & 63) & 1 == 1
}

/// Visible characters, space, tab and obs-text: what a field value may hold (RFC 9110 section 5.5).
@inline(__always) func isFieldValueByte(_ byte: UInt8) -> Bool {
    (byte >= 0x20 && byte != 0x7F) || byte == 0x09
}

/// Bytes of a host with optional port (RFC 3986 section 3.2.2), without user information.
@inline(__always) func isAuthorityByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0x2D, 0x2E, 0x5F, 0x7E, 0x3A, 0x5B, 0x5D, 0x25: true  // - . _ ~ : [ ] %
    case 0x21, 0x24, 0x26...0x29, 0x2A, 0x2B, 0x2C, 0x3B, 0x3D: true  // sub-delims
    default: false
    }
}

/// ASCII comparison against a lower-case literal.
@inline(__always)
func equalsIgnoringCase(_ bytes: UnsafeRawBufferPointer, _ literal: StaticString) -> Bool {
    guard bytes.count == literal.utf8CodeUnitCount else { return false }
    let other = literal.utf8Start
    for index in 0..<bytes.count where lowercased(bytes[index]) != other[index] { return false }
    return true
}

/// Digits only, within `Int`.
func decimal(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard !bytes.isEmpty, bytes.count <= 18, bytes.allSatisfy(isDigit) else { return nil }
    return bytes.reduce(0) { $0 * 10 + Int($1 - 0x30) }
}

/// Calls `body` with each member of a comma-separated list, white space trimmed.
func forEachListMember(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
    var start = 0
    while start <= bytes.count {
        let end = indexOfByte(0x2C, in: bytes, from: start) ?? bytes.count
        var (low, high) = (start, end)
        while low < high, bytes[low] == 0x20 || bytes[low] == 0x09 { low += 1 }
        while high > low, bytes[high - 1] == 0x20 || bytes[high - 1] == 0x09 { high -= 1 }
        if low < high { body(UnsafeRawBufferPointer(rebasing: bytes[low..<high])) }
        start = end + 1
    }
}
