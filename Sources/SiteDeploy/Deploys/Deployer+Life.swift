// What happens to deploys after they were made: listed, compared, promoted, rolled back, removed.

package import DeployModel
package import HTTPSemantics

/// A deploy as lists show it.
package struct ListedDeploy: Sendable, Hashable {
    package var id: DeployID
    package var deployedAt: HTTPDate
    package var expiresAt: HTTPDate?
    package var fileCount: Int?
    package var byteCount: Int?
    package var by: Creator
    package var aliases: [AliasName]
}

extension Deployer {
    /// Every deploy of the site, newest first.
    package func deploys() async throws(SiteDeployError) -> [ListedDeploy] {
        let contents = try await SiteContents.read(bucket, site)
        return contents.manifests.map { id, storedAt in
            let record = contents.records[id]
            return ListedDeploy(
                id: id, deployedAt: record?.deployedAt ?? storedAt, expiresAt: record?.expiresAt, fileCount: record?.fileCount,
                byteCount: record?.byteCount, by: record?.by ?? Creator(),
                aliases: contents.aliases.values.filter { $0.document.deploy == id }.map(\.document.name).sorted())
        }.sorted { ($1.deployedAt, $1.id) < ($0.deployedAt, $0.id) }
    }

    /// Every alias of the site, by name.
    package func aliases() async throws(SiteDeployError) -> [AliasDocument] {
        try await SiteContents.read(bucket, site).aliases.values.map(\.document).sorted { $0.name < $1.name }
    }

    /// The deploy that an id, the start of one, or an alias's name means.
    package func resolve(_ text: String) async throws(SiteDeployError) -> DeployID {
        if let id = DeployID(text) { return id }
        if let alias = AliasName(text, of: site), let stored = try await bucket.alias(alias, of: site) { return stored.document.deploy }
        if (4..<DeployID.byteCount).contains(text.utf8.count) {
            let listing = try await bucket.client.listObjects(bucket.name, prefix: DeployKeys.manifests(of: site) + text)
            let ids = listing.objects.compactMap { object -> DeployID? in
                if case .manifest(let id, site)? = DeployKeys.Place(key: object.key) { id } else { nil }
            }
            if ids.count > 1 { throw .conflict("\(text) is the start of \(ids.count) deploys: \(ids.map(\.description).joined(separator: ", "))") }
            if let id = ids.first { return id }
        }
        throw .missing("the site \(site) has no deploy and no alias \(text)")
    }

    /// What changes from one deploy to another.
    package func difference(from old: DeployID, to new: DeployID) async throws(SiteDeployError) -> ManifestDifference {
        ManifestDifference(from: try await manifest(old).manifest, to: try await manifest(new).manifest)
    }

    private func manifest(_ id: DeployID) async throws(SiteDeployError) -> EncodedManifest {
        guard let manifest = try await bucket.manifest(id, of: site) else { throw .missing("the site \(site) has no deploy \(id)") }
        return manifest
    }

    /// Makes an alias show a deploy that is there already. The alias it had before it is in the outcome.
    package func promote(
        _ id: DeployID, to alias: AliasName, by: Creator, verifies: Bool = false
    ) async throws(SiteDeployError) -> (previous: DeployID?, isMoved: Bool) {
        let lease = LeaseKeeper(bucket: bucket, clock: clock, site: site, deploy: id)
        return try await lease.whileRenewing { () throws(SiteDeployError) in
            try await requireWhole(id, verifies: verifies, under: lease)
            let kept = try await bucket.alias(alias, of: site)?.document.expiresAt
            let move = AliasDocument.Move(deploy: id, at: clock.now(), action: .promote, token: clock.token(), by: by)
            return try await self.move(alias, move, expiresAt: kept)
        }
    }

