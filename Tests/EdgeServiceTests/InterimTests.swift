import DistributionModel
import HTTPSemantics
import HTTPTypes
import Testing

@testable import EdgeService

@Suite(.timeLimit(.minutes(1)))
struct InterimTests {
    private static let link = HTTPField.Name("Link")!

    @Test func `interim responses reach all who wait for the fetch, before its final response, and are not stored`() async throws {
        let edge = try Edge()
        let gate = edge.origin.gate()
        let first = edge.begin("/a")
        await until("the origin is asked") { gate.sendInterim(103, [Self.link: "</1.css>; rel=preload"]) }
        await until("the first viewer is told") { first.soFar.interims.count == 1 }
        let second = edge.begin("/a")
        await until("both wait") { edge.readers == 2 }
        #expect(gate.sendInterim(102, [:]))
        await until("both have both") { first.soFar.interims.count == 2 && second.soFar.interims.count == 2 }
        #expect(first.soFar.status == 0)
        gate.sendHead(.ok, [.cacheControl: "max-age=60"], length: 2)
        gate.send("ok")
        gate.end()
        let expected: [ViewerReply.Interim] = [
            .init(status: 103, fields: [Self.link: "</1.css>; rel=preload"]), .init(status: 102, fields: [:]),
        ]
        for viewer in [first, second] {
            let reply = await viewer.reply
            #expect(reply.interims == expected)
            #expect(reply.text == "ok" && reply.fields[Self.link] == nil)
        }
        await edge.settle()
        let hit = await edge.get("/a")
        #expect(hit.xCache == "Hit" && hit.interims.isEmpty)
    }

    @Test func `fields of one connection and cookies stay behind`() async throws {
        let edge = try Edge()
        let gate = edge.origin.gate()
        let viewer = edge.begin("/a")
        let connection = try HTTPField.Name.named("Connection")
        let hop = try HTTPField.Name.named("X-Hop")
        await until("the origin is asked") {
            gate.sendInterim(103, [connection: "X-Hop", hop: "1", .contentLength: "9", .setCookie: "a=b", Self.link: "</a>"])
        }
        gate.sendHead(length: 0)
        gate.end()
        let reply = await viewer.reply
        #expect(reply.interims == [.init(status: 103, fields: [Self.link: "</a>"])])
    }

    @Test func `a request that goes through as it is gets its interim responses too`() async throws {
        let edge = try Edge([.site(methods: .all)])
        let gate = edge.origin.gate()
        let viewer = edge.begin("/a", method: .post)
        await until("the origin is asked") { gate.sendInterim(110, [Self.link: "</a>"]) }
        gate.sendHead(length: 0)
        gate.end()
        let reply = await viewer.reply
        #expect(reply.interims.map(\.status) == [110] && reply.status == 200)
    }

    @Test func `a viewer who leaves while it waits for an interim response gives the fetch up`() async throws {
        let edge = try Edge()
        let gate = edge.origin.gate()
        let viewer = edge.begin("/a")
        await until("the origin is asked") { gate.sendInterim(103, [:]) }
        viewer.leave()
        await until("the fetch is given up") { edge.origin.cancelledCount == 1 }
    }
}
