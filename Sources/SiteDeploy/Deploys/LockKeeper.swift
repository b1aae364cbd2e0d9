// The lock of a collection: one at a time, and deploys that come later wait for its end.

import DeployModel
import HTTPSemantics
import Synchronization

/// Takes, renews and gives back the collection's lock.
final class LockKeeper: Sendable {
    private let bucket: DeployBucket
    private let clock: DeployClock
    private let state: Mutex<(lock: CollectionLock, entityTag: String?, renewedAt: HTTPDate)>

    init(bucket: DeployBucket, clock: DeployClock) {
        self.bucket = bucket
        self.clock = clock
        state = Mutex((CollectionLock(owner: clock.token()), nil, HTTPDate(secondsSince1970: 0)))
    }

    /// Whether the lock is ours now. One that its owner has not renewed for a minute is taken over.
    func acquire() async throws(SiteDeployError) -> Bool {
        if try await write(if: .absent) { return true }
        guard let object = try await bucket.client.getObject(bucket.name, key: DeployKeys.lock, bytesMax: DeployLimits.documentBytesMax)
        else { return try await write(if: .absent) }
        // Ours, when the answer to the write got lost.
        if object.bytes == state.withLock({ $0.lock.bytes }) {
            state.withLock { $0.entityTag = object.entityTag }
            return true
        }
        if RaisedFlag.isRaised(writtenAt: object.writtenAt, now: object.now, seconds: RaisedFlag.lockSeconds) { return false }
        return try await write(if: .matches(object.entityTag))
    }

    /// Call before whatever relies on the lock: renews it when it has some age, and throws when somebody has taken it over.
    func renewIfOld() async throws(SiteDeployError) {
        let (renewedAt, entityTag) = state.withLock { ($0.renewedAt, $0.entityTag) }
        guard !RaisedFlag.isRaised(writtenAt: renewedAt, now: clock.now(), seconds: RaisedFlag.renewLockSeconds) else { return }
        guard let entityTag else { throw .conflict("the collection's lock was never taken") }
        state.withLock { $0.lock.renewals += 1 }
        guard try await write(if: .matches(entityTag)) else {
            throw .conflict("another garbage collection has taken over, as this one was silent for a minute")
        }
    }

    private func write(if condition: S3Condition) async throws(SiteDeployError) -> Bool {
        let bytes = state.withLock { $0.lock.bytes }
        let now = clock.now()
        guard let tag = try await bucket.put(bytes, at: DeployKeys.lock, if: condition) else { return false }
        state.withLock {
            $0.entityTag = tag
            $0.renewedAt = now
        }
        return true
    }

    /// Best effort: a lock that stays behind grows old.
    func release() async {
        guard let tag = state.withLock({ $0.entityTag }) else { return }
        let bucket = bucket
        await Task { _ = try? await bucket.client.deleteObject(bucket.name, key: DeployKeys.lock, if: .matches(tag)) }.value
    }
}
