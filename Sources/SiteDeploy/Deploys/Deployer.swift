// A built folder into a bucket, in this order: lease, look for a collection, missing blobs, manifest, record, alias.
//
// The alias comes last and is one conditional write, so whoever reads it always finds everything it leads to. Whatever
// happens before leaves the alias where it was; what was uploaded by then is found by the next attempt.

package import DeployModel
package import HTTPSemantics
import Synchronization

/// What is wanted of one deploy.
package struct DeployOptions: Sendable {
    package var alias: AliasName?
    /// Seconds that this deploy, and its alias unless it is production's, shall live; nil for no end.
    package var lifeSeconds: Int64?
    package var by = Creator()
    /// Ask the store for every blob, also for those that must be there as an earlier deploy needs them.
    package var verifies = false
    /// Make the bucket if there is none.
    package var createsBucket = false

    package init() {}
}

/// How a deploy went.
package struct DeployOutcome: Sendable, Hashable {
    package var id: DeployID
    package var digest: String
    package var fileCount = 0
    package var byteCount = 0
    /// Distinct contents, compressed siblings included.
    package var blobCount = 0
    package var uploadedCount = 0
    package var uploadedBytes = 0
    /// The very same deploy was there before.
    package var existed = false
    package var expiresAt: HTTPDate?
    package var alias: AliasName?
    /// What the alias showed before; nil when it is new.
    package var previous: DeployID?
    package var aliasMoved = false
}

