/// A map ordered by its keys' bytes; the in-memory store's tables.
///
/// Cost: a lookup is a binary search; an insertion or removal moves the entries behind it.
struct SortedBytesMap<Value> {
    private(set) var keys: [[UInt8]] = []
    private(set) var values: [Value] = []

    var isEmpty: Bool { keys.isEmpty }
    var count: Int { keys.count }

    /// The index of the first key not below `bound`.
    func lowerBound(_ bound: [UInt8]) -> Int {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if keys[middle].lexicographicallyPrecedes(bound) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    subscript(key: [UInt8]) -> Value? {
        get {
            let at = lowerBound(key)
            return at < keys.count && keys[at] == key ? values[at] : nil
        }
        set {
            let at = lowerBound(key)
            let isPresent = at < keys.count && keys[at] == key
            switch (newValue, isPresent) {
            case (let value?, true): values[at] = value
            case (let value?, false):
                keys.insert(key, at: at)
                values.insert(value, at: at)
            case (nil, true):
                keys.remove(at: at)
                values.remove(at: at)
            case (nil, false): break
            }
        }
    }
}

/// Walks a `SortedBytesMap`, turning values into rows as they are reached.
struct SortedBytesCursor<Value, Row>: OrderedCursor {
    let map: SortedBytesMap<Value>
    /// The listing key of a map key: the same, except for uploads, whose map keys carry the id.
    let listingKey: ([UInt8]) -> [UInt8]
    let row: (Value) -> Row
    var at = 0

    init(
        _ map: SortedBytesMap<Value>, listingKey: @escaping ([UInt8]) -> [UInt8] = { $0 }, row: @escaping (Value) -> Row
    ) {
        self.map = map
        self.listingKey = listingKey
        self.row = row
    }

    mutating func seek(to bound: [UInt8]) { at = map.lowerBound(bound) }

    mutating func next() -> (key: [UInt8], row: Row)? {
        guard at < map.count else { return nil }
        defer { at += 1 }
        return (listingKey(map.keys[at]), row(map.values[at]))
    }
}
