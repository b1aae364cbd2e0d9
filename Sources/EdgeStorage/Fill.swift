// One fetch from the origin, shared by everyone who asked for the same key while it was under way. The fetch runs in a
// task of its own: whoever asked first is just its first reader, so a client that stalls or leaves strands nobody.
//
// A fill has two stages. First its outcome is open: readers wait to learn what the fetch led to. Then, when the outcome is
// a stream, chunks come in and every reader takes them at its own pace: as long as the fill keeps all of them (it
// is going to be stored) the producer never waits; otherwise it stays at most `windowBytes` ahead of the slowest reader. A
// reader that takes nothing at all while others wait for more is left behind after `stallPatience`. A fill whose content goes to
// a file as it arrives (`Fill+Spool.swift`) keeps what isn't written yet and the latest window; who lags further behind, or
// comes late, reads from the file.

package import NIOCore
import Synchronization

/// Why a stream ended before its content was whole.
package enum FillError: Error, Sendable, Equatable {
    /// The origin closed, stalled or broke its framing; the text is for logs.
    case originFailed(String)
    /// This reader was left behind, or no reader was left and the fetch was given up.
    case abandoned
    /// What this reader was behind with could not be read again from where it was kept; the text is for logs.
    case contentLost(String)
}

/// One fetch and its readers. `Outcome` is what the fetch can lead to, decided by the owner.
package final class Fill<Outcome: Sendable>: Sendable {
    /// How far a producer may run ahead of the slowest reader when nothing is kept.
    package static var windowBytes: Int { 1024 * 1024 }

    /// How long a reader may take nothing while others, who share content that isn't kept, can't go on because of it.
    package static var stallPatience: Duration { .seconds(5) }

    struct Reader {
        /// Absolute index of the next chunk, unless that is held no more.
        var next: Int
        /// Bytes it has taken.
        var offset = 0
        var waiter: CheckedContinuation<ByteBuffer?, any Error>?
        /// Interim responses it has taken.
        var interimCount = 0
        var interimWaiter: CheckedContinuation<InterimResponse?, any Error>?
    }

    struct State {
        var outcome: Outcome?
        var interims: [InterimResponse] = []
        var outcomeWaiters: [Int: CheckedContinuation<Outcome, any Error>] = [:]
        var chunks: [ByteBuffer] = []
        /// Absolute index of `chunks[0]`.
        var firstIndex = 0
        /// Bytes before `chunks[0]`.
        var firstOffset = 0
        var heldBytes = 0
        /// The file that the content goes to, once it does.
        var spool: DiskSpool?
        /// Bytes that can be read from it.
        var spooledBytes = 0
        /// Whether all of the content goes there so far.
        var isSpooling = false
        var keepsAll = true
        var end: Result<Void, FillError>?
        var readers: [Int: Reader] = [:]
        var readerCount = 0
        var acceptsReaders = true
        var producer: CheckedContinuation<Void, Never>?
        var abandoned = false
        var onAbandon: (@Sendable () -> Void)?
    }

    let state = Mutex(State())
    private let readersMax: Int
    private let stallPatience: Duration

    /// - Parameter readersMax: readers at one time; further ones are turned away by `attach`.
    package init(readersMax: Int, stallPatience: Duration = Fill.stallPatience) {
        self.readersMax = readersMax
        self.stallPatience = stallPatience
    }

    // MARK: Readers

    /// Joins; nil when the fill takes no more readers.
    package func attach() -> FillReader<Outcome>? {
        state.withLock { state in
            guard state.acceptsReaders, !state.abandoned, state.readers.count < readersMax else { return nil }
            state.readerCount += 1
            state.readers[state.readerCount] = Reader(next: state.firstIndex)
            return FillReader(fill: self, id: state.readerCount)
        }
    }

    /// From now on `attach` answers nil: those who come later need a fetch of their own.
    package func closeToNewReaders() { state.withLock { $0.acceptsReaders = false } }

    /// Readers at this moment.
    package var readerCount: Int { state.withLock { $0.readers.count } }

    /// `action` runs once if the last reader leaves before the end; at once if that has happened already.
    package func onAbandon(_ action: @escaping @Sendable () -> Void) {
        let now = state.withLock { state in
            if !state.abandoned { state.onAbandon = action }
            return state.abandoned
        }
        if now { action() }
    }

    fileprivate func outcome(for id: Int) async throws -> Outcome {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Outcome, any Error>) in
                let ready: Result<Outcome, any Error>? = state.withLock { state in
                    if let outcome = state.outcome { return .success(outcome) }
                    guard state.readers[id] != nil else { return .failure(FillError.abandoned) }
                    state.outcomeWaiters[id] = continuation
                    return nil
                }
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            detach(id)
        }
    }

    fileprivate func next(for id: Int) async throws -> ByteBuffer? {
        while true {
            if let chunk = try await nextSpooled(for: id) { return chunk }
            do {
                return try await nextHeld(for: id)
            } catch is FellBehind {
                // It has been left behind just now: what it needs is in the file.
            }
        }
    }

    private func nextHeld(for id: Int) async throws -> ByteBuffer? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<ByteBuffer?, any Error>) in
                let (ready, producer): (Result<ByteBuffer?, any Error>?, CheckedContinuation<Void, Never>?) = state.withLock { state in
                    guard let reader = state.readers[id] else { return (.failure(FillError.abandoned), nil) }
                    guard reader.offset >= state.firstOffset else { return (.failure(FellBehind()), nil) }
                    let index = reader.next - state.firstIndex
                    if index < state.chunks.count {
                        let chunk = state.chunks[index]
                        state.readers[id]?.next += 1
                        state.readers[id]?.offset += chunk.readableBytes
                        return (.success(chunk), Self.dropRead(&state))
                    }
                    switch state.end {
                    case .success?: return (.success(nil), nil)
                    case .failure(let error)?: return (.failure(error), nil)
                    case nil:
                        state.readers[id]?.waiter = continuation
                        return (nil, nil)
                    }
                }
                producer?.resume()
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            detach(id)
        }
    }

    fileprivate func detach(_ id: Int) {
        let (actions, onAbandon) = state.withLock { state -> ([() -> Void], (@Sendable () -> Void)?) in
            guard let reader = state.readers.removeValue(forKey: id) else { return ([], nil) }
            var actions: [() -> Void] = []
            if let waiter = reader.waiter { actions.append { waiter.resume(throwing: FillError.abandoned) } }
            if let waiter = reader.interimWaiter { actions.append { waiter.resume(throwing: FillError.abandoned) } }
            if let waiter = state.outcomeWaiters.removeValue(forKey: id) {
                actions.append { waiter.resume(throwing: FillError.abandoned) }
            }
            if let producer = Self.dropRead(&state) { actions.append { producer.resume() } }
            guard state.readers.isEmpty, state.end == nil, !state.abandoned else { return (actions, nil) }
            state.abandoned = true
            if let producer = state.producer {
                state.producer = nil
                actions.append { producer.resume() }
            }
            defer { state.onAbandon = nil }
            return (actions, state.onAbandon)
        }
        for action in actions { action() }
        onAbandon?()
    }

    /// Lets go of chunks that every reader has taken, when they aren't kept; a producer that can go on is returned.
    static func dropRead(_ state: inout State) -> CheckedContinuation<Void, Never>? {
        guard !state.keepsAll else { return nil }
        let slowest = state.readers.values.lazy.map(\.next).min() ?? state.firstIndex + state.chunks.count
        state.dropFirst(min(slowest - state.firstIndex, state.chunks.count))
        state.dropSpooled(beyond: windowBytes)
        guard state.heldBytes < windowBytes, let producer = state.producer else { return nil }
        state.producer = nil
        return producer
    }

    // MARK: Producer

    /// Announces what the fetch led to. Only the first call counts.
    package func resolve(_ outcome: Outcome) {
        let (waiters, interimWaiters) = state.withLock { state -> ([CheckedContinuation<Outcome, any Error>], [InterimWaiter]) in
            guard state.outcome == nil else { return ([], []) }
            state.outcome = outcome
            defer { state.outcomeWaiters = [:] }
            return (Array(state.outcomeWaiters.values), Self.takeInterimWaiters(&state))
        }
        for waiter in interimWaiters { waiter.resume(returning: nil) }
        for waiter in waiters { waiter.resume(returning: outcome) }
    }

    private typealias InterimWaiter = CheckedContinuation<InterimResponse?, any Error>

    private static func takeInterimWaiters(_ state: inout State) -> [InterimWaiter] {
        var waiters: [InterimWaiter] = []
        for (id, reader) in state.readers {
            guard let waiter = reader.interimWaiter else { continue }
            waiters.append(waiter)
            state.readers[id]?.interimWaiter = nil
        }
        return waiters
    }

    /// Passes an interim response to all who wait for the outcome, and to those who still come before it. The caller bounds
    /// their number.
    package func sendInterim(_ interim: InterimResponse) {
        let waiters = state.withLock { state -> [InterimWaiter] in
            guard state.outcome == nil, state.end == nil, !state.abandoned else { return [] }
            state.interims.append(interim)
            // Those who wait have taken all that came before.
            for (id, reader) in state.readers where reader.interimWaiter != nil { state.readers[id]?.interimCount = state.interims.count }
            return Self.takeInterimWaiters(&state)
        }
        for waiter in waiters { waiter.resume(returning: interim) }
    }

    fileprivate func nextInterim(for id: Int) async throws -> InterimResponse? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: InterimWaiter) in
                let ready: Result<InterimResponse?, any Error>? = state.withLock { state in
                    guard let reader = state.readers[id] else { return .failure(FillError.abandoned) }
                    if reader.interimCount < state.interims.count {
                        state.readers[id]?.interimCount += 1
                        return .success(state.interims[reader.interimCount])
                    }
                    if state.outcome != nil { return .success(nil) }
                    state.readers[id]?.interimWaiter = continuation
                    return nil
                }
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            detach(id)
        }
    }

    /// Stops keeping chunks that everyone has read: the content won't be stored after all.
    package func stopKeeping() {
        let producer = state.withLock { state in
            state.keepsAll = false
            state.isSpooling = false
            state.acceptsReaders = false
            return Self.dropRead(&state)
        }
        producer?.resume()
    }

    /// Adds a chunk; waits for the slowest reader when nothing is kept. Throws when nobody reads any more.
    package func append(_ chunk: ByteBuffer) async throws(FillError) {
        let (waiters, abandoned) = state.withLock { state -> ([CheckedContinuation<ByteBuffer?, any Error>], Bool) in
            guard !state.abandoned else { return ([], true) }
            state.chunks.append(chunk)
            state.heldBytes += chunk.readableBytes
            let last = state.firstIndex + state.chunks.count
            var waiters: [CheckedContinuation<ByteBuffer?, any Error>] = []
            for (id, reader) in state.readers where reader.waiter != nil {
                if let waiter = reader.waiter { waiters.append(waiter) }
                state.readers[id]?.next = last
                state.readers[id]?.offset += chunk.readableBytes
                state.readers[id]?.waiter = nil
            }
            _ = Self.dropRead(&state)
            return (waiters, false)
        }
        for waiter in waiters { waiter.resume(returning: chunk) }
        if abandoned { throw .abandoned }
        let watch = readersMax > 1 && isFull ? Task { try await leaveStalledBehind() } : nil
        defer { watch?.cancel() }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let goOn = state.withLock { state in
                if state.keepsAll || state.isSpooling || state.abandoned || state.heldBytes < Self.windowBytes { return true }
                state.producer = continuation
                return false
            }
            if goOn { continuation.resume() }
        }
    }

    private var isFull: Bool { state.withLock { !$0.keepsAll && !$0.isSpooling && $0.heldBytes >= Self.windowBytes } }

    /// While the producer waits: a viewer that doesn't read must not hold up those who do, for whom this is the only fetch.
    private func leaveStalledBehind() async throws {
        while true {
            let (before, offsets) = state.withLock { ($0.firstIndex, $0.readers.mapValues(\.offset)) }
            try await Task.sleep(for: stallPatience)
            let stalled = state.withLock { state -> [Int] in
                // The slowest readers are those at the first chunk; it being the same one, they have taken nothing.
                guard state.firstIndex == before, state.readers.values.contains(where: { $0.waiter != nil }) else { return [] }
                return state.readers.filter { $0.value.next <= before && $0.value.waiter == nil && offsets[$0.key] == $0.value.offset }.map(\.key)
            }
            for id in stalled { detach(id) }
        }
    }

    /// Ends the stream.
    package func end(_ result: Result<Void, FillError>) {
        let waiters = state.withLock { state -> [CheckedContinuation<ByteBuffer?, any Error>] in
            guard state.end == nil else { return [] }
            state.end = result
            // Who comes after a failure did not ask for it: it fetches anew.
            if case .failure = result { state.acceptsReaders = false }
            state.onAbandon = nil
            var waiters: [CheckedContinuation<ByteBuffer?, any Error>] = []
            for (id, reader) in state.readers {
                if let waiter = reader.waiter { waiters.append(waiter) }
                state.readers[id]?.waiter = nil
            }
            return waiters
        }
        for waiter in waiters {
            switch result {
            case .success: waiter.resume(returning: nil)
            case .failure(let error): waiter.resume(throwing: error)
            }
        }
    }

    /// Bytes held in memory.
    var heldBytes: Int { state.withLock { $0.heldBytes } }

    fileprivate var arrivedBytes: Int { state.withLock { $0.firstOffset + $0.heldBytes } }

    fileprivate var isKept: Bool { state.withLock { $0.keepsAll || $0.isSpooling } }

    /// Everything that came in, when all of it was kept.
    package func keptChunks() -> [ByteBuffer]? { state.withLock { $0.keepsAll ? $0.chunks : nil } }

    /// Lets readers that are still behind read from the stored content: the buffers it was copied from can go then.
    func readOn(from body: CachedBody) {
        state.withLock { state in
            guard state.keepsAll, state.heldBytes <= body.byteCount else { return }
            var start = 0
            for index in state.chunks.indices {
                let end = start + state.chunks[index].readableBytes
                // A chunk that lies across two pieces stays the copy it is.
                let slices = body.slice(start..<end)
                if slices.count == 1 { state.chunks[index] = slices[0] }
                start = end
            }
        }
    }
}

/// One reader's place in a fill. Leaving is letting go of it.
package final class FillReader<Outcome: Sendable>: Sendable {
    private let fill: Fill<Outcome>
    private let id: Int

    fileprivate init(fill: Fill<Outcome>, id: Int) {
        self.fill = fill
        self.id = id
    }

    deinit { fill.detach(id) }

    /// Leaves at once, for a reader that is going to wait for something else: until then it would hold the others back.
    package func leave() { fill.detach(id) }

    /// Whether all of the content is being kept so far; once it isn't, it never will be.
    package var isKept: Bool { fill.isKept }

    /// Bytes of content that have come in so far.
    package var arrivedBytes: Int { fill.arrivedBytes }

    /// The next interim response before the outcome; nil once that is there. Throws when the waiting task is cancelled.
    package func nextInterim() async throws -> InterimResponse? { try await fill.nextInterim(for: id) }

    /// Waits for what the fetch leads to. Throws when the waiting task is cancelled.
    package func outcome() async throws -> Outcome { try await fill.outcome(for: id) }

    /// The next chunk; nil at the end. Throws `FillError` when the content can't be had whole.
    package func next() async throws -> ByteBuffer? { try await fill.next(for: id) }
}
