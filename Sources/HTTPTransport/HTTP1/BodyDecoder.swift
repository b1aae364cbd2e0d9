// Takes request content out of the connection's buffer: a known number of bytes, or chunks (RFC 9112 section 7.1).

import NIOCore

/// Where the decoding of one request's content stands.
enum BodyDecoder {
    /// Content bytes available now, the end, or the need for more input.
    enum Output: Equatable {
        case bytes(ByteBuffer)
        case end
        case needsMore
    }

    case remaining(Int)
    case chunked(ChunkedDecoder)
    case ended

    mutating func next(from input: inout ByteBuffer) throws(RequestError) -> Output {
        switch self {
        case .ended: return .end
        case .remaining(0):
            self = .ended
            return .end
        case .remaining(let left):
            guard input.readableBytes > 0, let slice = input.readSlice(length: min(left, input.readableBytes)) else {
                return .needsMore
            }
            self = .remaining(left - slice.readableBytes)
            return .bytes(slice)
        case .chunked(var decoder):
            let output = try decoder.next(from: &input)
            self = output == .end ? .ended : .chunked(decoder)
            return output
        }
    }
}

/// The chunked transfer coding, read strictly: CRLF only, no white space in sizes, extensions and trailers bounded
/// and dropped.
struct ChunkedDecoder {
    /// Bytes of one chunk-size line, extensions included.
    static let sizeLineBytesMax = 512
    /// Bytes of the whole trailer section.
    static let trailerBytesMax = 8 * 1024

    private enum State {
        case size
        case data(Int)
        case dataEnd
        case trailers(seen: Int)
    }

    private var state = State.size

    mutating func next(from input: inout ByteBuffer) throws(RequestError) -> BodyDecoder.Output {
        while true {
            switch state {
            case .size:
                guard let line = try readLine(&input, bytesMax: Self.sizeLineBytesMax) else { return .needsMore }
                let size = try chunkSize(line)
                state = size == 0 ? .trailers(seen: 0) : .data(size)
            case .data(let left):
                guard input.readableBytes > 0, let slice = input.readSlice(length: min(left, input.readableBytes)) else {
                    return .needsMore
                }
                state = slice.readableBytes == left ? .dataEnd : .data(left - slice.readableBytes)
                return .bytes(slice)
            case .dataEnd:
                guard let bytes = input.readBytes(length: 2) else { return .needsMore }
                guard bytes == [0x0D, 0x0A] else { throw RequestError(400, "a chunk does not end in CRLF") }
                state = .size
            case .trailers(let seen):
                guard let line = try readLine(&input, bytesMax: Self.trailerBytesMax - seen) else { return .needsMore }
                if line.readableBytes == 0 { return .end }
                guard line.readableBytesView.allSatisfy(isFieldValueByte) else {
                    throw RequestError(400, "a trailer field holds a forbidden byte")
                }
                state = .trailers(seen: seen + line.readableBytes + 2)
            }
        }
    }

    /// A line without its CRLF; nil when it isn't there yet.
    private func readLine(_ input: inout ByteBuffer, bytesMax: Int) throws(RequestError) -> ByteBuffer? {
        let lineFeed = input.withUnsafeReadableBytes { indexOfByte(0x0A, in: $0, from: 0) }
        guard let lineFeed else {
            guard input.readableBytes <= bytesMax else { throw RequestError(400, "a chunk header or trailer is too long") }
            return nil
        }
        guard lineFeed <= bytesMax else { throw RequestError(400, "a chunk header or trailer is too long") }
        guard lineFeed > 0, let line = input.readSlice(length: lineFeed - 1), input.readBytes(length: 2) == [0x0D, 0x0A]
        else { throw RequestError(400, "a chunk header or trailer line ends in LF without CR") }
        return line
    }

    private func chunkSize(_ line: ByteBuffer) throws(RequestError) -> Int {
        var size = 0
        var digits = 0
        for byte in line.readableBytesView {
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            case 0x3B where digits > 0 && line.readableBytesView.allSatisfy(isFieldValueByte): return size
            default: throw RequestError(400, "a chunk size is not a hexadecimal number")
            }
            digits += 1
            guard digits <= 15 else { throw RequestError(400, "a chunk size is too large") }
            size = size << 4 | Int(digit)
        }
        guard digits > 0 else { throw RequestError(400, "a chunk has no size") }
        return size
    }
}
