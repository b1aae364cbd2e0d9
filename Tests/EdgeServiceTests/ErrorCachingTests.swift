import DistributionModel
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

@testable import EdgeService

struct ErrorCachingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var status: Int
        var control: String? = nil
        var rule: Int? = nil
        /// Seconds it is remembered; nil when not at all.
        var seconds: Int64?
        var testDescription: String { "\(status) \(control ?? "") \(rule.map(String.init) ?? "")" }
    }

    @Test(arguments: [
        Row(status: 404, seconds: 10), Row(status: 414, seconds: 10), Row(status: 500, seconds: 10), Row(status: 504, seconds: 10),
        Row(status: 404, rule: 60, seconds: 60), Row(status: 404, rule: 0, seconds: nil),
        Row(status: 404, control: "max-age=30", seconds: 30), Row(status: 404, control: "max-age=3", seconds: 10),
        Row(status: 403, seconds: nil), Row(status: 403, control: "max-age=30", seconds: 30),
        Row(status: 400, seconds: nil), Row(status: 412, seconds: nil), Row(status: 416, control: "max-age=30", seconds: nil),
        Row(status: 429, seconds: nil),
    ])
    func `errors are remembered as CloudFront's table says`(row: Row) async throws {
        let errors = row.rule.map { [CustomErrorResponse(errorCode: row.status, errorCachingMinTTL: $0)] } ?? []
        let edge = try Edge([.site(errors: errors)])
        let fields: HTTPFields = row.control.map { [.cacheControl: $0] } ?? [:]
        edge.origin.answer(OriginReply(.init(code: row.status), fields, "sorry"))
        for _ in 0..<2 {
            let reply = await edge.get("/a")
            #expect(reply.status == row.status)
            #expect(reply.text == "sorry")
            #expect(reply.xCache == "Error")
        }
        guard let seconds = row.seconds else {
            #expect(edge.origin.count == 2)
            return
        }
        edge.clock.advance(seconds - 1)
        await edge.get("/a")
        #expect(edge.origin.count == 1, "one second before")
        edge.clock.advance(1)
        await edge.get("/a")
        #expect(edge.origin.count == 2, "at the end")
    }

    @Test func `errors are remembered even with caching off`() async throws {
        let edge = try Edge([.site(.disabled)])
        edge.origin.answer(OriginReply(.notFound, [.setCookie: "a=b"], "none"))
        await edge.get("/a")
        let second = await edge.get("/a")
        #expect(second.status == 404)
        #expect(second.fields[.setCookie] == nil, "one viewer's cookie is not another's")
        #expect(edge.origin.count == 1)
        edge.clock.advance(10)
        edge.origin.answer(OriginReply(.ok, [:], "there"))
        #expect(await edge.get("/a").text == "there")
        edge.origin.answer(OriginReply(.ok, [:], "changed"))
        #expect(await edge.get("/a").text == "changed")
    }

    @Test func `an error comes back as an object when it is one again`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.notFound))
        await edge.get("/a")
        edge.clock.advance(10)
        edge.origin.answer(OriginReply(.ok, [:], "there"))
        #expect(await edge.get("/a").xCache == "Miss")
        #expect(await edge.get("/a").xCache == "Hit")
    }
}
