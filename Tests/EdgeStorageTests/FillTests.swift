import NIOCore
import Testing

@testable import EdgeStorage

struct FillTests {
    @Test func `every reader gets all chunks in order, whatever its pace`() async throws {
        let fill = Fill<Int>(readersMax: 10)
        let early = try #require(fill.attach())
        async let whole = early.rest()
        try await fill.append(chunk("one "))
        let middle = try #require(fill.attach())
        try await fill.append(chunk("two "))
        try await fill.append(chunk("three"))
        fill.end(.success(()))
        let late = try #require(fill.attach())
        #expect(try await whole == "one two three")
        #expect(try await middle.rest() == "one two three", "kept content is read from its beginning")
        #expect(try await late.rest() == "one two three", "also after the end")
        #expect(try await late.next() == nil, "the end stays the end")
    }

    @Test func `a fill that has failed takes no more readers`() {
        let fill = Fill<Int>(readersMax: 10)
        let reader = fill.attach()
        fill.end(.failure(.originFailed("broken off")))
        #expect(fill.attach() == nil)
        withExtendedLifetime(reader) {}
    }

    @Test func `the outcome reaches those who wait and those who ask later, and only the first counts`() async throws {
        let fill = Fill<Int>(readersMax: 10)
        let waiting = try #require(fill.attach())
        async let outcome = waiting.outcome()
        fill.resolve(200)
        fill.resolve(500)
        #expect(try await outcome == 200)
        let later = try #require(fill.attach())
        #expect(try await later.outcome() == 200)
    }

    @Test func `an outcome is there before the stream, and the stream waits for its first chunk`() async throws {
        let fill = Fill<Int>(readersMax: 10)
        let reader = try #require(fill.attach())
        let task = Task {
            let status = try await reader.outcome()
            return "\(status): \(try await reader.rest())"
        }
        fill.resolve(200)
        try await fill.append(chunk("content"))
        fill.end(.success(()))
        #expect(try await task.value == "200: content")
    }

    @Test func `a failure reaches every reader after what came before it`() async throws {
        let fill = Fill<Int>(readersMax: 10)
        let readers = (0..<3).compactMap { _ in fill.attach() }
        try await fill.append(chunk("half"))
        fill.end(.failure(.originFailed("reset")))
        #expect(readers.count == 3)
        for reader in readers {
            #expect(try await reader.next() == chunk("half"))
            await #expect(throws: FillError.originFailed("reset")) { try await reader.next() }
        }
    }

    @Test func `a reader that waits for a chunk hears of the failure`() async throws {
        let fill = Fill<Int>(readersMax: 10)
        let reader = try #require(fill.attach())
        let task = Task { try await reader.next() }
        await Task.yield()
        fill.end(.failure(.originFailed("reset")))
        await #expect(throws: FillError.originFailed("reset")) { try await task.value }
    }

    @Test func `readers beyond the maximum are turned away, until one leaves`() throws {
        let fill = Fill<Int>(readersMax: 2)
        let first = try #require(fill.attach())
        var second = fill.attach()
        #expect(second != nil)
        #expect(fill.attach() == nil)
        second = nil
        #expect(fill.readerCount == 1)
        #expect(fill.attach() != nil)
        first.leave()
    }

    @Test func `a closed fill takes no new readers, and those it has go on`() async throws {
        let fill = Fill<Int>(readersMax: 10)
        let reader = try #require(fill.attach())
        fill.closeToNewReaders()
        #expect(fill.attach() == nil)
        try await fill.append(chunk("content"))
        fill.end(.success(()))
        #expect(try await reader.rest() == "content")
    }

    @Test func `lagging readers go on from the stored content, byte for byte`() async throws {
        let fill = Fill<Int>(readersMax: 10)
        let reader = try #require(fill.attach())
        let sizes = [CachedBody.pieceBytes - 10, 20, 5]
        for (index, size) in sizes.enumerated() { try await fill.append(ByteBuffer(repeating: UInt8(index + 1), count: size)) }
        #expect(try await reader.next()?.readableBytes == sizes[0])
        fill.readOn(from: CachedBody(copying: try #require(fill.keptChunks())))
        fill.end(.success(()))
        #expect(try await reader.next() == ByteBuffer(repeating: 2, count: 20), "across the boundary of two pieces")
        #expect(try await reader.next() == ByteBuffer(repeating: 3, count: 5))
        #expect(try await reader.next() == nil)
    }
}
