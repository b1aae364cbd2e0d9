import HTTPCaching
import NIOCore
import Synchronization
import Testing

@testable import EdgeStorage

struct JoiningTests {
    private let object = identity("/a")

    @Test func `of all who miss, one leads and the others follow`() throws {
        let cache = cache()
        let roles = (0..<5).map { _ in cache.join(object, seen: nil) }
        #expect(roles[0].leader != nil)
        #expect(roles.dropFirst().allSatisfy { $0.follower != nil })
        #expect(cache.statistics.fills == 1)
        #expect(cache.join(identity("/b"), seen: nil).leader != nil, "another object is another fetch")
    }

    @Test func `a fetch that ended between look-up and joining is noticed`() throws {
        let cache = cache()
        let stored = response(object)
        cache.store(stored)
        #expect(cache.join(object, seen: nil).isChanged)
        #expect(cache.join(object, seen: stored).leader != nil)
        cache.replace(stored, with: stored.updated(facts: stored.facts))
        #expect(cache.join(object, seen: stored).isChanged)
    }

    @Test func `an entry removed after the look-up is fetched again`() throws {
        let cache = cache()
        let stored = response(object)
        cache.store(stored)
        cache.remove(stored)
        #expect(cache.join(object, seen: stored).leader != nil)
    }

    @Test func `letting go of the permit leaves nobody waiting`() async throws {
        let cache = cache()
        var role: FillRole? = cache.join(object, seen: nil)
        let follower = try #require(cache.join(object, seen: nil).follower)
        let outcome = Task { try await follower.outcome() }
        await Task.yield()
        role = nil
        #expect(role == nil)
        #expect(try await outcome.value.failedStatus == 500)
        await #expect(throws: FillError.self) { try await follower.next() }
        #expect(cache.statistics.fills == 0)
        #expect(cache.state.withLock { $0.permits.isEmpty })
        #expect(cache.join(object, seen: nil).leader != nil)
    }

    @Test func `bytes that were being filled are given back with the permit`() async throws {
        let cache = cache()
        var role: FillRole? = cache.join(object, seen: nil)
        #expect(try await role?.leader?.permit.append(ByteBuffer(repeating: 1, count: 5_000), keeping: true) == true)
        #expect(cache.statistics.fillingBytes == 5_000)
        role = nil
        #expect(role == nil)
        #expect(cache.statistics.fillingBytes == 0)
    }

    @Test func `a fill for which there is no room goes on unkept`() async throws {
        let cache = cache(bytes: 10_000)
        let (permit, reader) = try #require(cache.join(object, seen: nil).leader)
        #expect(try await permit.append(ByteBuffer(repeating: 1, count: 10_000), keeping: true))
        #expect(try await !permit.append(ByteBuffer(repeating: 2, count: 1), keeping: true))
        #expect(cache.statistics.fillingBytes == 0, "it is not kept, so it is not counted")
        #expect(cache.statistics.fills == 0, "latecomers fetch on their own")
        #expect(permit.fill.keptChunks() == nil)
        permit.fill.end(.success(()))
        #expect(try await reader.next()?.readableBytes == 10_000)
        #expect(try await reader.next() == ByteBuffer(bytes: [2]))
        #expect(try await reader.next() == nil)
    }

    @Test func `a finished fetch is not joined any more`() throws {
        let cache = cache()
        let (permit, _) = try #require(cache.join(object, seen: nil).leader)
        permit.close()
        #expect(cache.join(object, seen: nil).leader != nil)
    }

    @Test func `an abandoned fetch is not joined, and its end does not disturb its successor`() throws {
        let cache = cache()
        let (first, reader) = try #require(cache.join(object, seen: nil).leader)
        reader.leave()
        let (second, other) = try #require(cache.join(object, seen: nil).leader)
        first.close()
        #expect(cache.statistics.fills == 1)
        #expect(cache.join(object, seen: nil).follower != nil)
        other.leave()
        second.close()
    }

    @Test func `a solo fetch is shared with nobody and may be stored`() throws {
        let cache = cache()
        let (permit, _) = cache.solo(object)
        #expect(cache.statistics.fills == 0)
        #expect(cache.join(object, seen: nil).leader != nil)
        #expect(permit.store(response(object)))
        #expect(cache.lookup(object.key) != nil)
    }

    @Test func `when the readers of a fetch are at their maximum the next one leads another`() throws {
        var limits = EdgeCacheLimits(memoryBytesMax: 1 << 20, objectBytesMax: 1 << 20)
        limits.readersPerFillMax = 2
        let cache = EdgeCache(limits: limits)
        let roles = (0..<3).map { _ in cache.join(object, seen: nil) }
        #expect(roles.map { $0.leader != nil } == [true, false, true])
    }
}
