// One deploy's lease: taken before anything is relied on, kept young while it works, given back at the end.

import DeployModel
import HTTPSemantics
import Synchronization

/// Keeps the lease of one piece of work.
final class LeaseKeeper: Sendable {
    /// Time between looks at the lock of a collection under way.
    static let pollDuration = Duration.milliseconds(200)
    /// Looks at that lock before giving up: half an hour.
    static let pollsMax = 9_000

    private let bucket: DeployBucket
    private let clock: DeployClock
    private let state: Mutex<(lease: Lease, renewedAt: HTTPDate?)>

    init(bucket: DeployBucket, clock: DeployClock, site: SiteName, deploy: DeployID) {
        self.bucket = bucket
        self.clock = clock
        let lease = Lease(id: clock.token(), site: site, deploy: deploy, hasManifest: false)
        state = Mutex((lease, nil))
    }

    var id: String { state.withLock { $0.lease.id } }

    /// Raises the flag, or keeps it young.
    func renew() async throws(SiteDeployError) {
        let lease = state.withLock { $0.lease }
        // The store's clock starts to count no earlier than this.
        let now = clock.now()
        try await bucket.put(lease.bytes, at: DeployKeys.lease(lease.id))
        state.withLock { $0.renewedAt = now }
    }

    /// Stores beside the lease what the deploy needs, and says so in the lease.
    func announce(_ encoded: EncodedManifest) async throws(SiteDeployError) {
        _ = try await bucket.client.putObject(
            bucket.name, key: DeployKeys.leaseManifest(id), headers: [("Content-Type", "application/json")],
            body: .hashed(encoded.bytes, sha256: encoded.digest), if: .none)
        state.withLock { $0.lease.hasManifest = true }
        try await renew()
    }

    /// Whether the lease has protected its needs without a gap, with a minute and a half to spare.
    var isYoung: Bool {
        guard let renewedAt = state.withLock({ $0.renewedAt }) else { return false }
        return RaisedFlag.isRaised(writtenAt: renewedAt, now: clock.now(), seconds: RaisedFlag.leaseSeconds - 90)
    }

    /// Returns when no collection is under way that may not have seen this lease.
    func waitForCollection(_ onWait: @Sendable () -> Void) async throws(SiteDeployError) {
        for poll in 0..<Self.pollsMax {
            guard let lock = try await bucket.client.getObject(bucket.name, key: DeployKeys.lock, bytesMax: DeployLimits.documentBytesMax),
                RaisedFlag.isRaised(writtenAt: lock.writtenAt, now: lock.now, seconds: RaisedFlag.lockSeconds)
            else { return }
            if poll == 0 { onWait() }
            try await clock.pause(Self.pollDuration)
        }
        throw .conflict("a garbage collection has been under way for half an hour")
    }

    /// Runs `body` while the lease is renewed beside it, then gives the lease back whatever happened.
    ///
    /// A renewal that fails is tried again at the next turn; who relies on the lease asks `isYoung`.
    func whileRenewing<Value: Sendable>(
        _ body: @escaping @Sendable () async throws(SiteDeployError) -> Value
    ) async throws(SiteDeployError) -> Value {
        let outcome: Result<Value, SiteDeployError>
        do {
            outcome = try await withThrowingTaskGroup(of: Result<Value, SiteDeployError>?.self) { group in
                group.addTask {
                    do throws(SiteDeployError) {
                        return .success(try await body())
                    } catch {
                        return .failure(error)
                    }
                }
                group.addTask { [self] in
                    while true {
                        try await clock.wait(.seconds(RaisedFlag.renewLeaseSeconds))
                        if state.withLock({ $0.renewedAt != nil }) { try? await renew() }
                        try Task.checkCancellation()
                    }
                }
                defer { group.cancelAll() }
                while let result = try await group.next() { if let result { return result } }
                return .failure(.cancelled)
            }
        } catch {
            outcome = .failure(.cancelled)
        }
        await release()
        return try outcome.get()
    }

    /// Best effort, in a task of its own so that it also works after an interruption: what stays behind grows old.
    private func release() async {
        guard state.withLock({ $0.renewedAt != nil }) else { return }
        let (bucket, lease) = (bucket, state.withLock { $0.lease })
        await Task {
            _ = try? await bucket.client.deleteObject(bucket.name, key: DeployKeys.lease(lease.id))
            if lease.hasManifest { _ = try? await bucket.client.deleteObject(bucket.name, key: DeployKeys.leaseManifest(lease.id)) }
        }.value
    }
}
