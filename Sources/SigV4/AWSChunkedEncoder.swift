// The aws-chunked body encoding, written: the frame around each chunk, for a client that streams what it signs.

/// The writer of one aws-chunked body.
package struct AWSChunkedEncoder: Sendable {
    private var chain: ChunkSignatureChain?
    private let hasTrailer: Bool

    package init(_ mode: AWSChunkedDecoder.Mode) {
        switch mode {
        case .signed(let chain): (self.chain, hasTrailer) = (chain, false)
        case .signedTrailer(let chain): (self.chain, hasTrailer) = (chain, true)
        case .unsignedTrailer: (self.chain, hasTrailer) = (nil, true)
        }
    }

    /// A chunk of at least one byte, framed. Signed chunks but the last hold at least 8,192 bytes.
    package mutating func encode(chunk: some Collection<UInt8>) -> [UInt8] {
        precondition(!chunk.isEmpty, "the chunk of no bytes is written by end(trailers:)")
        return header(chunk) + Array(chunk) + Array("\r\n".utf8)
    }

    /// The last chunk, the trailers and their signature.
    package mutating func end(trailers: [Trailer] = []) -> [UInt8] {
        precondition(hasTrailer || trailers.isEmpty, "this mode has no trailer")
        var end = header([])
        for trailer in trailers { end += Array("\(trailer.name):\(trailer.value)\r\n".utf8) }
        if hasTrailer, let signature = chain?.sign(trailers: trailers) {
            end += Array("x-amz-trailer-signature:\(signature)\r\n".utf8)
        }
        return end + Array("\r\n".utf8)
    }

    private mutating func header(_ chunk: some Collection<UInt8>) -> [UInt8] {
        let signature = chain?.sign(chunk: chunk)
        let extensions = signature.map { ";chunk-signature=\($0)" } ?? ""
        return Array("\(String(chunk.count, radix: 16))\(extensions)\r\n".utf8)
    }
}
