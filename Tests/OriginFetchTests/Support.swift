import HTTPTypes
import NIOCore
import NIOPosix
import Synchronization

@testable import OriginFetch

func makeFetcher() -> NIOOriginFetcher { NIOOriginFetcher(group: MultiThreadedEventLoopGroup.singleton) }

func request(
    _ method: HTTPRequest.Method = .get, _ target: String = "/", content: (any FetchRequestContent)? = nil
) -> FetchRequest {
    FetchRequest(method: method, target: target, fields: [HTTPField.Name("Host")!: "h"], content: content)
}

extension FetchResponse {
    /// The whole content.
    func text() async throws -> String {
        var text = ""
        while let chunk = try await content.next() { text += String(buffer: chunk) }
        return text
    }
}

/// The kind of the error that `action` throws; nil when it throws none of ours.
func failure(_ action: () async throws -> Void) async -> OriginError.Kind? {
    do {
        try await action()
        return nil
    } catch { return (error as? OriginError)?.kind }
}

/// Content that the test hands out piece by piece.
final class ScriptedContent: FetchRequestContent {
    enum Piece: Sendable { case text(String), bytes(Int), fail, hang }
    struct Broken: Error {}

    let byteCount: Int?
    private let pieces: Mutex<[Piece]>

    init(_ byteCount: Int?, _ pieces: [Piece]) {
        self.byteCount = byteCount
        self.pieces = Mutex(pieces)
    }

    var left: Int { pieces.withLock { $0.count } }

    func nextChunk() async throws -> ByteBuffer? {
        switch pieces.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
        case .text(let text): return ByteBuffer(string: text)
        case .bytes(let count): return ByteBuffer(repeating: 0x62, count: count)
        case .fail: throw Broken()
        case .hang:
            let (stream, continuation) = AsyncStream<Void>.makeStream()
            for await _ in stream {}
            continuation.finish()
            throw CancellationError()
        case nil: return nil
        }
    }
}
