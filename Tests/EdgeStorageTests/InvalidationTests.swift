import HTTPCaching
import NIOCore
import Testing

@testable import EdgeStorage

struct InvalidationTests {
    @Test func `a path names its object in all variants, and nothing else`() throws {
        let cache = cache()
        for class_ in AcceptEncodingClass.allCases { cache.store(response(identity("/a", encoding: class_))) }
        cache.store(response("/ab"))
        cache.store(response("/A"))
        cache.store(response(identity("/a", distribution: "E2")))
        cache.store(response(identity("/a", query: "v=1")))
        #expect(cache.invalidate(distributionID: "E1", matching: try InvalidationPattern("/a")) == 4)
        #expect(AcceptEncodingClass.allCases.allSatisfy { cache.lookup(identity("/a", encoding: $0).key) == nil })
        #expect(cache.lookup(identity("/ab").key) != nil)
        #expect(cache.lookup(identity("/A").key) != nil)
        #expect(cache.lookup(identity("/a", distribution: "E2").key) != nil)
        #expect(cache.lookup(identity("/a", query: "v=1").key) != nil, "a keyed query is part of the name")
        #expect(cache.statistics.invalidated == 4)
    }

    @Test(arguments: [("/*", 5), ("/img/*", 2), ("/a*", 2), ("/a?v=1", 1), ("/none*", 0), ("/img/../a", 1)])
    func `a wildcard names what begins with the text before it`(pattern: String, removed: Int) throws {
        let cache = cache()
        for path in ["/a", "/img/1", "/img/2", "/other"] { cache.store(response(path)) }
        cache.store(response(identity("/a", query: "v=1")))
        cache.store(response(identity("/a", distribution: "E2")))
        #expect(cache.invalidate(distributionID: "E1", matching: try InvalidationPattern(pattern)) == removed)
        #expect(cache.statistics.entries == 6 - removed)
    }

    @Test func `more entries than one step holds are all found`() throws {
        let cache = cache(bytes: 64 << 20)
        for number in 0..<9_000 { cache.store(response("/\(number)", bytes: 1)) }
        #expect(cache.invalidate(distributionID: "E1", matching: try InvalidationPattern("/*")) == 9_000)
        #expect(cache.statistics.entries == 0)
        #expect(cache.statistics.bytes == 0)
    }

    @Test func `a fetch under way still delivers, but nobody joins it and nothing of it is stored`() async throws {
        let cache = cache()
        let object = identity("/a")
        let (permit, reader) = try #require(cache.join(object, seen: nil).leader)
        cache.invalidate(distributionID: "E1", matching: try InvalidationPattern("/a"))
        let second = try #require(cache.join(object, seen: nil).leader, "a new fetch")
        #expect(try await permit.append(chunk("aaa"), keeping: true))
        #expect(!permit.store(response(object, bytes: 3)))
        permit.fill.end(.success(()))
        #expect(try await reader.rest() == "aaa")
        #expect(cache.lookup(object.key) == nil)
        #expect(cache.statistics.fillingBytes == 0)
        let fresh = response(object)
        #expect(second.permit.store(fresh))
        #expect(cache.lookup(object.key) === fresh)
    }

    @Test func `a fetch that nobody can join any more is outdated as well`() throws {
        let cache = cache()
        let object = identity("/a")
        let (permit, _) = cache.solo(object)
        cache.invalidate(distributionID: "E1", matching: try InvalidationPattern("/*"))
        #expect(!permit.store(response(object)))
    }

    @Test func `fetches of other paths and distributions are not concerned`() throws {
        let cache = cache()
        let (permit, reader) = try #require(cache.join(identity("/b"), seen: nil).leader)
        let (other, _) = try #require(cache.join(identity("/a", distribution: "E2"), seen: nil).leader)
        cache.invalidate(distributionID: "E1", matching: try InvalidationPattern("/a"))
        #expect(cache.join(identity("/b"), seen: nil).follower != nil)
        reader.leave()
        #expect(permit.store(response("/b")))
        #expect(other.store(response(identity("/a", distribution: "E2"))))
    }

    @Test func `an entry confirmed after its invalidation isn't brought back`() throws {
        let cache = cache()
        let expired = response("/a")
        cache.store(expired)
        cache.invalidate(distributionID: "E1", matching: try InvalidationPattern("/a"))
        cache.replace(expired, with: expired.updated(facts: expired.facts))
        #expect(cache.lookup(identity("/a").key) == nil)
    }
}
