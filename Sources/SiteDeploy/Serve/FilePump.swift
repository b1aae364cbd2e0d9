// A large file on its way out, a chunk at a time, no faster than it is taken.

import ByteStreaming
import Dispatch
import Glibc
import NIOCore
import OriginFetch

/// Reads a file into a stream.
///
/// `@unchecked Sendable`: `offset` and `isDone` are touched on `queue` alone, which is serial; everything else is constant.
final class FilePump: @unchecked Sendable {
    static let chunkBytes = 128 * 1024

    private let path: String
    private let descriptor: Int32
    private let byteCount: Int
    private let queue = DispatchQueue(label: "skerry.serve.file")
    private var offset = 0
    private var isDone = false

    /// Throws when the file has another size by now.
    init(path: String, byteCount: Int) throws(SiteDeployError) {
        self.path = path
        self.byteCount = byteCount
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StableFile.failure(path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, Int(status.st_size) == byteCount else {
            close(descriptor)
            throw .conflict(path)
        }
    }

    deinit { close(descriptor) }

    /// The content; reading begins when the first chunk is asked for.
    var content: FetchContent {
        let box = StreamBox()
        let stream = ByteStream<OriginError>(
            expectedBytes: byteCount, onFirstDemand: { self.queue.async { self.pump(box) } },
            onDrained: { self.queue.async { self.pump(box) } })
        box.stream = stream
        return FetchContent(stream: stream, onRelease: { self.queue.async { self.isDone = true } })
    }

    private func pump(_ box: StreamBox) {
        guard let stream = box.stream else { return }
        while !isDone {
            guard offset < byteCount else {
                isDone = true
                return stream.end(.success(()))
            }
            var buffer = ByteBuffer()
            let wanted = min(Self.chunkBytes, byteCount - offset)
            let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { target in
                max(0, pread(descriptor, target.baseAddress, wanted, off_t(offset)))
            }
            guard count > 0 else {
                isDone = true
                return stream.end(.failure(OriginError(.communication, origin: path, detail: "the file became shorter while it was sent")))
            }
            offset += count
            guard stream.append(buffer) else { return }
        }
    }
}

/// Where a pump finds its stream, which is made with the pump's closures.
///
/// `@unchecked Sendable`: set once before anyone can ask for content, and only read from then on.
private final class StreamBox: @unchecked Sendable {
    weak var stream: ByteStream<OriginError>?
}
