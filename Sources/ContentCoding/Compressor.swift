// One streaming compressor for either coding. It owns the C library's state, so it is noncopyable; memory is fixed by
// the settings (gzip about 256 KiB; brotli about 1 MiB at quality 5 and window 19, more above) and does not
// grow with the body. Output is appended to an array of the caller's, who drains it as it likes.

/// Compresses a body given in chunks.
package struct Compressor: ~Copyable, Sendable {
    /// What should have happened to all input when the call returns.
    package enum Operation: Sendable {
        /// Taken in; output appears when the library sees fit.
        case process
        /// Output so far decodes to all input so far. Costs some bytes each time.
        case flush
        /// The stream is complete; nothing may follow.
        case finish
    }

    package let coding: ContentCoding
    private let state: State
    private var isOver = false

    private enum State: Sendable {
        case gzip(DeflateStream)
        case brotli(BrotliEncoderStream)
    }

    /// Base-2 logarithm of brotli's window; 19 (512 KiB) keeps a compressor near 1 MiB.
    package static let defaultBrotliWindowBits = 19

    /// A compressor.
    ///
    /// - Parameters:
    ///   - level: within `coding.levels`; nil takes `coding.defaultLevel`.
    ///   - brotliWindowBits: 10 to 24.
    ///   - sizeHint: bytes of the whole body when known, which lets brotli choose its tables; 0 otherwise.
    package init(
        _ coding: ContentCoding, level: Int? = nil, brotliWindowBits: Int = defaultBrotliWindowBits, sizeHint: Int = 0
    ) throws(ContentCodingError) {
        let level = level ?? coding.defaultLevel
        guard coding.levels.contains(level) else {
            throw .unsupportedSetting(name: "\(coding.rawValue) level", value: level, allowed: coding.levels)
        }
        guard (10...24).contains(brotliWindowBits) else {
            throw .unsupportedSetting(name: "brotli window bits", value: brotliWindowBits, allowed: 10...24)
        }
        let state: State = switch coding {
        case .gzip: .gzip(try DeflateStream(level: level))
        case .brotli: .brotli(try BrotliEncoderStream(quality: level, windowBits: brotliWindowBits, sizeHint: sizeHint))
        }
        (self.coding, self.state) = (coding, state)
    }

    /// Compresses `input` and appends what comes out to `output`.
    ///
    /// All input is taken. Output of one call is at most a little longer than the input taken since the last output.
    package mutating func compress(
        _ input: UnsafeRawBufferPointer, into output: inout [UInt8], _ operation: Operation = .process
    ) throws(ContentCodingError) {
        guard !isOver else { throw .finished }
        // Over unless this call ends well and more may follow.
        isOver = true
        switch state {
        case .gzip(let stream): try stream.deflate(input, into: &output, operation)
        case .brotli(let stream): try stream.compress(input, into: &output, operation)
        }
        isOver = operation == .finish
    }

    /// Compresses a span; see `compress(_:into:_:)` over raw bytes.
    package mutating func compress(
        _ input: RawSpan, into output: inout [UInt8], _ operation: Operation = .process
    ) throws(ContentCodingError) {
        try input.withUnsafeBytes { (bytes) throws(ContentCodingError) in
            try compress(bytes, into: &output, operation)
        }
    }

    /// Ends the stream.
    package mutating func finish(into output: inout [UInt8]) throws(ContentCodingError) {
        try compress(UnsafeRawBufferPointer(start: nil, count: 0), into: &output, .finish)
    }

    /// Compresses a whole body at once.
    package static func compressed(_ body: [UInt8], _ coding: ContentCoding, level: Int? = nil) throws(ContentCodingError) -> [UInt8] {
        var compressor = try Compressor(coding, level: level, sizeHint: body.count)
        var output: [UInt8] = []
        let failure: ContentCodingError? = body.withUnsafeBytes { bytes in
            do throws(ContentCodingError) {
                try compressor.compress(bytes, into: &output, .finish)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
        return output
    }
}
