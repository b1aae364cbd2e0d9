import HTTPCaching
import HTTPTypes
import Testing

@testable import EdgeStorage

struct TagInvalidationTests {
    private func tagged(_ path: String, _ tags: String, distribution: String = "E1", encoding: AcceptEncodingClass = .none) -> CachedResponse {
        var object = identity(path, distribution: distribution, encoding: encoding)
        object.tags = CacheTags([.init("Cache-Tag")!: tags], in: .init("Cache-Tag")!)
        return response(object)
    }

    private func naming(_ tags: String..., paths: [InvalidationPattern] = []) -> InvalidationSet {
        InvalidationSet(paths, tags: Set(tags.compactMap { CacheTag($0) }))
    }

    @Test func `a tag names the objects that have it, in all variants, whatever their path and its case`() {
        let cache = cache()
        for class_ in AcceptEncodingClass.allCases { cache.store(tagged("/a", "One,two", encoding: class_)) }
        cache.store(tagged("/b", "two"))
        cache.store(tagged("/c", "one-more"))
        cache.store(response("/d"))
        cache.store(tagged("/a", "one", distribution: "E2"))
        #expect(cache.invalidate(distributionID: "E1", naming: naming("ONE")) == AcceptEncodingClass.allCases.count)
        #expect(cache.statistics.entries == 4)
    }

    @Test func `paths and tags go together in one pass`() throws {
        let cache = cache()
        for path in ["/a", "/b", "/c"] { cache.store(tagged(path, "tag\(path.dropFirst())")) }
        #expect(cache.invalidate(distributionID: "E1", naming: naming("tagb", paths: [try InvalidationPattern("/a")])) == 2)
        #expect(cache.lookup(identity("/c").key) != nil)
    }

    @Test func `what leaves the cache takes its tags along`() {
        let cache = cache(bytes: 3_000)
        for number in 0..<20 { cache.store(tagged("/\(number)", "all")) }
        let held = cache.statistics.entries
        #expect(held < 20)
        #expect(cache.invalidate(distributionID: "E1", naming: naming("all")) == held)
    }

    @Test(arguments: [("one", false), ("other", true), ("", true)])
    func `a fetch under way is judged by the tags that its response brings`(tags: String, isStored: Bool) throws {
        let cache = cache()
        let (permit, _) = try #require(cache.join(identity("/a"), seen: nil).leader)
        cache.invalidate(distributionID: "E1", naming: naming("one", "two"))
        #expect(cache.join(identity("/a"), seen: nil).leader != nil, "nobody joins what may bring the old object")
        #expect(permit.store(tagged("/a", tags)) == isStored)
    }

    @Test func `fetches of other distributions and those begun later are not concerned`() throws {
        let cache = cache()
        let (other, reader) = try #require(cache.join(identity("/a", distribution: "E2"), seen: nil).leader)
        cache.invalidate(distributionID: "E1", naming: naming("one"))
        #expect(cache.join(identity("/a", distribution: "E2"), seen: nil).follower != nil)
        reader.leave()
        #expect(other.store(tagged("/a", "one", distribution: "E2")))
        let (later, _) = cache.solo(identity("/b"))
        #expect(later.store(tagged("/b", "one")))
    }

    @Test func `a fetch that outlives very many invalidated tags brings nothing to the store`() throws {
        let cache = cache()
        let (permit, _) = cache.solo(identity("/a"))
        let many = Set((0...FillPermit.Record.tagsMax).compactMap { CacheTag("t\($0)") })
        cache.invalidate(distributionID: "E1", naming: InvalidationSet([], tags: many))
        #expect(!permit.store(tagged("/a", "unheard-of")))
    }

    @Test func `tags count against the cache's bytes`() {
        let (plain, much) = (response("/a"), tagged("/a", (0..<50).map { "\($0)" + String(repeating: "x", count: 250) }.joined(separator: ",")))
        #expect(much.costBytes - plain.costBytes >= 50 * 250)
    }

    @Test func `a confirmation may change an object's tags`() {
        let old = tagged("/a", "old")
        #expect(old.updated(facts: old.facts).identity.tags == old.identity.tags)
        #expect(old.updated(facts: old.facts, tags: CacheTags([CacheTag("new")].compactMap { $0 })).identity.tags.tags.map(\.text) == ["new"])
    }
}
