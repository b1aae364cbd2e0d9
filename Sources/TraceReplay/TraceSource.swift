// A trace on disk as pieces of text or records: opened, read and, where its first bytes say so, decompressed. Whatever
// its length, memory holds two pieces of it.

import ContentCoding
import Glibc

/// Reads a file once from its start. Belongs to one task.
package final class TraceSource {
    /// Bytes that are read, and bytes that are decompressed, at a time.
    package static let pieceBytes = 1 << 20

    package let path: String
    /// Bytes of the file; nil when it is no regular file.
    package let fileBytes: Int?
    /// Bytes of the file read so far.
    package private(set) var bytesRead = 0

    private let descriptor: Int32
    private var hasStarted = false
    private var gzip: Decompressor?
    private var zstd: ZstandardDecompressor?
    /// What has been read and not yet decompressed.
    private var compressed: ArraySlice<UInt8> = []
    private var mayHaveMore = false
    private var isAtEnd = false

    /// Opens a file; `-` is the standard input.
    package init(path: String) throws(ReplayError) {
        self.path = path
        descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotRead(path: path, reason: String(cString: strerror(errno))) }
        var status = stat()
        let isKnown = fstat(descriptor, &status) == 0
        fileBytes = isKnown && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    deinit {
        if descriptor != STDIN_FILENO { close(descriptor) }
    }

    /// The next bytes of the trace; empty at its end. After an error there are no more.
    package func next() throws(ReplayError) -> [UInt8] {
        while !isAtEnd {
            if compressed.isEmpty, !mayHaveMore {
                let piece = try readPiece()
                if !hasStarted { try start(piece) }
                if piece.isEmpty { return try finish() }
                guard gzip != nil || zstd != nil else { return piece }
                compressed = piece[...]
            }
            let output = try decompress()
            if !output.isEmpty { return output }
        }
        return []
    }

    private func readPiece() throws(ReplayError) -> [UInt8] {
        var failure: Int32 = 0
        let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, count in
            // A pipe may give few bytes at a time.
            while count < buffer.count {
                let got = read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                if got <= 0 { break }
                count += got
            }
        }
        guard failure == 0 else {
            isAtEnd = true
            throw .cannotRead(path: path, reason: String(cString: strerror(failure)))
        }
        bytesRead += piece.count
        return piece
    }

    private func start(_ piece: [UInt8]) throws(ReplayError) {
        hasStarted = true
        do throws(ContentCodingError) {
            if piece.starts(with: [0x1F, 0x8B]) { gzip = try Decompressor(.gzip) }
            if piece.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) { zstd = try ZstandardDecompressor() }
        } catch {
            throw .compression(path: path, error)
        }
    }

    private func decompress() throws(ReplayError) -> [UInt8] {
        var output: [UInt8] = []
        var failure: ContentCodingError?
        let input = compressed
        input.withUnsafeBytes { bytes in
            do throws(ContentCodingError) {
                let progress =
                    if zstd != nil {
                        try zstd?.decompress(bytes, into: &output, atMost: Self.pieceBytes)
                    } else {
                        try gzip?.decompress(bytes, into: &output, atMost: Self.pieceBytes)
                    }
                guard let progress else { return }
                compressed = input.dropFirst(progress.consumed)
                mayHaveMore = progress.mayHaveMore
            } catch {
                failure = error
            }
        }
        guard let failure else { return output }
        // What came out ahead of the damage is good; the next call says what is wrong.
        if output.isEmpty {
            isAtEnd = true
            throw .compression(path: path, failure)
        }
        return output
    }

    private func finish() throws(ReplayError) -> [UInt8] {
        isAtEnd = true
        do throws(ContentCodingError) {
            try gzip?.finish()
            try zstd?.finish()
        } catch {
            throw .compression(path: path, error)
        }
        return []
    }
}
