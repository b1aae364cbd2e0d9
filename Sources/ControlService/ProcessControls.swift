// What the control listener may ask of the process: how it is, to read its configuration again, to move its clock. Answers are plain
// text for people and JSON where a program reads them.

package import HTTPSemantics

/// How far the process is in its life.
package enum Readiness: String, Sendable, Equatable {
    /// The listeners are not all bound yet.
    case starting
    /// It accepts requests under a configuration.
    case ready
    /// It finishes what is under way and accepts nothing new.
    case draining
}

/// What became of a reload.
package enum ReloadOutcome: Sendable, Equatable {
    /// The configuration is in force, but for changes under these keys, which need a restart.
    case inForce(afterRestart: [String])
    /// Nothing was changed; a line for each problem, `file:line:column: error: ...`.
    case refused(String)
}

/// The process as the control listener reaches it.
package struct ProcessControls: Sendable {
    package var readiness: @Sendable () -> Readiness
    package var reload: @Sendable () async -> ReloadOutcome
    /// Nil where the clock is not to be moved.
    package var clock: Clock?

    package struct Clock: Sendable {
        package var now: @Sendable () -> HTTPDate
        package var aheadSeconds: @Sendable () -> Int64
        /// Whole seconds, 0 or more; false when it can't be moved so far.
        package var advance: @Sendable (Int64) -> Bool

        package init(
            now: @escaping @Sendable () -> HTTPDate, aheadSeconds: @escaping @Sendable () -> Int64, advance: @escaping @Sendable (Int64) -> Bool
        ) {
            self.now = now
            self.aheadSeconds = aheadSeconds
            self.advance = advance
        }
    }

    package init(
        readiness: @escaping @Sendable () -> Readiness, reload: @escaping @Sendable () async -> ReloadOutcome, clock: Clock? = nil
    ) {
        self.readiness = readiness
        self.reload = reload
        self.clock = clock
    }
}
