// What the control listener needs of the running process: how far it is, one reload at a time, its clock.

import ControlService
import EdgeService
import Synchronization

/// How far the process is, as its health checks see it.
final class ReadinessState: Sendable {
    private let state = Mutex(Readiness.starting)

    var current: Readiness {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// Reads the configuration again, for SIGHUP and the control listener alike, one after another.
actor EdgeReloader {
    private let apply: @Sendable () -> ReloadOutcome

    init(_ apply: @escaping @Sendable () -> ReloadOutcome) { self.apply = apply }

    func reload() -> ReloadOutcome { apply() }
}

extension ProcessControls.Clock {
    init(_ clock: MovableClock) {
        self.init(now: { clock.now }, aheadSeconds: { clock.aheadSeconds }, advance: { clock.advance(seconds: $0) })
    }
}
