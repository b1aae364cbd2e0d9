import Foundation
import ObjectStorage

/// A fixed number of threads for calls that block, so that the Swift concurrency pool never waits for a disk.
///
/// `@unchecked Sendable`: `jobs`, `head`, `isClosed` and `live` are touched only between `condition.lock()` and `unlock()`;
/// everything else is constant.
final class BlockingPool: @unchecked Sendable {
    typealias Job = @Sendable () -> Void

    private let condition = NSCondition()
    /// A job that was taken leaves nil behind: what it holds must not be let go under the lock, because letting go of a
    /// lease or a spool queues a job.
    private var jobs: [Job?] = []
    /// Index of the next job; those before were taken.
    private var head = 0
    private var isClosed = false
    /// Threads that have not ended.
    private var live: Int

    init(label: String, threads: Int) {
        live = threads
        for number in 1...threads {
            // The thread owns the pool until `close`.
            let thread = Thread { self.work() }
            thread.name = "\(label)-\(number)"
            thread.start()
        }
    }

    /// Runs `body` on a thread of the pool. Throws `.closed` after `close`, `.overloaded` when the queue is full.
    func run<T: Sendable>(
        _ body: @escaping @Sendable () throws(ObjectStoreError) -> T
    ) async throws(ObjectStoreError) -> T {
        let result: Result<T, ObjectStoreError> = await withCheckedContinuation { continuation in
            let refusal = enqueue {
                let result: Result<T, ObjectStoreError>
                do throws(ObjectStoreError) { result = .success(try body()) } catch { result = .failure(error) }
                continuation.resume(returning: result)
            }
            if let refusal { continuation.resume(returning: .failure(refusal)) }
        }
        return try result.get()
    }

    /// Queues a job; returns why not.
    @discardableResult
    func enqueue(_ job: @escaping Job) -> ObjectStoreError? {
        condition.lock()
        defer { condition.unlock() }
        if isClosed { return .closed }
        if jobs.count - head >= DiskStoreLimits.queuedJobsMax { return .overloaded }
        jobs.append(job)
        condition.signal()
        return nil
    }

    /// Ends the threads after the jobs that were queued.
    func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }

    /// The same, and returns when they have ended; blocks. Never called from one of them.
    func closeAndWait() {
        close()
        condition.lock()
        while live > 0 { condition.wait() }
        condition.unlock()
    }

    private func work() {
        while let job = take() { job() }
        condition.lock()
        live -= 1
        condition.broadcast()
        condition.unlock()
    }

    private func take() -> Job? {
        condition.lock()
        defer { condition.unlock() }
        while head == jobs.count {
            if isClosed { return nil }
            condition.wait()
        }
        let job = jobs[head].take()
        head += 1
        if head == jobs.count || head >= 1024 {
            jobs.removeFirst(head)
            head = 0
        }
        return job
    }
}
