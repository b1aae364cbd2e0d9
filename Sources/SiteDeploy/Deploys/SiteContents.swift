// What a bucket holds of a site, and of the deploys under way, as lists and collections need it.

import DeployModel
import HTTPSemantics

/// A deploy of a site.
struct SiteDeployment: Sendable, Hashable {
    var site: SiteName
    var id: DeployID
}

/// One site's documents.
struct SiteContents: Sendable {
    /// Stored manifests with the time at which they were.
    var manifests: [DeployID: HTTPDate] = [:]
    var records: [DeployID: DeployRecord] = [:]
    var aliases: [AliasName: Stored<AliasDocument>] = [:]

    static func read(_ bucket: DeployBucket, _ site: SiteName) async throws(SiteDeployError) -> SiteContents {
        try await read(bucket, prefix: "\(DeployKeys.sites)\(site)/").sites[site] ?? SiteContents()
    }

    /// Every site below a prefix, and the store's own time.
    static func read(
        _ bucket: DeployBucket, prefix: String
    ) async throws(SiteDeployError) -> (sites: [SiteName: SiteContents], now: HTTPDate) {
        let listing = try await bucket.client.listObjects(bucket.name, prefix: prefix)
        var sites: [SiteName: SiteContents] = [:]
        var recordPlaces: [SiteDeployment] = []
        var aliasPlaces: [(name: AliasName, site: SiteName)] = []
        for object in listing.objects {
            switch DeployKeys.Place(key: object.key) {
            case .manifest(let id, let site): sites[site, default: SiteContents()].manifests[id] = object.writtenAt
            case .record(let id, let site): recordPlaces.append(SiteDeployment(site: site, id: id))
            case .alias(let name, let site): aliasPlaces.append((name, site))
            case .blob, .lease, .leaseManifest, .lock, .marks, nil: break
            }
        }
        try await forEachBounded(recordPlaces, width: BlobUploader.parallelism) { place throws(SiteDeployError) in
            (place, try await bucket.record(place.id, of: place.site))
        } collect: { place, record in
            if let record { sites[place.site, default: SiteContents()].records[place.id] = record.document }
        }
        try await forEachBounded(aliasPlaces, width: BlobUploader.parallelism) { place throws(SiteDeployError) in
            (place, try await bucket.alias(place.name, of: place.site))
        } collect: { place, alias in
            if let alias { sites[place.site, default: SiteContents()].aliases[place.name] = alias }
        }
        return (sites, listing.now)
    }
}

/// Leases that count, and those that have grown old.
struct LiveLeases: Sendable {
    var deploys: Set<SiteDeployment> = []
    /// What running deploys need beyond stored manifests.
    var blobs: Set<BlobHash> = []
    /// Keys below leases/ that nobody keeps young any more.
    var stale: [String] = []

    static func read(_ bucket: DeployBucket) async throws(SiteDeployError) -> LiveLeases {
        let listing = try await bucket.client.listObjects(bucket.name, prefix: DeployKeys.leases)
        var result = LiveLeases()
        var live: Set<String> = []
        for object in listing.objects {
            guard case .lease(let id)? = DeployKeys.Place(key: object.key) else { continue }
            if RaisedFlag.isRaised(writtenAt: object.writtenAt, now: listing.now, seconds: RaisedFlag.leaseSeconds) { live.insert(id) }
        }
        for object in listing.objects {
            let (id, isOld): (String, Bool)
            switch DeployKeys.Place(key: object.key) {
            case .lease(let lease), .leaseManifest(let lease):
                id = lease
                isOld = !RaisedFlag.isRaised(writtenAt: object.writtenAt, now: listing.now, seconds: RaisedFlag.leaseSeconds * 2)
            default: continue
            }
            if !live.contains(id), isOld { result.stale.append(object.key) }
        }
        for id in live.sorted() {
            // Gone meanwhile: given back after its work was done, which shows in what is read after the leases.
            guard
                let lease = try await bucket.document(
                    DeployKeys.lease(id), { bytes, key throws(DeployDocumentError) in try Lease(reading: bytes, document: key) })?.document
            else { continue }
            result.deploys.insert(SiteDeployment(site: lease.site, id: lease.deploy))
            guard lease.hasManifest else { continue }
            if let manifest = try await bucket.manifest(at: DeployKeys.leaseManifest(id), id: lease.deploy) {
                result.blobs.formUnion(manifest.manifest.blobs.lazy.map(\.hash))
            }
        }
        return result
    }
}
