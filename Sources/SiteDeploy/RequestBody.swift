// What a request to S3 carries: bytes in memory, or a file that is read while it is sent.

import Cryptography
import Foundation
import NIOCore
import OriginFetch
import SigV4
import Synchronization

/// The content of one request. A new stream is made for each attempt.
package enum RequestBody: Sendable {
    case bytes([UInt8])
    /// Bytes whose digest is known already.
    case hashed([UInt8], sha256: String)
    case file(path: String, byteCount: Int, sha256: String)

    /// Reads a file once for its digest, which the signature covers.
    package static func file(at path: String) throws(SiteDeployError) -> RequestBody {
        var digest = Digest(.sha256)
        var byteCount = 0
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? handle.close() }
            while let chunk = try handle.read(upToCount: FileContent.chunkBytes), !chunk.isEmpty {
                digest.update(chunk)
                byteCount += chunk.count
            }
        } catch {
            throw .file(path: path, reason: "cannot be read")
        }
        return .file(path: path, byteCount: byteCount, sha256: Hex.encode(digest.finalize()))
    }

    var byteCount: Int {
        switch self {
        case .bytes(let bytes), .hashed(let bytes, _): bytes.count
        case .file(_, let count, _): count
        }
    }

    var payloadHash: PayloadHash {
        switch self {
        case .bytes(let bytes): bytes.isEmpty ? .empty : .of(bytes)
        case .file(_, _, let sha256), .hashed(_, let sha256): .sha256(sha256)
        }
    }

    func content() throws(SiteDeployError) -> any FetchRequestContent {
        switch self {
        case .bytes(let bytes), .hashed(let bytes, _): BytesContent(bytes)
        case .file(let path, let count, _): try FileContent(path: path, byteCount: count)
        }
    }
}

/// Bytes already in memory, sent as one chunk.
final class BytesContent: FetchRequestContent {
    let byteCount: Int?
    private let rest: Mutex<[UInt8]?>

    init(_ bytes: [UInt8]) {
        byteCount = bytes.count
        rest = Mutex(bytes.isEmpty ? nil : bytes)
    }

    func nextChunk() async throws -> ByteBuffer? {
        rest.withLock { rest in
            defer { rest = nil }
            return rest.map { ByteBuffer(bytes: $0) }
        }
    }
}

/// A file read in chunks as fast as it is taken. Ends with an error when the file has become shorter.
final class FileContent: FetchRequestContent {
    static let chunkBytes = 256 * 1024

    let byteCount: Int?
    private let path: String
    private let state: Mutex<(handle: FileHandle, left: Int)>

    init(path: String, byteCount: Int) throws(SiteDeployError) {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw .file(path: path, reason: "cannot be read") }
        self.path = path
        self.byteCount = byteCount
        state = Mutex((handle, byteCount))
    }

    func nextChunk() async throws -> ByteBuffer? {
        try state.withLock { state in
            guard state.left > 0 else {
                try? state.handle.close()
                return nil
            }
            guard let chunk = try state.handle.read(upToCount: min(Self.chunkBytes, state.left)), !chunk.isEmpty else {
                throw SiteDeployError.file(path: path, reason: "became shorter while it was sent")
            }
            state.left -= chunk.count
            return ByteBuffer(bytes: chunk)
        }
    }
}
