// RFC 3986 section 6.2.2 for paths: escapes of unreserved bytes decoded, other escapes in upper case, dot segments
// removed. The result is for matching only (behaviour patterns, invalidations); the path on the wire stays raw.

/// Syntax-based normalisation of request paths.
package enum PathNormalization {
    /// The normalised path; nil when it does not start with `/` or holds a bad escape.
    ///
    /// Escaped slashes stay escaped (`%2F`), so they never separate segments; an escaped dot is a dot
    /// (`/%2e%2e/` climbs) because it is unreserved.
    package static func normalized(_ path: some Collection<UInt8>) -> [UInt8]? {
        guard path.first == UInt8(ascii: "/"), let unescaped = escapesNormalized(path) else { return nil }
        return dotSegmentsRemoved(unescaped)
    }

    /// Whether `normalized` would return the same bytes, found without allocating; the usual case.
    package static func isNormalized(_ path: some Collection<UInt8>) -> Bool {
        guard path.first == UInt8(ascii: "/") else { return false }
        var previous = UInt8(ascii: "x")
        for byte in path {
            // A dot at the start of a segment is looked at closely, as is every escape.
            if byte == UInt8(ascii: "%") || (byte == UInt8(ascii: ".") && previous == UInt8(ascii: "/")) {
                return normalized(path).map { $0.elementsEqual(path) } ?? false
            }
            previous = byte
        }
        return true
    }

    /// `isNormalized` for raw bytes in the hot path; see `FieldSyntax.isToken(rawBytes:)`.
    package static func isNormalized(rawBytes: UnsafeRawBufferPointer) -> Bool { isNormalized(rawBytes) }

    private static func escapesNormalized(_ path: some Collection<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(path.count)
        var iterator = path.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(PercentCoding.hexValue),
                let low = iterator.next().flatMap(PercentCoding.hexValue)
            else { return nil }
            let value = high << 4 | low
            if PercentCoding.isUnreserved(value) {
                result.append(value)
            } else {
                PercentCoding.append(escapeOf: value, to: &result)
            }
        }
        return result
    }

    /// RFC 3986 section 5.2.4 for a path that starts with `/`; empty segments are kept.
    private static func dotSegmentsRemoved(_ path: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(path.count)
        var start = 1
        while start <= path.count {
            let end = path[start...].firstIndex(of: UInt8(ascii: "/")) ?? path.count
            let segment = path[start..<end]
            let isLast = end == path.count
            if segment.elementsEqual(".".utf8) {
                if isLast { result.append(UInt8(ascii: "/")) }
            } else if segment.elementsEqual("..".utf8) {
                if let slash = result.lastIndex(of: UInt8(ascii: "/")) { result.removeSubrange(slash...) }
                if isLast { result.append(UInt8(ascii: "/")) }
            } else {
                result.append(UInt8(ascii: "/"))
                result.append(contentsOf: segment)
            }
            start = end + 1
        }
        return result
    }
}
