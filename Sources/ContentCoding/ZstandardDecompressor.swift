// Zstandard over libzstd (RFC 8878), for reading traces: decompression only, and no content coding that a response could
// have here. Frames may follow one another, as with `cat`.

import CZstd

/// Decompresses a zstd stream given in chunks. The caller bounds the output of each call.
package struct ZstandardDecompressor: ~Copyable, Sendable {
    private let stream: ZstandardStream

    package init() throws(ContentCodingError) { stream = try ZstandardStream() }

    /// Decompresses from `input` and appends at most `limit` bytes to `output`.
    package mutating func decompress(
        _ input: UnsafeRawBufferPointer, into output: inout [UInt8], atMost limit: Int
    ) throws(ContentCodingError) -> Decompressor.Progress {
        try stream.decompress(input, into: &output, atMost: limit)
    }

    /// Checks that the stream ended where the input did.
    package mutating func finish() throws(ContentCodingError) {
        guard stream.isAtEnd else { throw .truncated }
    }
}

/// Unchecked Sendable: the one reference is private to a noncopyable `ZstandardDecompressor`, whose mutating calls exclude
/// each other, and the library keeps no state per thread.
private final class ZstandardStream: @unchecked Sendable {
    private let context: OpaquePointer
    private let room = OutputRoom()
    private var consumedTotal = 0
    private(set) var isAtEnd = false

    init() throws(ContentCodingError) {
        guard let context = ZSTD_createDCtx() else { throw .outOfMemory }
        self.context = context
    }

    deinit { ZSTD_freeDCtx(context) }

    func decompress(
        _ input: UnsafeRawBufferPointer, into output: inout [UInt8], atMost limit: Int
    ) throws(ContentCodingError) -> Decompressor.Progress {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var granted = limit
        var isFull = granted == 0
        while granted > 0 {
            // Between frames there is nothing to ask for.
            if isAtEnd, source.pos == source.size { break }
            let roomBytes = min(granted, OutputRoom.stepBytes)
            let (code, written) = room.append(to: &output, atMost: roomBytes) { room in
                var destination = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
                let code = ZSTD_decompressStream(context, &destination, &source)
                return (destination.pos, (code, destination.pos))
            }
            granted -= written
            guard ZSTD_isError(code) == 0 else { throw .corrupt(inputOffset: consumedTotal + source.pos) }
            isAtEnd = code == 0
            isFull = written == roomBytes
            if !isFull, source.pos == source.size { break }
        }
        consumedTotal += source.pos
        return Decompressor.Progress(consumed: source.pos, mayHaveMore: isFull && !isAtEnd, isAtEnd: isAtEnd)
    }
}
