// Caches that know the future, to compare with. Belady's rule evicts what is asked for last; it is optimal when all objects
// have one size, and no bound otherwise. The size-aware rule evicts what takes up most space for longest, size times time
// until the next request, the largest of a random sample; a heuristic without a proof, often close to the floor.

import Eviction

/// A cache with knowledge of the future.
package enum OfflinePolicyName: String, CaseIterable, Sendable, Hashable {
    /// Evicts the object that is asked for last. Logarithmic time.
    case belady
    /// Evicts the largest product of size and time to the next request, of 128 sampled; stores nothing that is not asked
    /// for again.
    case beladySize = "belady-size"
}

package enum OfflineCache {
    private static let sampleCount = 128

    /// Replays a whole trace.
    package static func replay(
        _ references: [Reference], objects: Int, future: FutureKnowledge, capacityBytes: Int, policy: OfflinePolicyName
    ) -> SimulationCounts {
        switch policy {
        case .belady: belady(references, objects, future, capacityBytes)
        case .beladySize: beladySize(references, objects, future, capacityBytes)
        }
    }

    private static func belady(_ references: [Reference], _ objects: Int, _ future: FutureKnowledge, _ capacity: Int) -> SimulationCounts {
        var held = HeldObjects(objects: objects)
        // The furthest has the lowest priority.
        var heap = SlotHeap()
        for (position, reference) in references.enumerated() {
            let next = future.next[position]
            let priority = next == FutureKnowledge.never ? -Double.infinity : -Double(next)
            if held.didRequest(reference) {
                heap.update(reference.object, priority: priority)
                continue
            }
            guard reference.bytes <= capacity else {
                held.counts.refusals += 1
                continue
            }
            while held.usedBytes + reference.bytes > capacity, let victim = heap.lowest?.slot {
                heap.remove(victim)
                held.evict(victim)
            }
            held.insert(reference)
            heap.insert(reference.object, priority: priority)
        }
        return held.counts
    }

    private static func beladySize(_ references: [Reference], _ objects: Int, _ future: FutureKnowledge, _ capacity: Int) -> SimulationCounts {
        var held = HeldObjects(objects: objects)
        var live = LiveSlots()
        var nextRequest = [Int](repeating: 0, count: objects)
        var random = SeededRandom(seed: 4)
        for (position, reference) in references.enumerated() {
            let next = future.next[position]
            if held.didRequest(reference) {
                nextRequest[Int(reference.object)] = next
                if next == FutureKnowledge.never {
                    live.remove(reference.object)
                    held.evict(reference.object)
                }
                continue
            }
            guard next != FutureKnowledge.never, reference.bytes <= capacity else {
                held.counts.refusals += 1
                continue
            }
            while held.usedBytes + reference.bytes > capacity, !live.isEmpty {
                var victim = live[0]
                var worst = -1.0
                for _ in 0..<sampleCount {
                    let candidate = live.random(&random)
                    let space = Double(held.bytes[Int(candidate)]) * Double(nextRequest[Int(candidate)] - position)
                    if space > worst { (worst, victim) = (space, candidate) }
                }
                live.remove(victim)
                held.evict(victim)
            }
            held.insert(reference)
            live.insert(reference.object)
            nextRequest[Int(reference.object)] = next
        }
        return held.counts
    }
}

/// What an offline cache holds; objects are their own slots.
private struct HeldObjects {
    var counts = SimulationCounts()
    var usedBytes = 0
    /// By object: the size it was stored with; -1 when it is not held.
    var bytes: [Int]

    init(objects: Int) { bytes = [Int](repeating: -1, count: objects) }

    /// Counts a request; whether it is a hit.
    mutating func didRequest(_ reference: Reference) -> Bool {
        counts.requests += 1
        counts.requestedBytes += reference.bytes
        guard bytes[Int(reference.object)] < 0 else { return true }
        counts.misses += 1
        counts.missedBytes += reference.bytes
        return false
    }

    mutating func insert(_ reference: Reference) {
        bytes[Int(reference.object)] = reference.bytes
        usedBytes += reference.bytes
        counts.insertions += 1
    }

    mutating func evict(_ object: Slot) {
        usedBytes -= bytes[Int(object)]
        counts.evictions += 1
        counts.evictedBytes += bytes[Int(object)]
        bytes[Int(object)] = -1
    }
}
