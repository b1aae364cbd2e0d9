import DistributionModel
import HTTPCaching
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import NIOCore
import Testing

@testable import EdgeService
@testable import HTTPTransport

struct ViewerProtocolTests {
    private static func edge(_ policy: ViewerProtocolPolicy, root: String? = nil) async throws -> Edge {
        var site = try Distribution.site(methods: .all, root: root, errors: [
            CustomErrorResponse(errorCode: 403, page: .init(path: "/e.html", responseCode: 200))
        ])
        site.defaultCacheBehavior.viewerProtocolPolicy = policy
        let edge = try Edge([site])
        edge.service.httpsPort = 8443
        edge.origin.answer(OriginReply(.ok, [.cacheControl: "max-age=60"], "stored"))
        return edge
    }

    private static func reply(
        _ edge: Edge, _ method: HTTPRequest.Method, _ target: String, version: HTTPVersion = .http11, isSecure: Bool = false,
        host: String = "www.example.com:8080"
    ) async -> ViewerReply {
        await Viewer(edge.service, Edge.head(method, target, [:], host: host, version: version), isSecure: isSecure).reply
    }

    @Test func `GET goes to the same URL under https`() async throws {
        let edge = try await Self.edge(.redirectToHTTPS, root: "index.html")
        let reply = await Self.reply(edge, .get, "/?a=1&b=%20")
        #expect(reply.status == 301)
        #expect(reply.fields[.location] == "https://www.example.com:8443/?a=1&b=%20", "as asked for, without the root object")
        #expect(reply.fields[.xCache] == "Redirect from cloudfront")
        #expect(reply.fields[.via] == "1.1 e1abcdef.cloudfront.net (CloudFront)")
        #expect(reply.fields[.contentLength] == String(reply.body.count))
        #expect(edge.origin.count == 0)
        let head = await Self.reply(edge, .head, "/x")
        #expect((head.status, head.body.isEmpty) == (301, true))
    }

    @Test func `the port is left out where it is https's own`() async throws {
        let edge = try await Self.edge(.redirectToHTTPS)
        edge.service.httpsPort = 443
        #expect(await Self.reply(edge, .get, "/a", host: "www.example.com").fields[.location] == "https://www.example.com/a")
    }

    @Test func `other methods keep their method, and old clients are refused`() async throws {
        let edge = try await Self.edge(.redirectToHTTPS)
        #expect(await Self.reply(edge, .post, "/a").status == 307)
        let old = await Self.reply(edge, .post, "/a", version: .http10)
        #expect(old.status == 403)
        #expect(old.xCache == "Error")
        #expect(edge.origin.count == 0)
    }

    @Test func `https-only refuses HTTP, without the site's own error page`() async throws {
        let edge = try await Self.edge(.httpsOnly)
        let reply = await Self.reply(edge, .get, "/a")
        #expect(reply.status == 403)
        #expect(reply.xCache == "Error")
        #expect(reply.fields[.location] == nil)
        #expect(edge.origin.count == 0)
    }

    @Test(arguments: ViewerProtocolPolicy.allCases)
    func `a stored object is given at once only to whom it may be given`(policy: ViewerProtocolPolicy) async throws {
        let edge = try await Self.edge(policy)
        #expect(await Self.reply(edge, .get, "/a", isSecure: true).status == 200)
        #expect(Self.isImmediate(edge, isSecure: true))
        #expect(Self.isImmediate(edge, isSecure: false) == (policy == .allowAll))
        #expect(edge.origin.count == 1)
    }

    private static func isImmediate(_ edge: Edge, isSecure: Bool) -> Bool {
        let bytes = Array("GET /a HTTP/1.1\r\nHost: www.example.com\r\n\r\n".utf8)
        return bytes.withUnsafeBytes { bytes in
            var parser = HeadParser(limits: TransportLimits())
            var layout = HeadLayout()
            var output = ByteBuffer()
            guard (try? parser.parse(bytes, into: &layout)) == true else { return false }
            let info = ConnectionInfo(clientAddress: "192.0.2.7", tls: isSecure ? TLSFacts(version: "TLSv1.3") : nil)
            let answer = edge.service.answerImmediately(RequestView(bytes: bytes, layout: layout), on: info, into: &output)
            if case .answered = answer { return true }
            return false
        }
    }
}
