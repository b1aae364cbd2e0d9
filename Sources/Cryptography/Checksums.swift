// The three cyclic redundancy checks S3 carries in `x-amz-checksum-*`, each a running value.
//
// They detect accidents, not attackers. S3 writes the value as base 64 of its big-endian bytes; `bytes` gives those.

/// CRC-32 as in gzip and PNG (ISO 3309), polynomial 04C11DB7. Check value CBF43926.
package struct CRC32: Sendable, Hashable {
    /// The check of everything fed so far; zero for nothing.
    package private(set) var value: UInt32

    /// A check that continues from `value`; from nothing by default.
    package init(value: UInt32 = 0) { self.value = value }

    /// The check of bytes that are all at hand.
    package init(of bytes: some Collection<UInt8>) {
        value = 0
        update(bytes)
    }

    /// The value in big-endian order, 4 bytes.
    package var bytes: [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        value = CRCTables.crc32.extending(value, with: bytes)
    }

    package mutating func update(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { update($0) }
    }

    package mutating func update(_ bytes: some Collection<UInt8>) {
        withContiguousBytes(bytes) { update($0) }
    }

    /// Appends bytes known only by their check and length, as when parts of a multipart object are joined.
    package mutating func append(_ next: CRC32, byteCount: UInt64) {
        value = CRCTables.crc32.joining(value, next.value, secondByteCount: byteCount)
    }
}

/// CRC-32C, Castagnoli's polynomial 1EDC6F41 (RFC 3720 appendix B.4). Check value E3069283.
package struct CRC32C: Sendable, Hashable {
    /// The check of everything fed so far; zero for nothing.
    package private(set) var value: UInt32

    /// A check that continues from `value`; from nothing by default.
    package init(value: UInt32 = 0) { self.value = value }

    /// The check of bytes that are all at hand.
    package init(of bytes: some Collection<UInt8>) {
        value = 0
        update(bytes)
    }

    /// The value in big-endian order, 4 bytes.
    package var bytes: [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        value = CRCTables.crc32c.extending(value, with: bytes)
    }

    package mutating func update(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { update($0) }
    }

    package mutating func update(_ bytes: some Collection<UInt8>) {
        withContiguousBytes(bytes) { update($0) }
    }

    /// Appends bytes known only by their check and length, as when parts of a multipart object are joined.
    package mutating func append(_ next: CRC32C, byteCount: UInt64) {
        value = CRCTables.crc32c.joining(value, next.value, secondByteCount: byteCount)
    }
}

/// CRC-64/NVME, polynomial AD93D23594C93659 (NVM Express). Check value AE8B14860A799888.
package struct CRC64NVME: Sendable, Hashable {
    /// The check of everything fed so far; zero for nothing.
    package private(set) var value: UInt64

    /// A check that continues from `value`; from nothing by default.
    package init(value: UInt64 = 0) { self.value = value }

    /// The check of bytes that are all at hand.
    package init(of bytes: some Collection<UInt8>) {
        value = 0
        update(bytes)
    }

    /// The value in big-endian order, 8 bytes.
    package var bytes: [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        value = CRCTables.crc64NVME.extending(value, with: bytes)
    }

    package mutating func update(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { update($0) }
    }

    package mutating func update(_ bytes: some Collection<UInt8>) {
        withContiguousBytes(bytes) { update($0) }
    }

    /// Appends bytes known only by their check and length, as when parts of a multipart object are joined.
    package mutating func append(_ next: CRC64NVME, byteCount: UInt64) {
        value = CRCTables.crc64NVME.joining(value, next.value, secondByteCount: byteCount)
    }
}
