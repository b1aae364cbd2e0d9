import Testing

@testable import Eviction

struct LRUTests {
    @Test func `entries leave in the order of their last use`() {
        var lru = LRU(capacityBytes: 1_000_000)
        for slot in 0..<4 { lru.didInsert(Slot(slot), bytes: 1, key: 0) }
        lru.didHit(0)
        lru.didHit(2)
        lru.didHit(2)
        var order: [Slot] = []
        while let victim = lru.victim() {
            order.append(victim)
            lru.didRemove(victim)
        }
        #expect(order == [1, 3, 0, 2])
    }

    @Test func `a slot used again starts as the newest`() {
        var lru = LRU(capacityBytes: 1_000_000)
        lru.didInsert(0, bytes: 1, key: 0)
        lru.didInsert(1, bytes: 1, key: 0)
        lru.didRemove(0)
        lru.didInsert(0, bytes: 1, key: 0)
        #expect(lru.victim() == 1)
    }
}
