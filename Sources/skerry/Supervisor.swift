// Two children, one list of events: readiness, deaths, signals and timers all arrive in one stream that one function reads, so the
// order of a start and of a stop can be read off the code.

@preconcurrency import Dispatch
import Foundation

/// Starts children in order and stops them in reverse order.
final class Supervisor {
    /// For a child to become ready: recovery of a large data folder included.
    static let readyTimeout = DispatchTimeInterval.seconds(120)

    enum Event: Sendable {
        case child(String, ChildEvent)
        case signal(Int32)
        case timer(Int)
        /// Work that was going on beside the children has ended.
        case workDone
    }

    private let events: AsyncStream<Event>
    private let post: AsyncStream<Event>.Continuation
    private var iterator: AsyncStream<Event>.Iterator
    private let sources: [any DispatchSourceSignal]
    private var children: [ChildProcess] = []
    private var timers = 0

    init() {
        let (events, post) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .unbounded)
        self.events = events
        self.post = post
        iterator = events.makeAsyncIterator()
        sources = Signals.sources([SIGTERM, SIGINT, SIGHUP]) { post.yield(.signal($0)) }
    }

    /// Why a supervised run ends before it is asked to.
    enum Interruption: Error {
        case signal(Int32)
        case death(child: String, ChildExit)
        case notReady(child: String)
    }

    /// Starts a child and waits until all its listeners are ready; their lines are passed on.
    ///
    /// - Returns: the listeners' addresses.
    func start(
        _ name: String, arguments: [String], listeners: [Listener], isolation: isolated (any Actor)? = #isolation
    ) async throws -> [Listener: String] {
        let post = post
        var addresses: [Listener: String] = [:]
        children.append(try ChildProcess(name: name, arguments: arguments) { post.yield(.child(name, $0)) })
        let timer = startTimer(Self.readyTimeout)
        while let event = await next() {
            switch event {
            case .child(name, .ready(let line)):
                Terminal.result(line.text)
                addresses[line.listening] = line.address
                guard listeners.allSatisfy({ addresses[$0] != nil }) else { continue }
                return addresses
            case .timer(timer): throw Interruption.notReady(child: name)
            default: try interrupt(for: event)
            }
        }
        throw CancellationError()
    }

    /// Runs work while watching the children; a death or a signal cancels it.
    func during<Value: Sendable>(
        isolation: isolated (any Actor)? = #isolation, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let post = post
        let task = Task {
            defer { post.yield(.workDone) }
            return try await work()
        }
        while let event = await next() {
            if case .workDone = event { break }
            do { try interrupt(for: event) } catch {
                task.cancel()
                _ = await task.result
                throw error
            }
        }
        return try await task.value
    }

    /// Watches until something ends: returns at a signal to stop, throws at a death.
    func watch(isolation: isolated (any Actor)? = #isolation) async throws {
        while let event = await next() {
            do { try interrupt(for: event) } catch Interruption.signal { return }
        }
    }

    /// Asks the children to end, last started first, each for at most `patience`; a second signal, or the end of
    /// patience, kills.
    ///
    /// - Returns: what had to be killed.
    func stop(patience: Duration, isolation: isolated (any Actor)? = #isolation) async -> [String] {
        var killed: [String] = []
        var impatient = false
        for child in children.reversed() where !child.hasExited {
            child.send(SIGTERM)
            let timer = startTimer(.milliseconds(Int(patience / .milliseconds(1))))
            while !child.hasExited, !impatient {
                switch await next() {
                case .timer(timer)?, .signal?, nil: impatient = true
                default: break
                }
            }
            if !child.hasExited {
                child.send(SIGKILL)
                killed.append(child.name)
            }
            // The next child gets its own patience, unless somebody pressed Ctrl-C again.
            impatient = false
        }
        return killed
    }

    private func next(isolation: isolated (any Actor)? = #isolation) async -> Event? {
        await iterator.next(isolation: isolation)
    }

    private func interrupt(for event: Event) throws {
        switch event {
        case .signal(let signal) where signal != SIGHUP: throw Interruption.signal(signal)
        case .signal: for child in children where child.name == "edge" { child.send(SIGHUP) }
        case .child(let name, .exited(let exit)): throw Interruption.death(child: name, exit)
        case .child, .timer, .workDone: break
        }
    }

    private func startTimer(_ interval: DispatchTimeInterval) -> Int {
        timers += 1
        let number = timers
        let post = post
        DispatchQueue.global().asyncAfter(deadline: .now() + interval) { post.yield(.timer(number)) }
        return number
    }
}
