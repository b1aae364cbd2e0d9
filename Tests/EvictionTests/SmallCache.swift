@testable import Eviction

/// A cache of a few entries with letters for keys, to follow a policy through by hand.
final class SmallCache {
    private let policy: Evictor
    private let capacity: Int
    private var slots: [Character: Slot] = [:]
    private var names: [Slot: Character] = [:]
    private var sizes: [Slot: Int] = [:]
    private var free: [Slot] = (0..<100).reversed()

    init(_ policy: some EvictionPolicy, capacity: Int) {
        self.policy = PolicyEvictor(policy)
        self.capacity = capacity
    }

    convenience init<Policy: EvictionPolicy>(_ policy: Policy.Type, capacity: Int) {
        self.init(Policy(capacityBytes: capacity), capacity: capacity)
    }

    /// What is held, in alphabetical order.
    var content: String { String(slots.keys.sorted()) }

    /// Asks for each letter in turn; for each an H for a hit or a dot for a miss.
    @discardableResult
    func ask(_ letters: String, bytes: Int = 1) -> String {
        var answers = ""
        for letter in letters {
            if let slot = slots[letter] {
                policy.didHit(slot)
                answers += "H"
            } else {
                insert(letter, bytes: bytes)
                answers += "."
            }
        }
        return answers
    }

    func remove(_ letter: Character) {
        guard let slot = slots[letter] else { return }
        policy.didRemove(slot)
        release(slot)
    }

    private func insert(_ letter: Character, bytes: Int) {
        guard policy.mayHold(bytes: bytes) else { return }
        let key = mixed(UInt64(letter.asciiValue ?? 0))
        policy.willInsert(bytes: bytes, key: key)
        while sizes.values.reduce(0, +) + bytes > capacity, let victim = policy.victim() {
            policy.didEvict(victim)
            release(victim)
        }
        let slot = free.removeLast()
        (slots[letter], names[slot], sizes[slot]) = (slot, letter, bytes)
        policy.didInsert(slot, bytes: bytes, key: key)
    }

    private func release(_ slot: Slot) {
        if let letter = names.removeValue(forKey: slot) { slots[letter] = nil }
        sizes[slot] = nil
        free.append(slot)
    }
}
