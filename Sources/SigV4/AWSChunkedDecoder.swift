// The aws-chunked body encoding, read incrementally (AWS: "Transferring Payload in Multiple Chunks", "Including
// Trailing Headers"). Pure state machine: bytes in, ranges of payload out. Payload is handed out as it arrives while
// its chunk is still being hashed, so memory stays constant; a chunk whose signature fails is reported at its end, and
// whoever stores the payload must commit only after `finish()`.
//
// The grammar is taken strictly: CRLF line ends, hexadecimal sizes, no extension but `chunk-signature`, no bytes after
// the end, and a payload exactly as long as x-amz-decoded-content-length says.

import Cryptography

/// The reader of one aws-chunked body.
package struct AWSChunkedDecoder: ~Copyable, Sendable {
    package enum Mode: Sendable {
        /// STREAMING-AWS4-HMAC-SHA256-PAYLOAD
        case signed(ChunkSignatureChain)
        /// STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER
        case signedTrailer(ChunkSignatureChain)
        /// STREAMING-UNSIGNED-PAYLOAD-TRAILER
        case unsignedTrailer
    }

    /// Largest signed chunk, bytes: its signature is only known at its end, so this bounds what is written in vain.
    package static let signedChunkBytesMax: Int64 = 16 << 20
    /// Smallest signed chunk but the last, bytes; S3's own figure.
    package static let signedChunkBytesMin: Int64 = 8192
    /// Longest chunk header without its CRLF, bytes.
    package static let chunkHeaderBytesMax = 256
    /// All trailer lines together, bytes.
    package static let trailerBytesMax = 8192

    private enum State {
        case chunkHeader
        case payload(left: Int64)
        /// Expecting the CRLF after a chunk's payload.
        case payloadEnd(sawCR: Bool)
        case trailer
        case ended
        case failed(SigV4Error)
    }

    private var state = State.chunkHeader
    private var chain: ChunkSignatureChain?
    private let hasTrailer: Bool
    private let announcedTrailers: [String]
    private let decodedByteCount: Int64
    private var decodedSoFar: Int64 = 0
    private var line: [UInt8] = []
    private var trailerBytes = 0
    private var trailers: [Trailer] = []
    private var chunkByteCount: Int64 = 0
    private var chunkSignature = ""
    private var chunkDigest = Digest(.sha256)

    /// - Parameters:
    ///   - decodedByteCount: x-amz-decoded-content-length.
    ///   - announcedTrailers: the names in x-amz-trailer; each must come, and no other.
    package init(_ mode: Mode, decodedByteCount: Int64, announcedTrailers: [String]) {
        switch mode {
        case .signed(let chain): (self.chain, hasTrailer) = (chain, false)
        case .signedTrailer(let chain): (self.chain, hasTrailer) = (chain, true)
        case .unsignedTrailer: (self.chain, hasTrailer) = (nil, true)
        }
        self.decodedByteCount = decodedByteCount
        self.announcedTrailers = announcedTrailers.map(asciiLowercased)
    }

    /// Whether the encoding's own end has been read.
    package var isEnded: Bool { if case .ended = state { true } else { false } }

    /// Takes the next bytes of the body and appends to `payload` the ranges of them, from 0, that are object bytes.
    ///
    /// After an error every later call throws the same error.
    package mutating func decode(
        _ bytes: UnsafeRawBufferPointer, payload: inout [Range<Int>]
    ) throws(SigV4Error) {
        if case .failed(let error) = state { throw error }
        do throws(SigV4Error) {
            var at = 0
            while at < bytes.count { at = try step(bytes, at, &payload) }
        } catch {
            state = .failed(error)
            throw error
        }
    }

    /// Declares the body over and returns its trailers, without `x-amz-trailer-signature`.
    package mutating func finish() throws(SigV4Error) -> [Trailer] {
        switch state {
        case .ended: return trailers
        case .failed(let error): throw error
        default:
            let error = SigV4Error.incompleteBody("The request body terminated unexpectedly")
            state = .failed(error)
            throw error
        }
    }
}

