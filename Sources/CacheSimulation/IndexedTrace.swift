// A trace made ready for many simulations: objects get numbers without gaps in the order of their first request, so that
// a simulation finds an object in an array instead of a hash table, and the hashing is done once for all of them.

package import TraceFormats

/// A request whose object has its number.
package struct Reference: Hashable, Sendable {
    /// The object's number, from 0, in the order of first requests.
    package var object: Int32
    /// How long the object may be used from now, in seconds; -1: the trace does not say.
    package var ttlSeconds: Int32
    /// The object's size now, in bytes.
    package var bytes: Int
    /// Seconds, as in the trace.
    package var time: Int64
}

/// Numbers the objects of a trace and adds up its working set.
package struct TraceIndex: Sendable {
    /// Distinct objects that one simulation can hold: 2^31, less one.
    package static let objectsMax = Int(Int32.max)

    package private(set) var requests = 0
    package private(set) var requestedBytes = 0
    /// Distinct objects.
    package var objects: Int { used }
    /// The sizes of the distinct objects, each as at its first request.
    package private(set) var workingSetBytes = 0

    private var cells: [(object: UInt64, index: Int32)]
    private var used = 0
    private var mask: Int

    package init() {
        cells = Array(repeating: (0, -1), count: 1 << 12)
        mask = cells.count - 1
    }

    /// Numbers a chunk of requests, appending to `references`.
    package mutating func add(_ chunk: [TraceRequest], to references: inout [Reference]) {
        references.reserveCapacity(references.count + chunk.count)
        for request in chunk { references.append(add(request)) }
    }

    /// Numbers one request.
    package mutating func add(_ request: TraceRequest) -> Reference {
        requests += 1
        requestedBytes += request.bytes
        return Reference(
            object: index(of: request), ttlSeconds: request.ttlSeconds ?? -1, bytes: request.bytes, time: request.time)
    }

    private mutating func index(of request: TraceRequest) -> Int32 {
        var place = home(of: request.object)
        while cells[place].index >= 0 {
            if cells[place].object == request.object { return cells[place].index }
            place = (place + 1) & mask
        }
        precondition(used < Self.objectsMax, "more objects than a simulation can number")
        let index = Int32(used)
        cells[place] = (request.object, index)
        used += 1
        workingSetBytes += request.bytes
        if used * 2 > cells.count { double() }
        return index
    }

    private func home(of object: UInt64) -> Int {
        // Multiplicative hashing spreads numbers in a row; the high half is the well-mixed one.
        Int(truncatingIfNeeded: (object &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    }

    private mutating func double() {
        let old = cells
        cells = Array(repeating: (0, -1), count: old.count * 2)
        mask = cells.count - 1
        for cell in old where cell.index >= 0 {
            var place = home(of: cell.object)
            while cells[place].index >= 0 { place = (place + 1) & mask }
            cells[place] = cell
        }
    }
}
