import DistributionModel
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import EdgeService
@testable import EdgeStorage

/// Ranges and parts under `rfc9111`: what is asked for goes on as it is, and what comes back is kept, completed and joined.
struct PartsRFC9111Tests {
    private static let text = "0123456789"
    private static let fields: HTTPFields = [.eTag: "\"v1\"", .cacheControl: "max-age=60", .contentType: "text/plain"]

    private static func edge(_ origin: RangeOrigin? = RangeOrigin(bytes: Array(text.utf8), fields), objectBytesMax: Int = 1 << 20) throws -> Edge {
        var site = try Distribution.site(
            CachePolicy(minTTL: 0, defaultTTL: 0, maxTTL: 31_536_000), toOrigin: OriginRequestPolicy(headers: .allViewer))
        site.personality = .rfc9111
        let edge = try Edge([site], objectBytesMax: objectBytesMax, partBytes: 100)
        if let origin { edge.origin.answer { origin.answer($0) } }
        return edge
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var range: String
        var text: String
        var contentRange: String
        var testDescription: String { range }
    }

    @Test(arguments: [
        Row(range: "bytes=2-6", text: "23456", contentRange: "bytes 2-6/10"), Row(range: "bytes=3-3", text: "3", contentRange: "bytes 3-3/10"),
        Row(range: "bytes=6-6", text: "6", contentRange: "bytes 6-6/10"), Row(range: "bytes=2-4", text: "234", contentRange: "bytes 2-4/10"),
    ])
    func `a 206 is kept and answers ranges within it`(row: Row) async throws {
        let edge = try Self.edge()
        let first = await edge.get("/a", [.range: "bytes=2-6"])
        #expect(first.status == 206)
        #expect(first.text == "23456")
        #expect(first.fields[.contentRange] == "bytes 2-6/10")
        #expect(edge.origin.last?.fields[.range] == "bytes=2-6")
        await edge.settle()
        let second = await edge.get("/a", [.range: row.range])
        #expect(second.status == 206)
        #expect(second.text == row.text)
        #expect(second.fields[.contentRange] == row.contentRange)
        #expect(second.fields[.contentLength] == String(row.text.count))
        #expect(second.fields[.cacheStatus]?.contains("hit") == true)
        #expect(edge.origin.count == 1)
    }