extension AWSChunkedDecoder {
    /// The decoder a verified request calls for, or nil when its body is not in this encoding.
    ///
    /// Reads x-amz-decoded-content-length and x-amz-trailer from the request.
    package static func decoder(
        for signature: VerifiedSignature, request: SigV4Request
    ) throws(SigV4Error) -> AWSChunkedDecoder? {
        switch signature.payload {
        case .sha256, .unsigned: return nil
        case .streamingSigned: return try make(.signed(signature.chain), request)
        case .streamingSignedTrailer: return try make(.signedTrailer(signature.chain), request)
        case .streamingUnsignedTrailer: return try make(.unsignedTrailer, request)
        }
    }

    /// The decoder for the unsigned encoding of an anonymous request.
    package static func unsignedDecoder(for request: SigV4Request) throws(SigV4Error) -> AWSChunkedDecoder {
        try make(.unsignedTrailer, request)
    }

    private static func make(_ mode: Mode, _ request: SigV4Request) throws(SigV4Error) -> AWSChunkedDecoder {
        guard let text = request.value(of: "x-amz-decoded-content-length"), !text.isEmpty else {
            throw .missingContentLength("You must provide the Content-Length HTTP header.")
        }
        guard text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }), let count = Int64(text) else {
            throw .invalidArgument(
                "x-amz-decoded-content-length must be a number of bytes.", name: "x-amz-decoded-content-length", value: text)
        }
        let announced = request.values(of: "x-amz-trailer").flatMap { value in
            value.utf8.split(separator: UInt8(ascii: ",")).map { String(decoding: trimmed($0), as: UTF8.self) }
        }
        return AWSChunkedDecoder(mode, decodedByteCount: count, announcedTrailers: announced.filter { !$0.isEmpty })
    }
}

// MARK: - The machine

extension AWSChunkedDecoder {
    /// Consumes some bytes from `at` on and returns where to go on.
    private mutating func step(
        _ bytes: UnsafeRawBufferPointer, _ at: Int, _ payload: inout [Range<Int>]
    ) throws(SigV4Error) -> Int {
        switch state {
        case .chunkHeader:
            let (next, whole) = try readLine(bytes, at, max: Self.chunkHeaderBytesMax)
            if whole { try startChunk() }
            return next
        case .payload(let left):
            let count = Int(min(left, Int64(bytes.count - at)))
            if chain != nil { chunkDigest.update(UnsafeRawBufferPointer(rebasing: bytes[at..<at + count])) }
            payload.append(at..<at + count)
            decodedSoFar += Int64(count)
            if Int64(count) == left { try endPayload() } else { state = .payload(left: left - Int64(count)) }
            return at + count
        case .payloadEnd(let sawCR):
            guard bytes[at] == UInt8(ascii: sawCR ? "\n" : "\r") else {
                throw .invalidRequest("A chunk's data is not followed by CRLF.")
            }
            state = sawCR ? .chunkHeader : .payloadEnd(sawCR: true)
            return at + 1
        case .trailer:
            let (next, whole) = try readLine(bytes, at, max: Self.trailerBytesMax - trailerBytes)
            if whole { try takeTrailerLine() }
            return next
        case .ended: throw .invalidRequest("The body goes on after its last chunk.")
        case .failed(let error): throw error
        }
    }

