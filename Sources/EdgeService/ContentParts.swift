// Content on its way out, piece by piece: what is in memory as it is, what is in a file either from there by the kernel or, under TLS,
// read in steps.

import EdgeStorage
import HTTPSemantics
import HTTPTransport
import NIOCore

/// A piece of a response's content.
enum ContentPart: Sendable {
    case bytes(ByteBuffer)
    case file(DiskBody, Range<Int>)
}

extension CachedBody {
    /// A range of the content, in order.
    func parts(_ range: Range<Int>) -> [ContentPart] {
        guard let file else { return slice(range).map { .bytes($0) } }
        return range.isEmpty ? [] : [.file(file, range)]
    }
}

/// A stored response proved damaged before anything was sent of it; the cache has let go of it.
struct StoredContentLost: Error {}

extension TracedExchange {
    /// Bytes handed to the connection at a time, so that a slow viewer's progress shows.
    private static let writeBytes = 256 * 1024
    /// The same for what is read from a file into memory, of which each viewer under TLS holds one.
    private static let readBytes = 64 * 1024

    /// Makes sure that what is in files is whole where it begins, before a head promises it.
    func prepare(_ parts: [ContentPart]) async throws(StoredContentLost) {
        for part in parts {
            guard case .file(let file, let range) = part else { continue }
            do throws(DiskBodyError) { try await file.prepare(range) } catch { throw StoredContentLost() }
        }
    }

    func write(_ part: ContentPart) async throws {
        switch part {
        case .bytes(var bytes):
            while let step = bytes.readSlice(length: min(Self.writeBytes, bytes.readableBytes)), step.readableBytes > 0 {
                try await write(step)
            }
        case .file(let file, let range):
            let stepBytes = exchange.connection.isSecure ? Self.readBytes : DiskBody.stepBytes
            var start = range.lowerBound
            while start < range.upperBound {
                // Steps end where the file's do, so that none reads a chunk that another reads too.
                let end = min((start / stepBytes + 1) * stepBytes, range.upperBound)
                do {
                    if exchange.connection.isSecure {
                        try await write(try await file.read(start..<end))
                    } else {
                        try await file.withRegion(start..<end) { try await write($0) }
                    }
                } catch let error as DiskBodyError {
                    throw StoredContentBroken(position: start, reason: error.reason)
                }
                start = end
            }
        }
    }
}

extension EdgeRequest {
    /// Bytes that a viewer would rather wait for than have them fetched apart.
    private static let nearBytes: Int64 = 4 << 20

    /// Whether the range that is asked for begins far behind what has arrived.
    func asksFarAhead(of reader: FillReader<FillOutcome>, length: Int?) -> Bool {
        guard let length, case .parts(let parts) = RangeRequest(fields).resolved(length: Int64(length)), let first = parts.first else {
            return false
        }
        return first.lowerBound > Int64(reader.arrivedBytes) + Self.nearBytes
    }
}
