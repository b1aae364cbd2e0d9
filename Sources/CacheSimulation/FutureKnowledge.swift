// When each object will be asked for next: what the offline policies know and no real cache does.

/// The position of each request's successor for the same object.
package struct FutureKnowledge: Sendable {
    /// No further request.
    package static let never = Int.max

    /// By position in the trace: the position of the object's next request, or `never`.
    package let next: [Int]

    package init(_ references: [Reference], objects: Int) {
        var next = [Int](repeating: Self.never, count: references.count)
        var seen = [Int](repeating: Self.never, count: objects)
        for position in references.indices.reversed() {
            let object = Int(references[position].object)
            next[position] = seen[object]
            seen[object] = position
        }
        self.next = next
    }
}
