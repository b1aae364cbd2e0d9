import EdgeStorage
import HTTPTypes
import Testing
import XMLDocuments

@testable import ControlService

struct InvalidationDocumentTests {
    @Test func `an invalidation empties the cache of what it names before it is answered`() async throws {
        let control = Control()
        for path in ["/index.html", "/img/a.png", "/img/b.png", "/other"] { control.store(path) }
        control.store("/index.html", distribution: "E2")
        let reply = await control.invalidate(["/index.html", "/img/*"])
        #expect(reply.status == 201)
        #expect(control.cache.statistics.entries == 2)
        #expect(control.cache.statistics.invalidated == 3)
    }

    @Test func `the answer is CloudFront's document, with its address`() async throws {
        let control = Control()
        let reply = await control.invalidate(["/a", "/b*"], reference: "deploy-1")
        let id = try #require(reply.value("Id"))
        #expect(id.utf8.count == 14)
        #expect(id.hasPrefix("I"))
        #expect(id.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) })
        #expect(reply.fields[.location] == "\(Control.collection)/\(id)")
        #expect(reply.fields[.contentType] == "text/xml")
        #expect(reply.fields[.contentLength] == String(reply.body.count))
        #expect(reply.value("Status") == "Completed")
        #expect(reply.value("CreateTime")?.hasPrefix("2026-05-28T") == true)
        #expect(reply.value("InvalidationBatch", "CallerReference") == "deploy-1")
        #expect(reply.value("InvalidationBatch", "Paths", "Quantity") == "2")
        let items = reply.document?.children.first { $0.name == "InvalidationBatch" }?.children.first { $0.name == "Paths" }?
            .children.first { $0.name == "Items" }
        #expect(items?.children.map(\.text) == ["/a", "/b*"])
        let again = await control.send(.get, "\(Control.collection)/\(id)")
        #expect(again.status == 200)
        #expect(again.body == reply.body)
        #expect(again.fields[.location] == nil)
    }

    @Test func `a caller reference used again carries nothing out and answers with the same invalidation`() async throws {
        let control = Control()
        let first = await control.invalidate(["/a"], reference: "once")
        control.store("/a")
        let second = await control.invalidate(["/a"], reference: "once")
        #expect(second.status == 201)
        #expect(second.value("Id") == first.value("Id"))
        #expect(control.cache.statistics.entries == 1, "it was stored after the invalidation it belongs to")
        let other = await control.invalidate(["/a"], reference: "twice")
        #expect(other.value("Id") != first.value("Id"))
        #expect(control.cache.statistics.entries == 0)
    }

    @Test func `concurrent requests with one caller reference are one invalidation`() async throws {
        let control = Control()
        let ids = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<20 { group.addTask { await control.invalidate(["/a"], reference: "once").value("Id") } }
            return await group.reduce(into: Set<String?>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(await control.send(.get, Control.collection).value("Quantity") == "1")
    }

    @Test func `what is remembered is bounded in bytes, and the latest is always`() async throws {
        let control = Control()
        let paths = (0..<1_000).map { "/" + String(repeating: "p", count: 3_500) + "\($0)" }
        for index in 0..<4 { #expect(await control.invalidate(paths, reference: "r\(index)").status == 201) }
        let list = await control.send(.get, Control.collection)
        #expect(list.value("Quantity") == "2", "twice 7 MB are remembered, a third time not")
        #expect(await control.invalidate(paths, reference: "r3").status == 201)
        #expect(await control.send(.get, Control.collection).value("Quantity") == "2")
    }

    @Test func `a caller reference used for other paths is refused and changes nothing`() async {
        let control = Control()
        _ = await control.invalidate(["/a"], reference: "once")
        control.store("/b")
        let reply = await control.invalidate(["/b"], reference: "once")
        #expect(reply.status == 400)
        #expect(reply.code == "InvalidationBatchAlreadyExists")
        #expect(control.cache.statistics.entries == 1)
    }

    @Test func `the list is newest first, and comes in pages`() async throws {
        let control = Control()
        var ids: [String] = []
        for number in 0..<5 { ids.insert(try #require(await control.invalidate(["/a"], reference: "\(number)").value("Id")), at: 0) }
        func listed(_ query: String) async -> (ids: [String], reply: ControlReply) {
            let reply = await control.send(.get, Control.collection + query)
            let items = reply.document?.children.first { $0.name == "Items" }
            return (items?.children.compactMap { $0.children.first { $0.name == "Id" }?.text } ?? [], reply)
        }
        let whole = await listed("")
        #expect(whole.ids == ids)
        #expect(whole.reply.value("IsTruncated") == "false")
        #expect(whole.reply.value("Quantity") == "5")
        #expect(whole.reply.value("NextMarker") == nil)
        let first = await listed("?MaxItems=2")
        #expect(first.ids == Array(ids[0..<2]))
        #expect(first.reply.value("IsTruncated") == "true")
        #expect(first.reply.value("MaxItems") == "2")
        let marker = try #require(first.reply.value("NextMarker"))
        let second = await listed("?MaxItems=3&Marker=\(marker)")
        #expect(second.ids == Array(ids[2..<5]))
        #expect(second.reply.value("IsTruncated") == "false")
        #expect(second.reply.value("Marker") == marker)
    }

    @Test func `an empty list has no items`() async {
        let reply = await Control().send(.get, Control.collection)
        #expect(reply.status == 200)
        #expect(reply.value("Quantity") == "0")
        #expect(reply.value("Items") == nil)
    }

    @Test func `every answer has a request id of its own, and errors repeat it`() async throws {
        let control = Control()
        let name = try #require(HTTPField.Name("x-amzn-RequestId"))
        let first = await control.send(.get, "/nothing")
        let second = await control.send(.get, "/nothing")
        let id = try #require(first.fields[name])
        #expect(id.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
        #expect(first.value("RequestId") == id)
        #expect(second.fields[name] != id)
    }
}
