// Counters that cost next to nothing to add to: plain relaxed atomics, a copy of the bank for each event loop on cache lines of its
// own, summed up by whoever reads.

import Synchronization

/// A fixed number of counters, sharded.
///
/// Unchecked Sendable: the memory is allocated once, initialised before anyone else sees the object, given back by `deinit` when
/// nobody does any more, and in between touched through atomic operations alone.
package final class CounterBank: @unchecked Sendable {
    /// Counters on one pair of cache lines, which processors fetch together.
    private static let alignment = 16

    package let count: Int
    private let shards: Int
    private let stride: Int
    private let storage: UnsafeMutableRawPointer
    private let counters: UnsafeMutablePointer<Atomic<Int>>

    package init(count: Int, shards: Int) {
        precondition(count > 0 && shards > 0, "a bank has counters")
        self.count = count
        self.shards = shards
        stride = (count + Self.alignment - 1) / Self.alignment * Self.alignment
        storage = UnsafeMutableRawPointer.allocate(byteCount: stride * shards * MemoryLayout<Atomic<Int>>.stride, alignment: 128)
        counters = storage.bindMemory(to: Atomic<Int>.self, capacity: stride * shards)
        for index in 0..<stride * shards { (counters + index).initialize(to: Atomic(0)) }
    }

    deinit {
        counters.deinitialize(count: stride * shards)
        storage.deallocate()
    }

    /// Adds to one counter. Any shard will do; that of the own event loop is the cheapest.
    @inline(__always)
    func add(_ amount: Int, to index: Int, shard: Int) {
        counters[shard % shards * stride + index].wrappingAdd(amount, ordering: .relaxed)
    }

    /// One counter over all shards.
    func sum(_ index: Int) -> Int { (0..<shards).reduce(0) { $0 &+ counters[$1 * stride + index].load(ordering: .relaxed) } }
}