    /// Brings an alias back to what it showed before, or to an earlier deploy of its history.
    package func rollBack(
        _ alias: AliasName, to target: DeployID? = nil
    ) async throws(SiteDeployError) -> (from: DeployID, to: DeployID) {
        for attempt in 0..<Self.aliasAttemptsMax {
            if attempt > 0 { try await clock.pause(bucket.client.backOff(before: min(attempt + 1, 5))) }
            guard let stored = try await bucket.alias(alias, of: site) else { throw .missing("the site \(site) has no alias \(alias)") }
            let earlier = stored.document.earlier
            if let target, !earlier.contains(target) {
                throw .missing("\(target) is not among the earlier deploys of \(alias); use promote to show it")
            }
            guard let next = target ?? earlier.first else { throw .missing("\(alias) has shown no other deploy than \(stored.document.deploy)") }
            if let moved = try await rollBack(stored, to: next) { return moved }
        }
        throw .conflict("the alias \(alias) is being moved by too many others")
    }

    /// Nil when the alias was moved by somebody else meanwhile.
    private func rollBack(
        _ stored: Stored<AliasDocument>, to id: DeployID
    ) async throws(SiteDeployError) -> (from: DeployID, to: DeployID)? {
        let lease = LeaseKeeper(bucket: bucket, clock: clock, site: site, deploy: id)
        return try await lease.whileRenewing { () throws(SiteDeployError) in
            try await requireWhole(id, verifies: false, under: lease)
            var document = stored.document
            guard document.rollBack(to: id, at: clock.now()) else { return nil }
            let isWritten = try await bucket.put(document, replacing: stored)
            return isWritten ? (stored.document.deploy, id) : nil
        }
    }

    /// Sees that a deploy is there and protected by a young lease.
    private func requireWhole(_ id: DeployID, verifies: Bool, under lease: LeaseKeeper) async throws(SiteDeployError) {
        repeat {
            try await lease.renew()
            try await lease.waitForCollection { progress(.waitingForCollection) }
            try await requireWhole(id, verifies: verifies)
        } while !lease.isYoung
    }

    private func requireWhole(_ id: DeployID, verifies: Bool) async throws(SiteDeployError) {
        guard verifies else {
            guard try await bucket.client.headObject(bucket.name, key: DeployKeys.manifest(id, of: site)) != nil else {
                throw .missing("the site \(site) has no deploy \(id)")
            }
            return
        }
        let missing = try await bucket.missing(try await manifest(id).manifest.blobs)
        guard missing.isEmpty else { throw .conflict("\(id) is not whole: \(missing.count) of its blobs are missing; deploy it again") }
    }

    /// Takes an alias away; what it showed stays.
    package func remove(_ alias: AliasName) async throws(SiteDeployError) {
        for _ in 0..<Self.aliasAttemptsMax {
            guard let stored = try await bucket.alias(alias, of: site) else { throw .missing("the site \(site) has no alias \(alias)") }
            let key = DeployKeys.alias(alias, of: site)
            if try await bucket.client.deleteObject(bucket.name, key: key, if: .matches(stored.entityTag)) { return }
        }
        throw .conflict("the alias \(alias) is being moved by too many others")
    }

    /// Takes a deploy away that no alias shows and no running deploy needs. Its blobs go with the next collections.
    package func remove(_ id: DeployID) async throws(SiteDeployError) {
        let keeper = LockKeeper(bucket: bucket, clock: clock)
        guard try await keeper.acquire() else { throw .conflict("a garbage collection is under way; try again after it") }
        do throws(SiteDeployError) {
            let leases = try await LiveLeases.read(bucket)
            guard !leases.deploys.contains(.init(site: site, id: id)) else { throw .conflict("a running deploy needs \(id)") }
            let contents = try await SiteContents.read(bucket, site)
            guard contents.manifests[id] != nil else { throw .missing("the site \(site) has no deploy \(id)") }
            let shown = contents.aliases.values.filter { $0.document.deploy == id }.map(\.document.name.description).sorted()
            guard shown.isEmpty else {
                throw .conflict("\(id) is shown by \(shown.joined(separator: ", ")); move or remove that alias first")
            }
            try await keeper.renewIfOld()
            try await bucket.client.deleteObject(bucket.name, key: DeployKeys.manifest(id, of: site))
            try await bucket.client.deleteObject(bucket.name, key: DeployKeys.record(id, of: site))
        } catch {
            await keeper.release()
            throw error
        }
        await keeper.release()
    }
}
