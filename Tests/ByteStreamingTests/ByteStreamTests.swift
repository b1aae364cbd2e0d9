import ByteStreaming
import NIOCore
import Synchronization
import Testing

private struct Broken: Error, Equatable {}

struct ByteStreamTests {
    @Test func `chunks come out in order and the end is nil`() async throws {
        let stream = ByteStream<Broken>(expectedBytes: nil)
        _ = stream.append(ByteBuffer(string: "ab"))
        _ = stream.append(ByteBuffer(string: "c"))
        stream.end(.success(()))
        var texts: [String] = []
        for try await chunk in stream { texts.append(String(buffer: chunk)) }
        #expect(texts == ["ab", "c"])
    }

    @Test func `a failure comes behind the chunks that had arrived`() async throws {
        let stream = ByteStream<Broken>(expectedBytes: nil)
        _ = stream.append(ByteBuffer(string: "ab"))
        stream.end(.failure(Broken()))
        var iterator = stream.makeAsyncIterator()
        #expect(try await iterator.next() == ByteBuffer(string: "ab"))
        await #expect(throws: Broken.self) { _ = try await iterator.next() }
    }

    @Test func `a failure can throw away what was not read yet`() async {
        let stream = ByteStream<Broken>(expectedBytes: nil)
        _ = stream.append(ByteBuffer(string: "ab"))
        stream.end(.failure(Broken()), discardingBuffered: true)
        var iterator = stream.makeAsyncIterator()
        await #expect(throws: Broken.self) { _ = try await iterator.next() }
    }

    @Test func `chunks of one byte fill the buffer long before their bytes do`() {
        let stream = ByteStream<Broken>(expectedBytes: nil)
        var count = 1
        while stream.append(ByteBuffer(string: "a")) { count += 1 }
        #expect(count == ByteStream<Broken>.highWaterBytes / (ByteStream<Broken>.chunkOverheadBytes + 1) + 1)
    }

    @Test func `after its end or a cancelled consumer nothing is held any more`() async {
        let stream = ByteStream<Broken>(ByteBuffer())
        #expect(!stream.append(ByteBuffer(string: "late")))
        let cancelled = ByteStream<Broken>(expectedBytes: nil)
        cancelled.cancel()
        #expect(!cancelled.append(ByteBuffer(string: "late")))
    }

    @Test func `the producer is told to pause at the high-water mark and to go on when half is gone`() async throws {
        let drained = Mutex(0)
        let stream = ByteStream<Broken>(expectedBytes: nil, onDrained: { drained.withLock { $0 += 1 } })
        let chunk = ByteBuffer(repeating: 0, count: ByteStream<Broken>.highWaterBytes / 4)
        for _ in 0..<3 { #expect(stream.append(chunk)) }
        #expect(!stream.append(chunk))
        var iterator = stream.makeAsyncIterator()
        for _ in 0..<2 { _ = try await iterator.next() }
        #expect(drained.withLock { $0 } == 0)
        _ = try await iterator.next()
        #expect(drained.withLock { $0 } == 1)
    }

    @Test func `a late chunk between the marks does not swallow the word that room came free`() async throws {
        let drained = Mutex(0)
        let stream = ByteStream<Broken>(expectedBytes: nil, onDrained: { drained.withLock { $0 += 1 } })
        let chunk = ByteBuffer(repeating: 0, count: ByteStream<Broken>.highWaterBytes / 4)
        for _ in 0..<4 { _ = stream.append(chunk) }
        var iterator = stream.makeAsyncIterator()
        _ = try await iterator.next()
        // Was on its way when the producer paused.
        #expect(!stream.append(ByteBuffer(string: "late")))
        for _ in 0..<4 { _ = try await iterator.next() }
        #expect(drained.withLock { $0 } == 1)
        #expect(stream.append(chunk))
    }

    @Test func `the first demand is announced once`() async throws {
        let demands = Mutex(0)
        let stream = ByteStream<Broken>(expectedBytes: 1, onFirstDemand: { demands.withLock { $0 += 1 } })
        #expect(!stream.wasAsked)
        _ = stream.append(ByteBuffer(string: "a"))
        stream.end(.success(()))
        var iterator = stream.makeAsyncIterator()
        while try await iterator.next() != nil {}
        #expect(demands.withLock { $0 } == 1)
    }

    @Test func `collecting more than the bound answers nil`() async throws {
        #expect(try await ByteStream<Broken>(ByteBuffer(string: "abcd")).collect(upTo: 4) == ByteBuffer(string: "abcd"))
        #expect(try await ByteStream<Broken>(ByteBuffer(string: "abcde")).collect(upTo: 4) == nil)
    }

    @Test func `cancelling the consumer wakes it`() async {
        let stream = ByteStream<Broken>(expectedBytes: nil)
        let task = Task { for try await _ in stream {} }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
