// gzip over zlib (RFC 1952). zlib's state points back at its stream, so the stream lives at one heap address that this
// type owns.

import CZlib

/// Room for the flags that make zlib write and read gzip's header and trailer: 16 added to the largest window.
private let gzipWindowBits: Int32 = 15 + 16

/// zlib takes lengths of 32 bits; longer input is given in pieces of this size.
private let pieceBytes = 1 << 30

/// The deflating side.
///
/// Unchecked Sendable: the one reference is private to a noncopyable `Compressor`, whose mutating calls exclude each
/// other, and zlib keeps no state per thread.
final class DeflateStream: @unchecked Sendable {
    private let stream: UnsafeMutablePointer<z_stream>
    private let room = OutputRoom()

    init(level: Int) throws(ContentCodingError) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = deflateInit2_(
            stream, Int32(level), Z_DEFLATED, gzipWindowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else {
            stream.deallocate()
            throw code == Z_MEM_ERROR ? .outOfMemory : .library(code: Int(code))
        }
        self.stream = stream
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    func deflate(
        _ input: UnsafeRawBufferPointer, into output: inout [UInt8], _ operation: Compressor.Operation
    ) throws(ContentCodingError) {
        var rest = input
        repeat {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(pieceBytes))
            rest = UnsafeRawBufferPointer(rebasing: rest[piece.count...])
            let flush = rest.isEmpty ? operation.zlibFlush : Z_NO_FLUSH
            try step(piece, into: &output, flush)
        } while !rest.isEmpty
    }

    private func step(_ piece: UnsafeRawBufferPointer, into output: inout [UInt8], _ flush: Int32) throws(ContentCodingError) {
        stream.pointee.setInput(piece)
        while true {
            let (code, isFull) = room.append(to: &output) { room in
                stream.pointee.setOutput(room)
                let code = CZlib.deflate(stream, flush)
                let left = Int(stream.pointee.avail_out)
                return (room.count - left, (code, left == 0))
            }
            // Z_BUF_ERROR only says that nothing was left to do.
            guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else { throw .library(code: Int(code)) }
            if code == Z_STREAM_END || !isFull { break }
        }
        stream.pointee.clearPointers()
    }
}

/// The inflating side; see `DeflateStream` for why it may be sent.
final class InflateStream: @unchecked Sendable {
    private let stream: UnsafeMutablePointer<z_stream>
    private let room = OutputRoom()
    private var consumedTotal = 0
    private var isAtEnd = false

    init() throws(ContentCodingError) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = inflateInit2_(stream, gzipWindowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else {
            stream.deallocate()
            throw code == Z_MEM_ERROR ? .outOfMemory : .library(code: Int(code))
        }
        self.stream = stream
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func inflate(
        _ input: UnsafeRawBufferPointer, into output: inout [UInt8], atMost limit: Int
    ) throws(ContentCodingError) -> Decompressor.Progress {
        let piece = UnsafeRawBufferPointer(rebasing: input.prefix(pieceBytes))
        stream.pointee.setInput(piece)
        defer { stream.pointee.clearPointers() }
        var granted = limit
        var isFull = granted == 0
        while granted > 0 {
            if isAtEnd {
                // A further member starts with what is left, if anything is.
                guard stream.pointee.avail_in > 0 else { break }
                inflateReset(stream)
                isAtEnd = false
            }
            let roomBytes = min(granted, OutputRoom.stepBytes)
            let before = output.count
            let code = room.append(to: &output, atMost: roomBytes) { buffer in
                stream.pointee.setOutput(buffer)
                let code = CZlib.inflate(stream, Z_NO_FLUSH)
                return (buffer.count - Int(stream.pointee.avail_out), code)
            }
            granted -= output.count - before
            isFull = output.count - before == roomBytes
            switch code {
            case Z_STREAM_END:
                isAtEnd = true
                isFull = false
                continue
            case Z_OK: break
            case Z_BUF_ERROR: isFull = false
            case Z_MEM_ERROR: throw .outOfMemory
            default: throw .corrupt(inputOffset: consumedTotal + piece.count - Int(stream.pointee.avail_in))
            }
            if !isFull, stream.pointee.avail_in == 0 || code == Z_BUF_ERROR { break }
        }
        let consumed = piece.count - Int(stream.pointee.avail_in)
        consumedTotal += consumed
        return Decompressor.Progress(consumed: consumed, mayHaveMore: isFull && !isAtEnd, isAtEnd: isAtEnd)
    }
}

extension Compressor.Operation {
    fileprivate var zlibFlush: Int32 {
        switch self {
        case .process: Z_NO_FLUSH
        case .flush: Z_SYNC_FLUSH
        case .finish: Z_FINISH
        }
    }
}

extension z_stream {
    fileprivate mutating func setInput(_ bytes: UnsafeRawBufferPointer) {
        // zlib declares the input mutable without ever writing to it.
        next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
        avail_in = UInt32(bytes.count)
    }

    fileprivate mutating func setOutput(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
        next_out = buffer.baseAddress
        avail_out = UInt32(buffer.count)
    }

    /// Forgets borrowed memory between calls.
    fileprivate mutating func clearPointers() {
        (next_in, next_out, avail_out) = (nil, nil, 0)
        avail_in = 0
    }
}