    @Test(arguments: [
        ("bytes=0-3", ["bytes=0-1"]), ("bytes=5-8", ["bytes=7-8"]), ("bytes=0-8", ["bytes=0-1", "bytes=7-8"]), ("bytes=8-", ["bytes=8-"]),
        ("bytes=-1", ["bytes=9-"]),
    ])
    func `only what is missing of a range is asked for, and joined`(row: (String, [String])) async throws {
        let edge = try Self.edge()
        await edge.get("/a", [.range: "bytes=2-6"])
        await edge.settle()
        guard case .parts(let parts) = RangeRequest(row.0).resolved(length: 10) else { return #expect(Bool(false)) }
        let expected = Array(Self.text.utf8)[Int(parts[0].lowerBound)..<Int(parts[0].upperBound)]
        let reply = await edge.get("/a", [.range: row.0])
        #expect(reply.body == Array(expected))
        #expect(edge.origin.fetches.dropFirst().map { $0.fields[.range] } == row.1)
        #expect(edge.origin.fetches.dropFirst().allSatisfy { $0.fields[.ifRange] == "\"v1\"" })
        #expect(reply.fields[.cacheStatus]?.contains("fwd=partial") == true)
        await edge.settle()
        #expect(await edge.get("/a", [.range: row.0]).body == Array(expected))
        #expect(edge.origin.count == 1 + row.1.count)
    }

    @Test func `a whole is completed from a part, and is an ordinary entry from then on`() async throws {
        let edge = try Self.edge()
        await edge.get("/a", [.range: "bytes=0-4"])
        await edge.settle()
        let whole = await edge.get("/a")
        #expect(whole.status == 200)
        #expect(whole.text == Self.text)
        #expect(whole.fields[.contentLength] == "10")
        #expect(whole.fields[.contentRange] == nil)
        #expect(edge.origin.fetches.map { $0.fields[.range] } == ["bytes=0-4", "bytes=5-"])
        await edge.settle()
        #expect(edge.cache.statistics.entries == 1, "neither head nor parts are left")
        let again = await edge.get("/a")
        #expect(again.text == Self.text)
        #expect(again.fields[.cacheStatus]?.contains("hit") == true)
        #expect(edge.origin.count == 2)
    }

    @Test func `a stale part is revalidated`() async throws {
        let edge = try Self.edge()
        await edge.get("/a", [.range: "bytes=0-4"])
        await edge.settle()
        edge.clock.advance(60)
        let reply = await edge.get("/a", [.range: "bytes=1-2"])
        #expect(reply.status == 206)
        #expect(reply.text == "12")
        #expect(edge.origin.last?.fields[.ifNoneMatch] == "\"v1\"")
        edge.clock.advance(59)
        #expect(await edge.get("/a", [.range: "bytes=1-2"]).text == "12")
        #expect(edge.origin.count == 2)
    }

    @Test func `a completing 206 renews what is stored`() async throws {
        let origin = RangeOrigin(bytes: Array(Self.text.utf8), Self.fields)
        let edge = try Self.edge(origin)
        await edge.get("/a", [.range: "bytes=0-4"])
        await edge.settle()
        edge.clock.advance(50)
        var fields = Self.fields
        fields[.contentLanguage] = "en"
        origin.replace(bytes: Array(Self.text.utf8), fields)
        await edge.get("/a", [.range: "bytes=5-5"])
        await edge.settle()
        edge.clock.advance(50)
        let reply = await edge.get("/a", [.range: "bytes=0-5"])
        #expect(reply.text == "012345")
        #expect(reply.fields[.contentLanguage] == "en")
        #expect(reply.age == 50)
        #expect(edge.origin.count == 2)
    }

    @Test func `a changed object is answered with the new one`() async throws {
        let origin = RangeOrigin(bytes: Array(Self.text.utf8), Self.fields)
        let edge = try Self.edge(origin)
        await edge.get("/a", [.range: "bytes=0-4"])
        await edge.settle()
        origin.replace(bytes: Array("abcdefghijkl".utf8), [.eTag: "\"v2\"", .cacheControl: "max-age=60"])
        #expect(await edge.get("/a", [.range: "bytes=3-7"]).text == "defgh")
        await edge.settle()
        #expect(await edge.get("/a").text == "abcdefghijkl")
    }

    @Test(arguments: [HTTPFields(), [.eTag: "W/\"v1\""]])
    func `a part without a strong validator answers alone, and nothing is joined to it`(validators: HTTPFields) async throws {
        var fields = validators
        fields[.cacheControl] = "max-age=60"
        let edge = try Self.edge(RangeOrigin(bytes: Array(Self.text.utf8), fields))
        await edge.get("/a", [.range: "bytes=0-4"])
        await edge.settle()
        #expect(await edge.get("/a", [.range: "bytes=1-3"]).text == "123")
        #expect(edge.origin.count == 1)
        #expect(await edge.get("/a", [.range: "bytes=3-7"]).text == "34567")
        #expect(edge.origin.last?.fields[.range] == "bytes=3-7", "asked for as it is")
        #expect(edge.origin.last?.fields[.ifRange] == nil)
        await edge.settle()
        #expect(await edge.get("/a", [.range: "bytes=3-7"]).text == "34567")
        #expect(edge.origin.count == 2)
        #expect(await edge.get("/a").text == Self.text)
    }

    @Test func `an origin that gives the whole instead of the end has given what was needed`() async throws {
        let edge = try Self.edge(nil)
        edge.origin.answer(OriginReply(.partialContent, [.cacheControl: "max-age=60", .contentRange: "bytes 0-4/10"], "01234"))
        #expect(await edge.get("/a", [.range: "bytes=-5"]).fields[.contentRange] == "bytes 0-4/10", "as it came")
        await edge.settle()
        edge.origin.answer(OriginReply(.ok, [.cacheControl: "max-age=60"], "something else"))
        #expect(await edge.get("/a").text == "something else")
        #expect(edge.origin.last?.fields[.range] == "bytes=5-")
        #expect(edge.origin.count == 2)
    }

    @Test func `a part whose figures disagree is kept alone, as its framing has it`() async throws {
        let edge = try Self.edge(nil)
        edge.origin.answer(
            OriginReply(.partialContent, [.eTag: "\"v1\"", .cacheControl: "max-age=60", .contentRange: "bytes 4-9/10"], "01234"))
        #expect(await edge.get("/a", [.range: "bytes=-5"]).text == "01234")
        await edge.settle()
        #expect(await edge.get("/a", [.range: "bytes=-5"]).text == "01234")
        #expect(await edge.get("/a", [.range: "bytes=6-8"]).text == "234")
        #expect(await edge.get("/a", [.range: "bytes=6-"]).text == "234")
        #expect(await edge.get("/a", [.range: "bytes=-1"]).text == "4")
        #expect(edge.origin.count == 1)
        edge.origin.answer(OriginReply(.ok, Self.fields, Self.text))
        #expect(await edge.get("/a").text == Self.text)
    }

    @Test(arguments: ["no-store", "private", "no-cache, no-store"])
    func `a 206 that may not be stored isn't`(directives: String) async throws {
        let edge = try Self.edge(RangeOrigin(bytes: Array(Self.text.utf8), [.eTag: "\"v1\"", .cacheControl: directives]))
        for count in 1...2 {
            #expect(await edge.get("/a", [.range: "bytes=0-4"]).text == "01234")
            await edge.settle()
            #expect(edge.origin.count == count)
        }
        #expect(edge.cache.statistics.entries == 0)
    }

    @Test(arguments: [
        ([.contentType: "multipart/byteranges; boundary=x"], "bytes 0-4/10"), ([:], nil), ([:], "bytes 0-4/*"), ([:], "bytes 0-10/10"),
    ] as [(HTTPFields, String?)])
    func `a 206 that can't be read goes on as it came, unstored`(row: (HTTPFields, String?)) async throws {
        let edge = try Self.edge(nil)
        var fields = Self.fields
        for field in row.0 { fields[field.name] = field.value }
        fields[.contentRange] = row.1
        let kept = fields
        edge.origin.answer { _ in OriginReply(.partialContent, kept, "01234") }
        let reply = await edge.get("/a", [.range: "bytes=0-4"])
        #expect(reply.status == 206)
        #expect(reply.text == "01234")
        #expect(reply.fields[.contentRange] == row.1)
        await edge.settle()
        #expect(edge.cache.statistics.entries == 0)
    }

    @Test func `an origin that answers a range with the whole has it kept and cut here`() async throws {
        let edge = try Self.edge(RangeOrigin(bytes: Array(Self.text.utf8), Self.fields, lacksRanges: true))
        let reply = await edge.get("/a", [.range: "bytes=2-4"])
        #expect(reply.status == 206)
        #expect(reply.text == "234")
        await edge.settle()
        #expect(await edge.get("/a").text == Self.text)
        #expect(edge.origin.count == 1)
    }

    @Test func `viewers of one range share its fetch`() async throws {
        let edge = try Self.edge()
        let gate = edge.origin.gate()
        let viewers = (0..<3).map { _ in edge.begin("/a", [.range: "bytes=0-4"]) }
        await until("all wait") { edge.readers == 3 }
        var fields = Self.fields
        fields[.contentRange] = "bytes 0-4/10"
        gate.sendHead(.partialContent, fields, length: 5)
        gate.send("01234")
        gate.end()
        for viewer in viewers { #expect(await viewer.reply.text == "01234") }
        #expect(edge.origin.count == 1)
    }

    @Test func `parts of variants are kept apart`() async throws {
        let edge = try Self.edge(nil)
        edge.origin.answer { request in
            let language = request.fields[.acceptLanguage] ?? "none"
            return OriginReply(
                .partialContent, [.eTag: "\"\(language)\"", .cacheControl: "max-age=60", .vary: "Accept-Language", .contentRange: "bytes 0-1/10"], language)
        }
        for _ in 0..<2 {
            for language in ["de", "en"] {
                #expect(await edge.get("/a", [.range: "bytes=0-1", .acceptLanguage: language]).text == language)
                await edge.settle()
            }
        }
    }

    @Test func `only-if-cached gets what is stored and no more`() async throws {
        let edge = try Self.edge()
        await edge.get("/a", [.range: "bytes=0-4"])
        await edge.settle()
        #expect(await edge.get("/a", [.range: "bytes=1-2", .cacheControl: "only-if-cached"]).text == "12")
        #expect(await edge.get("/a", [.range: "bytes=1-7", .cacheControl: "only-if-cached"]).status == 504)
        #expect(await edge.get("/a", [.cacheControl: "only-if-cached"]).status == 504)
        #expect(edge.origin.count == 1)
    }

    @Test func `an unsafe request takes parts with it`() async throws {
        let edge = try Self.edge()
        await edge.get("/a", [.range: "bytes=0-4"])
        await edge.settle()
        edge.cache.invalidate(primary: try #require(edge.cache.heads.first?.identity.primary))
        await edge.get("/a", [.range: "bytes=0-4"])
        #expect(edge.origin.count == 2)
    }

    @Test func `a range of something large is kept in parts`() async throws {
        let bytes = RangeOrigin.bytes(1_000)
        let edge = try Self.edge(RangeOrigin(bytes: bytes, Self.fields), objectBytesMax: 150)
        #expect(await edge.get("/a", [.range: "bytes=50-449"]).body == Array(bytes[50..<450]))
        #expect(edge.origin.fetches.map { $0.fields[.range] } == ["bytes=50-449"])
        await edge.settle()
        #expect(await edge.get("/a", [.range: "bytes=60-430"]).body == Array(bytes[60...430]))
        #expect(edge.origin.count == 1)
        #expect(await edge.get("/a").body == bytes)
        #expect(edge.origin.fetches.dropFirst().map { $0.fields[.range] } == ["bytes=0-49", "bytes=450-"])
        await edge.settle()
        #expect(await edge.get("/a").body == bytes)
        #expect(edge.origin.count == 3)
    }
}

extension EdgeCache {
    /// The heads of objects that are stored in parts.
    var heads: [CachedResponse] { state.withLock { $0.entries.compactMap { $0 }.filter { $0.identity.key.isPartsHead } } }
}
