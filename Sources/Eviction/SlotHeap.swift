// A priority queue over slots that can move an entry whose priority has changed: a heap with four children a node, which
// keeps a node's children in one or two cache lines, and each slot's place in it.

/// The live slots by priority, lowest first; of equal ones the one touched longest ago.
package struct SlotHeap: Sendable {
    private struct Node: Sendable {
        var priority: Double
        /// When the priority was set; orders equal ones.
        var tick: UInt32
        var slot: Slot

        @inline(__always)
        static func < (left: Node, right: Node) -> Bool {
            // Ticks wrap; only their distance matters.
            left.priority < right.priority
                || (left.priority == right.priority && Int32(bitPattern: left.tick &- right.tick) < 0)
        }
    }

    private var nodes: [Node] = []
    private var places: [Int32] = []
    private var tick: UInt32 = 0

    package init() {}

    package var lowest: (slot: Slot, priority: Double)? { nodes.first.map { ($0.slot, $0.priority) } }

    /// Cost: logarithmic.
    package mutating func insert(_ slot: Slot, priority: Double) {
        if Int(slot) >= places.count {
            places.append(contentsOf: repeatElement(-1, count: Int(slot) + 1 - places.count))
        }
        precondition(places[Int(slot)] < 0, "slot \(slot) is already live")
        tick &+= 1
        let node = Node(priority: priority, tick: tick, slot: slot)
        nodes.append(node)
        rise(node, from: nodes.count - 1)
    }

    /// Sets a live slot's priority anew. Cost: logarithmic.
    package mutating func update(_ slot: Slot, priority: Double) {
        tick &+= 1
        settle(Node(priority: priority, tick: tick, slot: slot), at: Int(places[Int(slot)]))
    }

    /// Takes a slot out. Cost: logarithmic.
    package mutating func remove(_ slot: Slot) {
        let place = Int(places[Int(slot)])
        precondition(place >= 0, "slot \(slot) is not live")
        places[Int(slot)] = -1
        let last = nodes.removeLast()
        if last.slot != slot { settle(last, at: place) }
    }

    private mutating func settle(_ node: Node, at place: Int) {
        if place > 0, node < nodes[(place - 1) / 4] { rise(node, from: place) } else { sink(node, from: place) }
    }

    private mutating func rise(_ node: Node, from start: Int) {
        nodes.withUnsafeMutableBufferPointer { nodes in
            places.withUnsafeMutableBufferPointer { places in
                var place = start
                while place > 0 {
                    let parent = (place - 1) / 4
                    guard node < nodes[parent] else { break }
                    nodes[place] = nodes[parent]
                    places[Int(nodes[place].slot)] = Int32(place)
                    place = parent
                }
                nodes[place] = node
                places[Int(node.slot)] = Int32(place)
            }
        }
    }

    private mutating func sink(_ node: Node, from start: Int) {
        nodes.withUnsafeMutableBufferPointer { nodes in
            places.withUnsafeMutableBufferPointer { places in
                var place = start
                while true {
                    let first = place * 4 + 1
                    guard first < nodes.count else { break }
                    var least = first
                    for child in first + 1..<max(first + 1, min(first + 4, nodes.count)) where nodes[child] < nodes[least] { least = child }
                    guard nodes[least] < node else { break }
                    nodes[place] = nodes[least]
                    places[Int(nodes[place].slot)] = Int32(place)
                    place = least
                }
                nodes[place] = node
                places[Int(node.slot)] = Int32(place)
            }
        }
    }
}
