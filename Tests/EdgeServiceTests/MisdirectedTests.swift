import ByteStreaming
import DistributionModel
import HTTPCaching
import HTTPTransport
import HTTPTypes
import NIOCore
import Testing

@testable import EdgeService

/// Requests over connections that were made for another name (421, RFC 9110 section 15.5.20).
struct MisdirectedTests {
    private static func edge() throws -> Edge {
        let edge = try Edge([.site(), .site(id: "E2ABCDEF", alias: "other.example.com")])
        edge.origin.answer(OriginReply(.ok, [.cacheControl: "max-age=60"], "stored"))
        return edge
    }

    @Test(arguments: [
        ("www.example.com", "www.example.com", 200), ("www.example.com", "WWW.example.com:8443", 200),
        ("www.example.com", "e1abcdef.cloudfront.localhost", 200), ("e1abcdef.cloudfront.localhost", "www.example.com", 200),
        ("www.example.com", "other.example.com", 421), ("other.example.com", "www.example.com", 421),
        ("unknown.example.com", "www.example.com", 421), ("www.example.com", "unknown.example.com", 403), (nil, "other.example.com", 200),
    ] as [(String?, String, Int)])
    func `a connection serves the distribution that it was made for`(name: String?, host: String, status: Int) async throws {
        let edge = try Self.edge()
        let sink = RecordingSink()
        let connection = ConnectionInfo(clientAddress: "192.0.2.7", tls: TLSFacts(version: "TLSv1.3", serverName: name))
        await edge.service.handle(
            ServerExchange(head: Edge.head(.get, "/a", [:], host: host), connection: connection, body: RequestBody(), sink: sink))
        #expect(sink.reply.status == status)
    }

    @Test(arguments: [
        ("www.example.com", "www.example.com", true), ("www.example.com", "WWW.Example.COM:8443", true), ("www.example.com", "www.example.com.evil", false),
        ("www.example.com", "www.example.co", false), ("www.example.com", "other.example.com", false), ("www.example.com", "", false), (nil, "other", true),
    ] as [(String?, String, Bool)])
    func `the fast path takes only the very name`(name: String?, host: String, isFast: Bool) {
        let connection = ConnectionInfo(clientAddress: "", tls: TLSFacts(version: "TLSv1.3", serverName: name))
        let result = Array(host.utf8).withUnsafeBytes { isForServerName($0, connection) }
        #expect(result == isFast)
        #expect(Array(host.utf8).withUnsafeBytes { isForServerName($0, ConnectionInfo(clientAddress: "")) }, "in the clear there is none")
    }
}
