// A hash table from fingerprints to small integers: open addressing with linear probing, entries moved back on removal
// so that no tombstones gather. Fingerprints come well mixed, so their low bits serve as the hash.

/// Fingerprint to index. Every operation is constant time on average; memory only grows when the table is half full.
struct FingerprintTable: Sendable {
    private struct Cell: Sendable {
        var key: KeyFingerprint = 0
        var index: Int32 = empty
    }

    private static let empty: Int32 = -1
    private static let cellsMin = 16

    private var cells = [Cell](repeating: Cell(), count: cellsMin)
    private(set) var count = 0

    /// The index under a key.
    subscript(key: KeyFingerprint) -> Int32? {
        let cell = cells[place(of: key)]
        return cell.index == Self.empty ? nil : cell.index
    }

    /// Puts an index under a key, in place of any other.
    mutating func insert(_ key: KeyFingerprint, index: Int32) {
        if count * 2 >= cells.count { double() }
        let place = place(of: key)
        if cells[place].index == Self.empty { count += 1 }
        cells[place] = Cell(key: key, index: index)
    }

    /// Takes a key out; its index.
    @discardableResult
    mutating func remove(_ key: KeyFingerprint) -> Int32? {
        var hole = place(of: key)
        let removed = cells[hole].index
        guard removed != Self.empty else { return nil }
        count -= 1
        let mask = cells.count - 1
        var next = hole
        while true {
            next = (next + 1) & mask
            guard cells[next].index != Self.empty else { break }
            let home = Int(truncatingIfNeeded: cells[next].key) & mask
            // The entry may move back only as far as its home.
            if (next - home) & mask >= (next - hole) & mask {
                cells[hole] = cells[next]
                hole = next
            }
        }
        cells[hole] = Cell()
        return removed
    }

    /// Where a key is, or would be.
    private func place(of key: KeyFingerprint) -> Int {
        let mask = cells.count - 1
        var place = Int(truncatingIfNeeded: key) & mask
        while cells[place].index != Self.empty, cells[place].key != key { place = (place + 1) & mask }
        return place
    }

    private mutating func double() {
        let old = cells
        cells = [Cell](repeating: Cell(), count: old.count * 2)
        for cell in old where cell.index != Self.empty { cells[place(of: cell.key)] = cell }
    }
}
