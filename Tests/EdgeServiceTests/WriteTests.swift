import ByteStreaming
import DistributionModel
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import NIOCore
import OriginFetch
import Synchronization
import Testing

@testable import EdgeService
@testable import EdgeStorage

/// Requests that are passed on with content.
struct WriteTests {
    private static func content(_ count: Int, announced: Bool) -> RequestBody {
        let stream = RequestBody(expectedBytes: announced ? count : nil)
        _ = stream.append(ByteBuffer(repeating: 0x61, count: count / 2))
        _ = stream.append(ByteBuffer(repeating: 0x62, count: count - count / 2))
        stream.end(.success(()))
        return stream
    }

    @Test(arguments: [HTTPRequest.Method.post, .put, .patch, .delete], [true, false])
    func `a write passes through with its content and is never kept`(method: HTTPRequest.Method, announced: Bool) async throws {
        let edge = try Edge([.site(methods: .all)])
        edge.origin.answer(OriginReply(.created, [.setCookie: "a=b", .cacheControl: "max-age=100"], "made"))
        for _ in 0..<2 {
            let reply = await edge.get("/a?q=1", [.contentType: "text/plain"], method: method, content: Self.content(10, announced: announced))
            #expect(reply.status == 201)
            #expect(reply.text == "made")
            #expect(reply.fields[.setCookie] == "a=b")
            #expect(reply.xCache == "Miss")
        }
        #expect(edge.origin.count == 2)
        #expect(edge.origin.last?.content == Array("aaaaabbbbb".utf8))
        #expect(edge.origin.last?.method == method)
        #expect(edge.origin.last?.fields[.contentType] == "text/plain")
        #expect(edge.cache.statistics.entries == 0)
    }

    @Test(arguments: [(1_000, true, 200), (1_001, true, 413), (1_000, false, 200), (1_001, false, 413)])
    func `content is passed on up to the limit`(count: Int, announced: Bool, status: Int) async throws {
        let edge = try Edge([.site(methods: .all)], requestBodyBytesMax: 1_000)
        edge.origin.answer(OriginReply())
        let reply = await edge.get("/a", method: .post, content: Self.content(count, announced: announced))
        #expect(reply.status == status)
        if status == 413 { #expect(reply.text.contains("1000 bytes")) }
    }

    @Test(arguments: [(ExchangeError.connectionClosed, 400), (.malformedBody("chunk"), 400), (.timedOut, 408)], [true, false])
    func `content that breaks off is the viewer's failure, at once or later`(failure: (ExchangeError, Int), atOnce: Bool) async throws {
        let edge = try Edge([.site(methods: .all)])
        edge.origin.answer(OriginReply())
        let body = RequestBody(expectedBytes: 10)
        let viewer = edge.begin("/a", method: .post, content: body)
        if !atOnce {
            _ = body.append(ByteBuffer(string: "half"))
            await until("the origin is asked") { !edge.cache.state.withLock { $0.permits.isEmpty } }
        }
        body.end(.failure(failure.0))
        #expect(await viewer.reply.status == failure.1)
        #expect(edge.cache.statistics.entries == 0)
    }

    @Test(arguments: [HTTPRequest.Method.get, .head])
    func `a read with content is refused`(method: HTTPRequest.Method) async throws {
        let edge = try Edge([.site(methods: .all)])
        for announced in [true, false] {
            #expect(await edge.get("/a", method: method, content: Self.content(5, announced: announced)).status == 403)
        }
        #expect(edge.origin.count == 0)
    }

    @Test func `a failing origin's answer to a write is passed on, not remembered`() async throws {
        let edge = try Edge([.site(methods: .all)])
        edge.origin.answer(OriginReply(.serviceUnavailable, [:], "busy"))
        for _ in 0..<2 { #expect(await edge.get("/a", method: .post).text == "busy") }
        edge.origin.fail(.timeout)
        #expect(await edge.get("/a", method: .post).status == 504)
        #expect(edge.origin.count == 3)
    }

    @Test func `a write is not answered from what a read brought`() async throws {
        let edge = try Edge([.site(methods: .all)])
        edge.origin.answer { OriginReply(.ok, [:], "\($0.method)") }
        await edge.get("/a")
        #expect(await edge.get("/a", method: .post).text == "POST")
        #expect(await edge.get("/a").text == "GET")
    }
}
