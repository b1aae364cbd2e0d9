// A response's content on its way through a compressor, in the buffers that travel above it.

import ContentCoding
import HTTPCaching
import NIOCore

/// Compresses one response's content.
struct ContentEncoder: ~Copyable {
    private var compressor: Compressor

    init(_ coding: CompressionRule.Coding, contentLength: Int?) throws {
        compressor = try Compressor(coding == .brotli ? .brotli : .gzip, sizeHint: contentLength ?? 0)
    }

    /// What has come out so far; empty when the compressor keeps it to itself for now.
    mutating func encode(_ chunk: ByteBuffer) throws -> ByteBuffer {
        var output: [UInt8] = []
        try chunk.withUnsafeReadableBytes { try compressor.compress($0, into: &output) }
        return ByteBuffer(bytes: output)
    }

    /// The rest.
    mutating func finish() throws -> ByteBuffer {
        var output: [UInt8] = []
        try compressor.finish(into: &output)
        return ByteBuffer(bytes: output)
    }
}
