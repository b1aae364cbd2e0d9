import HTTPCaching
import HTTPTypes
import NIOCore
import Testing

@testable import EdgeStorage

struct EdgeCacheTests {
    @Test func `what was stored is found under its key only`() {
        let cache = cache()
        let stored = response("/a")
        #expect(cache.store(stored))
        #expect(cache.lookup(identity("/a").key) === stored)
        #expect(cache.lookup(identity("/b").key) == nil)
        #expect(cache.lookup(identity("/a", distribution: "E2").key) == nil)
        #expect(cache.lookup(identity("/a", encoding: .gzip).key) == nil)
    }

    @Test func `the entry used least recently leaves first`() {
        let cost = response("/0", bytes: 1_000).costBytes
        let cache = cache(bytes: 3 * cost)
        for name in ["/0", "/1", "/2"] { cache.store(response(name, bytes: 1_000)) }
        #expect(cache.lookup(identity("/0").key) != nil)
        cache.store(response("/3", bytes: 1_000))
        #expect(cache.lookup(identity("/1").key) == nil, "the oldest use")
        #expect(["/0", "/2", "/3"].allSatisfy { cache.lookup(identity($0).key) != nil })
        #expect(cache.statistics.evictions == 1)
        #expect(cache.statistics.entries == 3)
    }

    @Test func `a second response for a key takes the place of the first`() {
        let cache = cache()
        cache.store(response("/a", bytes: 5_000))
        let second = response("/a", bytes: 10)
        cache.store(second)
        #expect(cache.lookup(identity("/a").key) === second)
        #expect(cache.statistics.entries == 1)
        #expect(cache.statistics.bytes == second.costBytes)
    }

    @Test func `an object is kept up to its limit and not a byte beyond`() {
        let cache = cache(object: 1_000)
        #expect(cache.store(response("/fits", bytes: 1_000)))
        #expect(!cache.store(response("/large", bytes: 1_001)))
        #expect(cache.lookup(identity("/large").key) == nil)
        #expect(cache.lookup(identity("/fits").key) != nil, "a refusal evicts nothing")
    }

    @Test func `an entry that costs more than all memory is refused`() {
        let entry = response("/a", bytes: 1_000)
        #expect(cache(bytes: entry.costBytes).store(entry))
        #expect(!cache(bytes: entry.costBytes - 1).store(entry))
    }

    @Test func `an entry costs its content, head, fields and names`() {
        let plain = response("/a", bytes: 1_000).costBytes
        #expect(plain >= 1_000 + CachedResponse.overheadBytes)
        #expect(response("/a-longer-path", bytes: 1_000).costBytes > plain)
        let fields: HTTPFields = [.contentType: String(repeating: "x", count: 500)]
        #expect(response(identity("/a"), bytes: 1_000, fields: fields).costBytes >= plain + 500)
    }

    @Test func `an entry is replaced only while it is still there`() {
        let cache = cache()
        let first = response("/a")
        cache.store(first)
        let renewed = first.updated(facts: first.facts, fields: [.eTag: "\"2\""])
        cache.replace(first, with: renewed)
        #expect(cache.lookup(identity("/a").key) === renewed)
        cache.replace(first, with: response("/a"))
        #expect(cache.lookup(identity("/a").key) === renewed, "first is no longer there")
        cache.remove(first)
        #expect(cache.lookup(identity("/a").key) === renewed, "nor can it be removed")
        cache.remove(renewed)
        #expect(cache.lookup(identity("/a").key) == nil)
        cache.replace(renewed, with: first)
        #expect(cache.lookup(identity("/a").key) == nil, "a removed entry isn't brought back")
        #expect(cache.statistics.bytes == 0)
    }

    @Test func `fields that a confirmation makes longer stay within the bound`() {
        let entries = (0..<3).map { response("/\($0)", bytes: 1_000) }
        let cache = cache(bytes: entries[0].costBytes * 3)
        for entry in entries { cache.store(entry) }
        #expect(cache.statistics.entries == 3)
        let longer = entries[2].updated(facts: entries[2].facts, fields: [.contentType: String(repeating: "x", count: 900)])
        cache.replace(entries[2], with: longer)
        #expect(cache.statistics.bytes <= cache.limits.memoryBytesMax)
        #expect(cache.lookup(identity("/2").key) === longer)
        #expect(cache.lookup(identity("/0").key) == nil, "room was made")
    }
}
