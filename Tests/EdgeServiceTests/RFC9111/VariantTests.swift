import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import OriginFetch
import Testing

@testable import EdgeService

/// RFC 9111 sections 4.1 and 4.3.4 through the whole edge.
@Suite struct StrictVariantTests {
    /// An origin whose answers differ by Foo.
    private func edge(_ directives: String = "max-age=60", tag: String = "") throws -> Edge {
        let edge = try strictEdge()
        edge.origin.answer { request in
            let value = request.fields[foo] ?? "none"
            return .cached(directives, [.vary: "Foo", .eTag: tag.isEmpty ? "\"\(value)\"" : tag], value)
        }
        return edge
    }

    @Test func `each value of a nominated field has its response`() async throws {
        let edge = try edge()
        #expect(await edge.get("/a", [foo: "1"]).cacheStatus == "fwd=uri-miss; fwd-status=200; ttl=60; stored")
        #expect(await edge.get("/a", [foo: "2"]).cacheStatus == "fwd=vary-miss; fwd-status=200; ttl=60; stored")
        await edge.get("/a")
        for value in ["1", "2"] {
            let reply = await edge.get("/a", [foo: value, .cookie: "other=1"])
            #expect(reply.isHit && reply.text == value && reply.fields[.vary] == "Foo")
        }
        let none = await edge.get("/a")
        #expect(none.isHit && none.text == "none")
        #expect(edge.origin.count == 3)
    }

    @Test func `Cache-Status says under which key a response was stored`() async throws {
        let edge = try edge()
        #expect(await edge.get("/a?q=\"1\"", [foo: "1"]).fields[.cacheStatus]?.hasSuffix("; stored; key=\"http://www.example.com/a?q=\\\"1\\\" vary=foo\"") == true)
        #expect(await edge.get("/a?q=\"1\"", [foo: "1"]).fields[.cacheStatus] == "skerry; hit; ttl=60")
    }

    @Test func `Vary over several lines, in any letters and spacing`() async throws {
        let edge = try strictEdge()
        let bar = try HTTPField.Name.named("Bar")
        var fields: HTTPFields = [.cacheControl: "max-age=60"]
        for line in ["foo ,", "BAR"] { fields.append(HTTPField(name: .vary, value: line)) }
        edge.origin.answer(OriginReply(.ok, fields, "x"))
        await edge.get("/a", [foo: "1, 2", bar: "x"])
        var split: HTTPFields = [bar: "x"]
        for value in ["1", "2"] { split.append(HTTPField(name: foo, value: value)) }
        #expect(await edge.get("/a", split).isHit)
        #expect(await edge.get("/a", [foo: "1,2", bar: "y"]).isHit == false)
    }

