import Synchronization

/// Counts the bytes of one stream.
final class ByteCounter: Sendable {
    private let total = Mutex(0)

    /// Adds and answers the sum so far.
    func add(_ count: Int) -> Int {
        total.withLock { total in
            total += count
            return total
        }
    }
}