    /// Collects a line up to CRLF; the line itself is left in `line` when whole.
    private mutating func readLine(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, max: Int
    ) throws(SigV4Error) -> (next: Int, whole: Bool) {
        var at = start
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if line.last == UInt8(ascii: "\r") {
                guard byte == UInt8(ascii: "\n") else { throw .invalidRequest("A bare CR in the body's chunk framing.") }
                line.removeLast()
                return (at, true)
            }
            guard byte != UInt8(ascii: "\n") else { throw .invalidRequest("A bare LF in the body's chunk framing.") }
            guard line.count < max || byte == UInt8(ascii: "\r") else {
                throw .invalidRequest("A line of the body's chunk framing is too long.")
            }
            line.append(byte)
        }
        return (at, false)
    }

    /// Reads `SIZE[;chunk-signature=SIGNATURE]` from `line`.
    private mutating func startChunk() throws(SigV4Error) {
        let size = line.prefix { $0 != UInt8(ascii: ";") }
        guard (1...16).contains(size.count), let count = Self.hexadecimal(size) else {
            throw .invalidRequest("A chunk size is not a hexadecimal number.")
        }
        let rest = line[size.count...]
        line.removeAll(keepingCapacity: true)
        if chain == nil {
            guard rest.isEmpty else { throw .invalidRequest("A chunk of an unsigned body takes no extension.") }
        } else {
            guard rest.starts(with: Self.signaturePrefix), rest.count == Self.signaturePrefix.count + 64 else {
                throw .invalidRequest("A chunk must carry \";chunk-signature=\" and 64 hexadecimal digits.")
            }
            chunkSignature = String(decoding: rest.dropFirst(Self.signaturePrefix.count), as: UTF8.self)
            guard count <= Self.signedChunkBytesMax else {
                throw .invalidChunkSize("A signed chunk must not be larger than \(Self.signedChunkBytesMax) bytes")
            }
            // S3's floor holds for every chunk but the last; a chunk is known not to be the last when another follows.
            guard count == 0 || chunkByteCount == 0 || chunkByteCount >= Self.signedChunkBytesMin else {
                throw .invalidChunkSize("Only the last chunk is allowed to have a size less than \(Self.signedChunkBytesMin) bytes")
            }
        }
        guard count <= decodedByteCount - decodedSoFar else {
            throw .incompleteBody("The body is longer than x-amz-decoded-content-length says")
        }
        chunkByteCount = count
        if count == 0 { try startEnd() } else { state = .payload(left: count) }
    }

    private mutating func endPayload() throws(SigV4Error) {
        try verifyChunk()
        state = .payloadEnd(sawCR: false)
    }

    private mutating func verifyChunk() throws(SigV4Error) {
        guard chain != nil else { return }
        try chain?.verify(chunkSHA256: chunkDigest.current(), signature: chunkSignature)
        chunkDigest.reset()
    }

    /// The chunk of no bytes: the payload is over, trailer lines up to an empty line follow.
    private mutating func startEnd() throws(SigV4Error) {
        guard decodedSoFar == decodedByteCount else {
            throw .incompleteBody("The body is shorter than x-amz-decoded-content-length says")
        }
        try verifyChunk()
        state = .trailer
    }

    private mutating func takeTrailerLine() throws(SigV4Error) {
        guard !line.isEmpty else { return try endTrailer() }
        trailerBytes += line.count
        guard hasTrailer, let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { throw Self.malformedTrailer }
        let name = String(decoding: line[..<colon], as: UTF8.self)
        let value = String(decoding: trimmed(line[(colon + 1)...]), as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        let trailer = Trailer(name: name, value: value)
        guard !trailers.contains(where: { $0.name == trailer.name }) else { throw Self.malformedTrailer }
        let isSignature = chain != nil && trailer.name == Self.trailerSignatureName
        guard isSignature || announcedTrailers.contains(trailer.name) else { throw Self.malformedTrailer }
        trailers.append(trailer)
    }

    private mutating func endTrailer() throws(SigV4Error) {
        if hasTrailer, chain != nil {
            guard let signature = trailers.last, signature.name == Self.trailerSignatureName else { throw Self.malformedTrailer }
            trailers.removeLast()
            try chain?.verify(trailers: trailers, signature: signature.value)
        }
        guard !hasTrailer || announcedTrailers.allSatisfy({ name in trailers.contains { $0.name == name } }) else {
            throw Self.malformedTrailer
        }
        state = .ended
    }

    private static let signaturePrefix = Array(";chunk-signature=".utf8)
    private static let trailerSignatureName = "x-amz-trailer-signature"
    private static let malformedTrailer = SigV4Error.malformedTrailer(
        "The request contained trailing data that was not well-formed or did not conform to our published schema.")

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for character in digits {
            guard let digit = Hex.value(of: character), value <= Int64.max >> 4 else { return nil }
            value = value << 4 | Int64(digit)
        }
        return value
    }
}