    @Test func `a star is never matched`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("max-age=60", [.vary: "Foo, *"]))
        for _ in 0..<2 { #expect(await edge.get("/a", [foo: "1"]).fields[.vary] == "Foo, *") }
        #expect(edge.origin.count == 2 && edge.cache.statistics.entries == 0)
    }

    @Test func `what the origin doesn't get to see chooses nothing`() async throws {
        let edge = try Edge([.strict(toOrigin: nil)])
        edge.origin.answer { .cached("max-age=60", [.vary: "Foo"], $0.fields[foo] ?? "none") }
        #expect(await edge.get("/a", [foo: "1"]).text == "none")
        #expect(await edge.get("/a", [foo: "2"]).isHit)
    }

    @Test func `who waits for a fetch that turns out to be another's variant fetches for itself`() async throws {
        let edge = try edge()
        let gate = edge.origin.gate()
        let one = edge.begin("/a", [foo: "1"])
        await until("the fetch is under way") { edge.readers == 1 }
        let (two, alike) = (edge.begin("/a", [foo: "2"]), edge.begin("/a", [foo: "1"]))
        await until("all wait") { edge.readers == 3 }
        gate.sendHead(.ok, [.cacheControl: "max-age=60", .vary: "Foo"], length: 1)
        gate.send("1")
        gate.end()
        #expect(await one.reply.text == "1")
        #expect(await alike.reply.text == "1")
        #expect(await two.reply.text == "2")
        #expect(edge.origin.count == 2)
        #expect(await edge.get("/a", [foo: "2"]).isHit, "and it was stored")
    }

    @Test func `variants that are known are fetched apart at once`() async throws {
        let edge = try edge()
        await edge.get("/a", [foo: "0"])
        let (first, second) = (edge.origin.gate(), edge.origin.gate())
        let one = edge.begin("/a", [foo: "1"])
        await until("the first is asked for") { edge.origin.count == 2 }
        let two = edge.begin("/a", [foo: "2"])
        await until("the second is asked for") { edge.origin.count == 3 }
        for (gate, text) in [(second, "2"), (first, "1")] {
            gate.sendHead(.ok, [.cacheControl: "max-age=60", .vary: "Foo"], length: 1)
            gate.send(text)
            gate.end()
        }
        #expect(await one.reply.text == "1")
        #expect(await two.reply.text == "2")
    }

    @Test func `a 304 updates every variant that its strong tag selects`() async throws {
        let edge = try edge("max-age=10", tag: "\"same\"")
        for value in ["1", "2"] { await edge.get("/a", [foo: value]) }
        edge.clock.advance(10)
        edge.origin.answer(OriginReply(.notModified, [.eTag: "\"same\"", .cacheControl: "max-age=30", .server: "new", .vary: "Foo"]))
        #expect(await edge.get("/a", [foo: "1"]).fields[.server] == "new")
        let other = await edge.get("/a", [foo: "2"])
        #expect(other.isHit && other.text == "2" && other.fields[.server] == "new")
        #expect(edge.origin.count == 3)
    }

    @Test func `a weak tag, or another one, updates only what was asked about`() async throws {
        for tag in ["W/\"same\"", ""] {
            let edge = try edge("max-age=10", tag: tag)
            for value in ["1", "2"] { await edge.get("/a", [foo: value]) }
            edge.clock.advance(10)
            edge.origin.answer { OriginReply(.notModified, [.eTag: $0.fields[.ifNoneMatch] ?? "", .cacheControl: "max-age=30"]) }
            await edge.get("/a", [foo: "1"])
            #expect(await edge.get("/a", [foo: "2"]).isHit == false)
        }
    }

    @Test func `the origin may name a stored variant as good for other values`() async throws {
        let edge = try edge()
        for value in ["1", "2"] { await edge.get("/a", [foo: value]) }
        edge.origin.answer(OriginReply(.notModified, [.eTag: "\"2\"", .vary: "Foo", .cacheControl: "max-age=90"]))
        let reply = await edge.get("/a", [foo: "3"])
        #expect(reply.status == 200 && reply.text == "2" && reply.cacheStatus == "fwd=vary-miss; fwd-status=304; ttl=90")
        #expect(edge.origin.last?.fields[.ifNoneMatch] == "\"1\", \"2\"")
        for value in ["2", "3"] {
            let hit = await edge.get("/a", [foo: value])
            #expect(hit.isHit && hit.text == "2" && hit.fields[.cacheControl] == "max-age=90")
        }
        #expect(edge.origin.count == 3)
    }

    @Test func `a 304 that names no variant is asked again without conditions`() async throws {
        let edge = try edge()
        await edge.get("/a", [foo: "1"])
        edge.origin.answer { $0.fields.contains(.ifNoneMatch) ? OriginReply(.notModified) : .cached("max-age=60", [.vary: "Foo"], "3") }
        #expect(await edge.get("/a", [foo: "3"]).text == "3")
        #expect(edge.origin.count == 3)
    }

    @Test func `a response without Vary ends the variants`() async throws {
        let edge = try edge("max-age=10")
        for value in ["1", "2"] { await edge.get("/a", [foo: value]) }
        edge.clock.advance(10)
        edge.origin.answer(.cached("max-age=60", [:], "for all"))
        for value in ["1", "2", "3"] { #expect(await edge.get("/a", [foo: value]).text == "for all") }
        #expect(edge.origin.count == 3 && edge.cache.statistics.entries == 1)
    }
}
