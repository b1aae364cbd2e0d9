package import HTTPSemantics

/// Time and chance, as a deploy meets them.
package struct DeployClock: Sendable {
    package var now: @Sendable () -> HTTPDate
    package var wait: @Sendable (Duration) async throws -> Void
    package var random: @Sendable () -> UInt64

    package init(
        now: @escaping @Sendable () -> HTTPDate, wait: @escaping @Sendable (Duration) async throws -> Void,
        random: @escaping @Sendable () -> UInt64
    ) {
        self.now = now
        self.wait = wait
        self.random = random
    }

    /// 32 hexadecimal digits.
    func token() -> String { [random(), random()].map { Self.hex($0) }.joined() }

    func pause(_ duration: Duration) async throws(SiteDeployError) {
        do { try await wait(duration) } catch { throw .cancelled }
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
