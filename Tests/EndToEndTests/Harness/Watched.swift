import Foundation

/// A value that threads change and wait for, with a deadline.
///
/// `@unchecked Sendable`: `value` is touched only between `lock` and `unlock` of `condition`.
final class Watched<Value: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var value: Value

    init(_ value: Value) { self.value = value }

    var current: Value { change { $0 } }

    @discardableResult
    func change<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        condition.lock()
        defer {
            condition.broadcast()
            condition.unlock()
        }
        return try body(&value)
    }

    /// Waits until `body` finds something in the value; nil when `seconds` have passed first.
    func wait<Result>(seconds: Double, until body: (Value) -> Result?) -> Result? {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let result = body(value) { return result }
            if !condition.wait(until: deadline) { return body(value) }
        }
    }
}

/// A door that is shut until a test opens it; every thread that waits then goes on.
struct Gate: Sendable {
    private let state = Watched(false)

    func open() { state.change { $0 = true } }

    /// False when it stayed shut for `seconds`.
    func wait(seconds: Double = 30) -> Bool { state.wait(seconds: seconds) { $0 ? true : nil } ?? false }
}

/// Runs `body` for each index on a thread of its own, all at once, and gives the results in order.
///
/// Threads rather than tasks: the harness blocks, and a blocked task would hold one of two cooperative threads.
func concurrently<Result: Sendable>(
    _ count: Int, seconds: Double = 60, _ body: @escaping @Sendable (Int) -> Result
) throws -> [Result] {
    let results = Watched<[Int: Result]>([:])
    for index in 0..<count {
        Thread.detachNewThread {
            let result = body(index)
            results.change { $0[index] = result }
        }
    }
    guard let all = results.wait(seconds: seconds, until: { $0.count == count ? $0 : nil }) else {
        throw HarnessError("only \(results.current.count) of \(count) threads ended within \(seconds) s")
    }
    return (0..<count).compactMap { all[$0] }
}

/// What went wrong around a test, in words for the one who reads the failure.
struct HarnessError: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// A thread of its own for `body`.
func startThread(_ body: @escaping @Sendable () -> Void) { Thread.detachNewThread(body) }
