// Garbage collection of a deploy bucket: aliases that have ended, deploys beyond what is kept, blobs that nobody needs.
//
// The order matters (see `RaisedFlag`): the lock first, then leases, then aliases and manifests, then the blobs. Aliases go before
// the manifests they showed, manifests before their blobs, so that at every moment - also when it is killed there - what can
// still be reached is whole. What can't be understood stops it before anything is deleted.

package import DeployModel
import HTTPSemantics

/// What a collection did, or would do.
package struct CollectionOutcome: Sendable, Hashable {
    package struct Deploy: Sendable, Hashable {
        package var site: SiteName
        package var id: DeployID
        package var fate: DeployFate

        package init(site: SiteName, id: DeployID, fate: DeployFate) {
            self.site = site
            self.id = id
            self.fate = fate
        }
    }

    /// Another collection was under way; nothing was done.
    package var isBusy = false
    package var expiredAliases: [String] = []
    package var removed: [Deploy] = []
    package var kept: [Deploy] = []
    package var deletedBlobs = 0
    package var deletedBytes = 0
    /// Blobs that nobody needs and that go once the grace period is over.
    package var waitingBlobs = 0
    package var neededBlobs = 0
    package var abortedUploads = 0
    package var isDryRun = false
}

/// Collects one bucket, all of its sites.
package struct Collector: Sendable {
    /// Age from which an unfinished multipart upload is nobody's, seconds.
    static let uploadSecondsMax: Int64 = 86_400

    private let bucket: DeployBucket
    private let clock: DeployClock
    private let policy: CollectionPolicy
    private let isDryRun: Bool

    package init(bucket: DeployBucket, clock: DeployClock, policy: CollectionPolicy, isDryRun: Bool = false) {
        self.bucket = bucket
        self.clock = clock
        self.policy = policy
        self.isDryRun = isDryRun
    }

    package func run() async throws(SiteDeployError) -> CollectionOutcome {
        let lock = LockKeeper(bucket: bucket, clock: clock)
        if !isDryRun, try await !lock.acquire() {
            var outcome = CollectionOutcome()
            outcome.isBusy = true
            return outcome
        }
        do throws(SiteDeployError) {
            let outcome = try await collect(lock)
            await lock.release()
            return outcome
        } catch {
            await lock.release()
            throw error
        }
    }

    private func collect(_ lock: LockKeeper) async throws(SiteDeployError) -> CollectionOutcome {
        var outcome = CollectionOutcome()
        outcome.isDryRun = isDryRun
        let leases = try await LiveLeases.read(bucket)
        var (sites, now) = try await SiteContents.read(bucket, prefix: DeployKeys.sites)
        try await expireAliases(&sites, now, lock, &outcome)
        try await removeDeploys(&sites, leases, now, lock, &outcome)
        let needed = try await neededBlobs(sites, leases, lock)
        outcome.neededBlobs = needed.count
        try await sweep(needed, lock, &outcome)
        try await tidy(leases, lock, &outcome)
        return outcome
    }

    private func expireAliases(
        _ sites: inout [SiteName: SiteContents], _ now: HTTPDate, _ lock: LockKeeper, _ outcome: inout CollectionOutcome
    ) async throws(SiteDeployError) {
        for (site, contents) in sites.sorted(by: { $0.key.description < $1.key.description }) {
            for (name, stored) in contents.aliases.sorted(by: { $0.key < $1.key }) where stored.document.isExpired(at: now) {
                if !isDryRun {
                    try await lock.renewIfOld()
                    // Moved again meanwhile: then it has not ended.
                    guard
                        try await bucket.client.deleteObject(
                            bucket.name, key: DeployKeys.alias(name, of: site), if: .matches(stored.entityTag))
                    else { continue }
                }
                sites[site]?.aliases[name] = nil
                outcome.expiredAliases.append("\(site)/\(name)")
            }
        }
    }

    private func removeDeploys(
        _ sites: inout [SiteName: SiteContents], _ leases: LiveLeases, _ now: HTTPDate, _ lock: LockKeeper,
        _ outcome: inout CollectionOutcome
    ) async throws(SiteDeployError) {
        for (site, contents) in sites.sorted(by: { $0.key.description < $1.key.description }) {
            let deploys = contents.manifests.map { id, storedAt in
                let record = contents.records[id]
                return CollectedDeploy(id: id, deployedAt: max(storedAt, record?.deployedAt ?? storedAt), expiresAt: record?.expiresAt)
            }
            let leased = Set(leases.deploys.filter { $0.site == site }.map(\.id))
            let fates = policy.fates(of: deploys, aliases: contents.aliases.values.map(\.document), leased: leased, now: now)
            var keys: [String] = []
            for (id, fate) in fates.sorted(by: { $0.key < $1.key }) {
                let deploy = CollectionOutcome.Deploy(site: site, id: id, fate: fate)
                if fate.isKept {
                    outcome.kept.append(deploy)
                } else {
                    outcome.removed.append(deploy)
                    keys += [DeployKeys.manifest(id, of: site), DeployKeys.record(id, of: site)]
                    sites[site]?.manifests[id] = nil
                }
            }
            // Records whose manifest is gone: of a deploy that was being removed, or of one that is being made just now.
            for id in contents.records.keys where contents.manifests[id] == nil && !leased.contains(id) {
                keys.append(DeployKeys.record(id, of: site))
            }
            // A manifest comes before its record, and so goes first.
            if !isDryRun {
                for key in keys {
                    try await lock.renewIfOld()
                    try await bucket.client.deleteObject(bucket.name, key: key)
                }
            }
        }
    }

    /// What every remaining manifest and every running deploy needs. A manifest that can't be read ends the collection.
    private func neededBlobs(
        _ sites: [SiteName: SiteContents], _ leases: LiveLeases, _ lock: LockKeeper
    ) async throws(SiteDeployError) -> Set<BlobHash> {
        var needed = leases.blobs
        let deploys = sites.flatMap { site, contents in contents.manifests.keys.map { SiteDeployment(site: site, id: $0) } }
        for start in stride(from: 0, to: deploys.count, by: BlobUploader.parallelism * 4) {
            if !isDryRun { try await lock.renewIfOld() }
            let some = Array(deploys[start..<min(start + BlobUploader.parallelism * 4, deploys.count)])
            try await forEachBounded(some, width: 8) { deploy throws(SiteDeployError) in
                (deploy, try await bucket.manifest(deploy.id, of: deploy.site)?.manifest.blobs ?? [])
            } collect: { _, blobs in needed.formUnion(blobs.lazy.map(\.hash)) }
        }
        return needed
    }

    private func sweep(
        _ needed: Set<BlobHash>, _ lock: LockKeeper, _ outcome: inout CollectionOutcome
    ) async throws(SiteDeployError) {
        let listing = try await bucket.client.listObjects(bucket.name, prefix: DeployKeys.blobs)
        var sizes: [BlobHash: Int] = [:]
        for object in listing.objects { if case .blob(let hash)? = DeployKeys.Place(key: object.key) { sizes[hash] = object.byteCount } }
        let stored = try await bucket.document(DeployKeys.marks, bytesMax: S3Client.answerBytesMax * 100) {
            bytes, key throws(DeployDocumentError) in try CollectionMarks(reading: bytes, document: key)
        }
        let swept = policy.sweep(
            stored: sizes.keys, needed: needed, marks: stored?.document ?? CollectionMarks(), now: listing.now)
        outcome.waitingBlobs = swept.marks.since.count
        let delete = swept.delete.sorted()
        for start in stride(from: 0, to: delete.count, by: S3Client.deleteKeysMax) {
            let some = delete[start..<min(start + S3Client.deleteKeysMax, delete.count)]
            if !isDryRun {
                try await lock.renewIfOld()
                try await bucket.client.deleteObjects(bucket.name, keys: some.map { DeployKeys.blob($0) })
            }
            outcome.deletedBlobs += some.count
            outcome.deletedBytes += some.reduce(0) { $0 + (sizes[$1] ?? 0) }
        }
        guard !isDryRun, swept.marks != stored?.document ?? CollectionMarks() else { return }
        try await lock.renewIfOld()
        try await bucket.put(swept.marks.bytes, at: DeployKeys.marks)
    }

    private func tidy(_ leases: LiveLeases, _ lock: LockKeeper, _ outcome: inout CollectionOutcome) async throws(SiteDeployError) {
        guard !isDryRun else { return }
        for key in leases.stale {
            try await lock.renewIfOld()
            try await bucket.client.deleteObject(bucket.name, key: key)
        }
        let now = clock.now()
        for upload in try await bucket.client.listUploads(bucket.name, prefix: DeployKeys.blobs)
        where now.seconds(since: upload.startedAt) > Self.uploadSecondsMax {
            try await lock.renewIfOld()
            try await bucket.client.abortUpload(bucket.name, key: upload.key, upload: upload.id)
            outcome.abortedUploads += 1
        }
    }
}
