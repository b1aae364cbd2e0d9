import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import OriginFetch

@Suite(.timeLimit(.minutes(1)))
struct InterimTests {
    /// What came before the final response, and how the fetch ended.
    private func interims(before answer: String) async throws -> (heads: [InterimHead], failure: OriginError.Kind?) {
        let origin = try await ScriptedOrigin.listen()
        var endpoint = origin.endpoint
        endpoint.connectionAttempts = 1
        let fetcher = makeFetcher()
        async let served: Void = {
            let side = await origin.next()
            await side.received()
            try await side.send(answer)
        }()
        var outgoing = request()
        let seen = Recorder()
        outgoing.onInterim = { seen.add($0) }
        let final = outgoing
        let failed = await failure {
            let text = try await fetcher.fetch(final, from: endpoint).text()
            #expect(text == "end")
        }
        _ = try? await served
        fetcher.shutDown()
        await origin.close()
        return (seen.heads, failed)
    }

    private final class Recorder: Sendable {
        private let state = Mutex<[InterimHead]>([])
        var heads: [InterimHead] { state.withLock { $0 } }
        func add(_ head: InterimHead) { state.withLock { $0.append(head) } }
    }

    private static let end = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nend"

    @Test func `interim responses come in order, known or not, and the final one after them`() async throws {
        let link = try #require(HTTPField.Name("Link"))
        let (heads, failed) = try await interims(
            before: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>\r\n\r\nHTTP/1.1 199 Odd\r\n\r\n"
                + Self.end)
        #expect(failed == nil)
        #expect(heads.map(\.status.code) == [100, 103, 199])
        #expect(heads.count == 3 && heads[1].fields[values: link] == ["</a>", "</b>"])
    }

    @Test(arguments: [(InterimHead.countMax, nil), (InterimHead.countMax + 1, OriginError.Kind.invalidResponse)])
    func `their number is bounded`(count: Int, kind: OriginError.Kind?) async throws {
        let (heads, failed) = try await interims(before: String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: count) + Self.end)
        #expect(heads.count == InterimHead.countMax)
        #expect(failed == kind)
    }

    @Test(arguments: [(0, nil), (1, OriginError.Kind.invalidResponse)])
    func `so are the bytes of their fields`(excess: Int, kind: OriginError.Kind?) async throws {
        // Two heads of one field each; name, value, colon, space and line end count.
        let half = InterimHead.fieldBytesMax / 2 - 5
        let answer = [0, excess].map { "HTTP/1.1 103 Early Hints\r\nA: " + String(repeating: "b", count: half + $0) + "\r\n\r\n" }.joined()
        let (heads, failed) = try await interims(before: answer + Self.end)
        #expect(heads.count == (kind == nil ? 2 : 1))
        #expect(failed == kind)
    }
}