/// Publishes one site's deploys.
package struct Deployer: Sendable {
    /// What has happened, for a progress line.
    package enum Progress: Sendable, Equatable {
        case waitingForCollection
        case missing(count: Int, byteCount: Int)
        case uploaded(count: Int, of: Int)
    }

    /// Blobs up to this number are asked for one by one; beyond, a listing is less work.
    static let headsMax = 256
    /// Tries to move an alias that others move too.
    static let aliasAttemptsMax = 50

    let bucket: DeployBucket
    let site: SiteName
    let clock: DeployClock
    let progress: @Sendable (Progress) -> Void

    package init(
        bucket: DeployBucket, site: SiteName, clock: DeployClock, progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) {
        self.bucket = bucket
        self.site = site
        self.clock = clock
        self.progress = progress
    }

    package func deploy(_ build: SiteBuild, _ options: DeployOptions) async throws(SiteDeployError) -> DeployOutcome {
        let lease = LeaseKeeper(bucket: bucket, clock: clock, site: site, deploy: build.encoded.id)
        return try await lease.whileRenewing { () throws(SiteDeployError) in
            try await takeLease(lease, createsBucket: options.createsBucket)
            var outcome = DeployOutcome(id: build.encoded.id, digest: build.encoded.digest)
            outcome.fileCount = build.manifest.files.count
            outcome.byteCount = build.manifest.byteCount
            outcome.blobCount = build.manifest.blobs.count
            outcome.alias = options.alias
            try await store(build, options, lease, &outcome)
            try await record(build, options, &outcome)
            if let alias = options.alias {
                while !lease.isYoung {
                    // The machine slept, or the store could not be reached for long: nothing seen so far holds any more.
                    try await lease.renew()
                    var again = options
                    again.verifies = true
                    try await store(build, again, lease, &outcome)
                }
                let ends = alias.isProduction ? nil : outcome.expiresAt
                let move = AliasDocument.Move(
                    deploy: outcome.id, at: clock.now(), action: .deploy, token: clock.token(), by: options.by)
                let moved = try await self.move(alias, move, expiresAt: ends)
                (outcome.previous, outcome.aliasMoved) = (moved.previous, moved.isMoved)
            }
            return outcome
        }
    }

    private func takeLease(_ lease: LeaseKeeper, createsBucket: Bool) async throws(SiteDeployError) {
        do {
            try await lease.renew()
        } catch .refused(_, 404, "NoSuchBucket", _) where createsBucket {
            try await bucket.client.createBucket(bucket.name)
            try await lease.renew()
        }
        try await lease.waitForCollection { progress(.waitingForCollection) }
    }

    /// Sees to it that manifest and blobs are there.
    private func store(
        _ build: SiteBuild, _ options: DeployOptions, _ lease: LeaseKeeper, _ outcome: inout DeployOutcome
    ) async throws(SiteDeployError) {
        let exists = try await bucket.has(build.encoded, of: site)
        if outcome.uploadedCount == 0 { outcome.existed = exists }
        // A manifest is stored after its blobs, and they are not collected before it.
        if exists, !options.verifies { return }
        try await lease.announce(build.encoded)
        try await lease.waitForCollection { progress(.waitingForCollection) }
        let missing = try await missing(build.manifest.blobs, options)
        let report = progress
        report(.missing(count: missing.count, byteCount: missing.reduce(0) { $0 + $1.byteCount }))
        let done = Mutex(0)
        try await BlobUploader(client: bucket.client, bucket: bucket.name).upload(missing, from: build.sources) { _ in
            report(.uploaded(count: done.withLock { count in count += 1; return count }, of: missing.count))
        }
        outcome.uploadedCount += missing.count
        outcome.uploadedBytes += missing.reduce(0) { $0 + $1.byteCount }
        try await bucket.put(build.encoded, of: site)
    }

    /// Blobs that the store does not have in their full size.
    private func missing(_ blobs: Set<Blob>, _ options: DeployOptions) async throws(SiteDeployError) -> [Blob] {
        var unknown = blobs
        if !options.verifies, let stored = try await bucket.alias(options.alias ?? .production, of: site),
            let base = try await bucket.manifest(stored.document.deploy, of: site)
        {
            unknown.subtract(base.manifest.blobs)
        }
        return try await bucket.missing(unknown)
    }

    private func record(
        _ build: SiteBuild, _ options: DeployOptions, _ outcome: inout DeployOutcome
    ) async throws(SiteDeployError) {
        let now = clock.now()
        let ends = options.lifeSeconds.map { now.advanced(bySeconds: $0) }
        for attempt in 0..<Self.aliasAttemptsMax {
            if attempt > 0 { try await clock.pause(bucket.client.backOff(before: 2)) }
            let stored = try await bucket.record(outcome.id, of: site)
            var record =
                stored?.document
                ?? DeployRecord(
                    deploy: outcome.id, site: site, at: now, expiresAt: ends, fileCount: outcome.fileCount, byteCount: outcome.byteCount,
                    by: options.by)
            if stored != nil { record.repeated(at: now, expiresAt: ends, by: options.by) }
            outcome.expiresAt = ends
            let condition = stored.map { S3Condition.matches($0.entityTag) } ?? .absent
            if try await bucket.put(record.bytes, at: DeployKeys.record(outcome.id, of: site), if: condition) != nil { return }
        }
        throw .conflict("the record of \(outcome.id) is being changed by too many others")
    }

    /// Makes an alias show a deploy. Others may do the same: the last one wins, and each is in the history.
    func move(
        _ alias: AliasName, _ move: AliasDocument.Move, expiresAt: HTTPDate?
    ) async throws(SiteDeployError) -> (previous: DeployID?, isMoved: Bool) {
        var before: (previous: DeployID?, isMoved: Bool) = (nil, false)
        for attempt in 0..<Self.aliasAttemptsMax {
            if attempt > 0 { try await clock.pause(bucket.client.backOff(before: min(attempt + 1, 5))) }
            let stored = try await bucket.alias(alias, of: site)
            // An answer that got lost: the write did happen.
            if attempt > 0, let stored, stored.document.history.contains(where: { $0.token == move.token }) { return before }
            var document: AliasDocument
            if let stored {
                document = stored.document
                before = (document.deploy, document.deploy != move.deploy)
                if before.isMoved { document.move(move, expiresAt: expiresAt) } else { document.extend(until: expiresAt) }
                if document == stored.document { return before }
            } else {
                document = AliasDocument(name: alias, site: site, expiresAt: expiresAt, first: move)
                before = (nil, true)
            }
            if try await bucket.put(document, replacing: stored) { return before }
        }
        throw .conflict("the alias \(alias) is being moved by too many others")
    }
}

extension DeployBucket {
    /// Blobs that are not stored in their full size.
    func missing(_ blobs: Set<Blob>) async throws(SiteDeployError) -> [Blob] {
        guard blobs.count > Deployer.headsMax else {
            var missing: [Blob] = []
            try await forEachBounded(Array(blobs), width: BlobUploader.parallelism) { blob throws(SiteDeployError) in
                (blob, try await client.headObject(name, key: DeployKeys.blob(blob.hash))?.byteCount == blob.byteCount)
            } collect: { blob, isThere in if !isThere { missing.append(blob) } }
            return missing
        }
        let listing = try await client.listObjects(name, prefix: DeployKeys.blobs)
        var stored: Set<Blob> = []
        for object in listing.objects {
            if case .blob(let hash)? = DeployKeys.Place(key: object.key) { stored.insert(Blob(hash: hash, byteCount: object.byteCount)) }
        }
        return Array(blobs.subtracting(stored))
    }
}
