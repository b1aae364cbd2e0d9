import NIOCore
import Synchronization
import Testing

@testable import EdgeStorage

private func content(_ chunks: [String], position: Int64 = 0, end: Int64, endIsFramed: Bool = true) -> OpenContent {
    let left = Mutex(chunks)
    return OpenContent(position: position, end: end, endIsFramed: endIsFramed) {
        left.withLock { $0.isEmpty ? nil : ByteBuffer(string: $0.removeFirst()) }
    }
}

extension OpenContent {
    fileprivate func read(before limit: Int64) async throws -> String {
        var text = ""
        while let chunk = try await next(before: limit) { text += String(buffer: chunk) }
        return text
    }
}

struct OpenContentTests {
    @Test(arguments: [["0123456789"], ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], ["01", "", "2345678", "9"]])
    func `content is read up to any place and on from there`(chunks: [String]) async throws {
        let content = content(chunks, position: 100, end: 110)
        #expect(try await content.read(before: 103) == "012")
        #expect(content.position == 103)
        #expect(try await content.read(before: 103) == "")
        #expect(try await content.skip(to: 105))
        #expect(try await content.read(before: 110) == "56789")
        #expect(try await content.isAtEnd())
    }

    @Test func `an early end and a late one are told`() async throws {
        let short = content(["01234"], end: 10)
        #expect(try await short.read(before: 10) == "01234")
        #expect(short.position == 5)
        #expect(try await !content(["01"], end: 10).skip(to: 3))
        let long = content(["0123456789", "", "x"], end: 10)
        #expect(try await long.read(before: 10) == "0123456789")
        #expect(try await !long.isAtEnd())
        let longer = content(["0123456789x"], end: 10)
        #expect(try await longer.read(before: 10) == "0123456789")
        #expect(try await !longer.isAtEnd())
    }

    @Test func `content is handed over where it goes on, once`() async throws {
        let handover = ContentHandover(content(["0123456789"], end: 10))
        #expect(handover.take(at: 1) == nil)
        let taken = try #require(handover.take(at: 0))
        #expect(handover.take(at: 0) == nil)
        #expect(try await taken.read(before: 4) == "0123")
        handover.put(taken)
        #expect(handover.take(at: 3, skipping: true) == nil)
        #expect(handover.take(at: 5) == nil)
        #expect(handover.take(at: 5, skipping: true) === taken)
        handover.put(taken)
        handover.clear()
        #expect(handover.take(at: 4) == nil)
    }
}
