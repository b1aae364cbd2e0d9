// The identity of a cached object: distribution, method class and path, then whatever the cache policy adds.
//
// Bytes: method class, Accept-Encoding class, then items of one tag byte, a length and that many bytes. Lengths make
// the encoding unambiguous whatever the parts contain. The same request under the same policy always gives the same
// bytes, in every process, so that they may be written to disk; the hash is seeded per process and may not.
// A variant chosen by the response's Vary is not part of this key but of the entry found under it.

/// A compact key with its hash computed once.
package struct CacheKey: Hashable, Sendable {
    /// Methods that share an entry.
    package enum MethodClass: UInt8, Hashable, Sendable {
        /// GET and HEAD.
        case read = 1
        /// OPTIONS, when the behaviour caches it.
        case options = 2
    }

    /// The canonical encoding.
    package let bytes: [UInt8]
    private let hash: Int

    /// A key from bytes that a builder once made, for example read back from disk.
    package init(bytes: [UInt8]) {
        self.bytes = bytes
        var hasher = Hasher()
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        hash = hasher.finalize()
    }

    @inline(__always)
    package static func == (left: CacheKey, right: CacheKey) -> Bool { left.hash == right.hash && left.bytes == right.bytes }

    @inline(__always)
    package func hash(into hasher: inout Hasher) { hasher.combine(hash) }

    /// A well-mixed value for choosing a shard; differs between processes.
    package var shardHash: Int { hash }
}
