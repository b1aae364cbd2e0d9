// One streaming decompressor for either coding. The caller bounds the output of each call, so that a small body that
// unpacks to gigabytes costs no more memory than the caller grants.

/// Decompresses a body given in chunks.
package struct Decompressor: ~Copyable, Sendable {
    /// How far one call came.
    package struct Progress: Hashable, Sendable {
        /// Bytes of the input that were taken; the rest is to be given again.
        package var consumed: Int
        /// Whether more output may be waiting, which an empty call fetches.
        package var mayHaveMore: Bool
        /// Whether the stream has ended.
        package var isAtEnd: Bool
    }

    package let coding: ContentCoding
    private let state: State
    private var isBroken = false
    private var isAtEnd = false

    private enum State: Sendable {
        case gzip(InflateStream)
        case brotli(BrotliDecoderStream)
    }

    package init(_ coding: ContentCoding) throws(ContentCodingError) {
        let state: State = switch coding {
        case .gzip: .gzip(try InflateStream())
        case .brotli: .brotli(try BrotliDecoderStream())
        }
        (self.coding, self.state) = (coding, state)
    }

    /// Decompresses from `input` and appends at most `limit` bytes to `output`.
    ///
    /// Bytes after the end of a brotli stream are corrupt; after a gzip member another may follow (RFC 1952 section 2.2).
    package mutating func decompress(
        _ input: UnsafeRawBufferPointer, into output: inout [UInt8], atMost limit: Int
    ) throws(ContentCodingError) -> Progress {
        guard !isBroken else { throw .finished }
        isBroken = true
        let progress = switch state {
        case .gzip(let stream): try stream.inflate(input, into: &output, atMost: limit)
        case .brotli(let stream): try stream.decompress(input, into: &output, atMost: limit)
        }
        isBroken = false
        isAtEnd = progress.isAtEnd
        return progress
    }

    /// Checks that the stream ended where the input did.
    package func finish() throws(ContentCodingError) {
        guard !isBroken else { throw .finished }
        guard isAtEnd else { throw .truncated }
    }

    /// Decompresses a whole body of at most `limit` bytes; a longer one throws `.truncated`.
    package static func decompressed(_ body: [UInt8], _ coding: ContentCoding, atMost limit: Int) throws(ContentCodingError) -> [UInt8] {
        var decompressor = try Decompressor(coding)
        var output: [UInt8] = []
        let failure: ContentCodingError? = body.withUnsafeBytes { bytes in
            do throws(ContentCodingError) {
                var rest = bytes
                while true {
                    let progress = try decompressor.decompress(rest, into: &output, atMost: limit - output.count)
                    rest = UnsafeRawBufferPointer(rebasing: rest[progress.consumed...])
                    let isDone = rest.isEmpty && (!progress.mayHaveMore || progress.isAtEnd)
                    if isDone || output.count >= limit { break }
                }
                try decompressor.finish()
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
        return output
    }
}
