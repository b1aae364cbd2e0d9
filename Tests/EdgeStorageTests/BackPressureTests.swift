import NIOCore
import Synchronization
import Testing

@testable import EdgeStorage

/// How far a producer runs ahead of its readers, and when it is told that nobody is left.
struct BackPressureTests {
    private static let quarter = Fill<Int>.windowBytes / 4
    private static let piece = ByteBuffer(repeating: 0x61, count: quarter)

    /// Appends pieces in a task and counts those that were taken.
    private func produce(_ count: Int, into fill: Fill<Int>, counting done: Counter) -> Task<Void, any Error> {
        Task {
            for _ in 0..<count {
                try await fill.append(Self.piece)
                done.add()
            }
            fill.end(.success(()))
        }
    }

    @Test func `a producer whose content is kept never waits`() async throws {
        let fill = Fill<Int>(readersMax: 10)
        let reader = try #require(fill.attach())
        for _ in 0..<12 { try await fill.append(Self.piece) }
        fill.end(.success(()))
        var total = 0
        while let chunk = try await reader.next() { total += chunk.readableBytes }
        #expect(total == 12 * Self.quarter)
    }

    @Test func `without keeping, a producer stays one window ahead of the slowest reader`() async throws {
        let fill = Fill<Int>(readersMax: 10)
        let fast = try #require(fill.attach())
        let slow = try #require(fill.attach())
        fill.stopKeeping()
        let done = Counter()
        let producer = produce(6, into: fill, counting: done)
        await until("three pieces are taken and the fourth waits") { done.count == 3 }
        for _ in 0..<4 { #expect(try await fast.next() != nil) }
        for _ in 0..<100 { await Task.yield() }
        #expect(done.count == 3, "the fast reader alone frees nothing")
        #expect(try await slow.next() != nil)
        await until("one more piece fits") { done.count == 4 }
        for _ in 0..<5 { #expect(try await slow.next() != nil) }
        for _ in 0..<2 { #expect(try await fast.next() != nil) }
        try await producer.value
        #expect(try await slow.next() == nil)
        #expect(try await fast.next() == nil)
    }

    @Test func `a reader that takes nothing is left behind while others wait for more`() async throws {
        let fill = Fill<Int>(readersMax: 10, stallPatience: .milliseconds(1))
        let fast = try #require(fill.attach())
        let stalled = try #require(fill.attach())
        fill.stopKeeping()
        let producer = produce(12, into: fill, counting: Counter())
        var total = 0
        while let chunk = try await fast.next() { total += chunk.readableBytes }
        #expect(total == 12 * Self.quarter)
        try await producer.value
        await #expect(throws: FillError.abandoned) { try await stalled.next() }
    }

    @Test func `nobody is left behind when nobody waits for more`() async throws {
        let fill = Fill<Int>(readersMax: 10, stallPatience: .milliseconds(1))
        let readers = (0..<2).compactMap { _ in fill.attach() }
        fill.stopKeeping()
        let done = Counter()
        let producer = produce(5, into: fill, counting: done)
        await until("the producer waits") { done.count == 3 }
        for _ in 0..<1_000 { await Task.yield() }
        #expect(fill.readerCount == 2)
        for reader in readers { reader.leave() }
        await #expect(throws: FillError.abandoned) { try await producer.value }
    }

    @Test func `a slow reader that leaves holds nobody back any more`() async throws {
        let fill = Fill<Int>(readersMax: 10)
        let fast = try #require(fill.attach())
        let slow = try #require(fill.attach())
        fill.stopKeeping()
        let done = Counter()
        let producer = produce(8, into: fill, counting: done)
        await until("the producer waits") { done.count == 3 }
        slow.leave()
        var total = 0
        while let chunk = try await fast.next() { total += chunk.readableBytes }
        #expect(total == 8 * Self.quarter)
        try await producer.value
    }

    @Test func `content that stops being kept is let go as far as it was read`() async throws {
        let fill = Fill<Int>(readersMax: 10)
        let reader = try #require(fill.attach())
        for _ in 0..<8 { try await fill.append(Self.piece) }
        #expect(fill.keptChunks()?.count == 8)
        fill.stopKeeping()
        #expect(fill.keptChunks() == nil)
        #expect(fill.attach() == nil, "the beginning may be gone")
        let done = Counter()
        let producer = produce(1, into: fill, counting: done)
        for _ in 0..<5 { #expect(try await reader.next() != nil) }
        for _ in 0..<100 { await Task.yield() }
        #expect(done.count == 0)
        #expect(try await reader.next() != nil)
        try await producer.value
    }

    @Test func `the last reader's leaving tells the producer, once, and stops it`() async throws {
        let fill = Fill<Int>(readersMax: 10)
        let calls = Counter()
        var readers = (0..<2).compactMap { _ in fill.attach() }
        fill.onAbandon { calls.add() }
        readers.removeLast()
        #expect(calls.count == 0)
        readers.removeLast()
        #expect(calls.count == 1)
        await #expect(throws: FillError.abandoned) { try await fill.append(chunk("more")) }
        #expect(fill.attach() == nil, "an abandoned fill can't be joined")
        fill.onAbandon { calls.add() }
        #expect(calls.count == 2, "whoever asks afterwards hears it at once")
    }

    @Test func `a producer that waits is released when everyone leaves`() async throws {
        let fill = Fill<Int>(readersMax: 10)
        let reader = try #require(fill.attach())
        fill.stopKeeping()
        let done = Counter()
        let producer = produce(9, into: fill, counting: done)
        await until("the producer waits") { done.count == 3 }
        reader.leave()
        await #expect(throws: FillError.abandoned) { try await producer.value }
    }

    @Test func `leaving after the end abandons nothing`() async throws {
        let fill = Fill<Int>(readersMax: 10)
        let calls = Counter()
        let reader = try #require(fill.attach())
        fill.onAbandon { calls.add() }
        fill.end(.success(()))
        reader.leave()
        #expect(calls.count == 0)
    }

    @Test func `a cancelled reader stops waiting for the outcome, and for a chunk`() async throws {
        let fill = Fill<Int>(readersMax: 10)
        let stays = try #require(fill.attach())
        let first = try #require(fill.attach())
        let waiting = Task { try await first.outcome() }
        await Task.yield()
        waiting.cancel()
        await #expect(throws: FillError.abandoned) { try await waiting.value }
        let second = try #require(fill.attach())
        let reading = Task { try await second.next() }
        await Task.yield()
        reading.cancel()
        await #expect(throws: FillError.abandoned) { try await reading.value }
        #expect(fill.readerCount == 1)
        try await fill.append(chunk("on"))
        #expect(try await stays.next() == chunk("on"), "the others are not concerned")
    }
}

final class Counter: Sendable {
    private let value = Mutex(0)
    var count: Int { value.withLock { $0 } }
    func add() { value.withLock { $0 += 1 } }
}
