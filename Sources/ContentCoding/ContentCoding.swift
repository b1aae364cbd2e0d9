// The content codings this program writes and reads (RFC 9110 section 8.4.1, RFC 1952, RFC 7932) and what can go wrong.
// Bytes in, bytes out; which responses are worth compressing is decided by the caching rules.

/// A content coding.
package enum ContentCoding: String, Hashable, Sendable, CaseIterable {
    case gzip
    case brotli = "br"

    /// Levels the coding knows: zlib's 1-9, brotli's 0-11.
    package var levels: ClosedRange<Int> {
        switch self {
        case .gzip: 1...9
        case .brotli: 0...11
        }
    }

    /// The level for compressing while a viewer waits.
    ///
    /// gzip 6 is zlib's own middle; brotli 5 is the lowest quality that beats it in size at a similar cost, and the
    /// steps above 9 cost ten times as much.
    package var defaultLevel: Int {
        switch self {
        case .gzip: 6
        case .brotli: 5
        }
    }
}

/// What went wrong in a compressor or decompressor; afterwards it refuses further work.
package enum ContentCodingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A level outside `ContentCoding.levels`, or a window outside 10 to 24.
    case unsupportedSetting(name: String, value: Int, allowed: ClosedRange<Int>)
    /// The library could not allocate its state.
    case outOfMemory
    /// Not a valid stream, found within this many bytes of input.
    case corrupt(inputOffset: Int)
    /// The input ended before the stream did.
    case truncated
    /// Used after the end of the stream or after an error.
    case finished
    /// The library reported something it should not; its code.
    case library(code: Int)

    package var description: String {
        switch self {
        case .unsupportedSetting(let name, let value, let allowed):
            "\(name) \(value) is outside \(allowed.lowerBound) to \(allowed.upperBound)"
        case .outOfMemory: "no memory for the compression state"
        case .corrupt(let offset): "the compressed data is corrupt before byte \(offset)"
        case .truncated: "the compressed data ends early"
        case .finished: "the stream has already ended"
        case .library(let code): "the compression library failed with code \(code)"
        }
    }
}
