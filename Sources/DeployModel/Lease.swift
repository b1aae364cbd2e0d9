// How deploys and garbage collection keep out of each other's way, with nothing but objects.
//
// Both raise a flag before they look for the other's. A deploy writes its lease (with the manifest of what it needs),
// then looks for the collection's lock, and only then asks which blobs are there; if the lock is held it waits for its end
// first. The collection takes its lock, then reads the leases, and only then aliases and manifests. Whichever flag came
// second sees the first: either the collection knows what the deploy needs, or the deploy asks after the collection is done.
//
// A flag counts as long as it is young, by the store's own clock (Last-Modified against Date), so that clocks of two
// machines need not agree. Owners renew theirs; a killed owner's flag grows old.

package import HTTPSemantics
import JSONDocuments

/// A flag that an owner keeps young.
package enum RaisedFlag {
    /// Age at which a lease no longer protects, seconds.
    package static let leaseSeconds: Int64 = 180
    /// Age at which a lock can be taken over, seconds. Deploys wait no longer than this for a collection that was killed.
    package static let lockSeconds: Int64 = 60
    /// Age after which an owner must renew before it relies on its flag, seconds.
    package static let renewLeaseSeconds: Int64 = 60
    package static let renewLockSeconds: Int64 = 20

    package static func isRaised(writtenAt: HTTPDate, now: HTTPDate, seconds: Int64) -> Bool {
        now.seconds(since: writtenAt) < seconds
    }
}

/// A deploy under way.
package struct Lease: Sendable, Hashable {
    /// Random, 32 hexadecimal digits.
    package var id: String
    package var site: SiteName
    package var deploy: DeployID
    /// Whether the manifest beside it tells what it needs; else the deploy's stored manifest does.
    package var hasManifest: Bool

    package init(id: String, site: SiteName, deploy: DeployID, hasManifest: Bool) {
        self.id = id
        self.site = site
        self.deploy = deploy
        self.hasManifest = hasManifest
    }

    static let kind = "skerry_lease"
    static let version: Int64 = 1

    package var bytes: [UInt8] {
        JSONValue.object([
            Self.kind: .integer(Self.version), "id": .string(id), "site": .string(site.description),
            "deploy": .string(deploy.description), "has_manifest": .boolean(hasManifest),
        ]).bytes
    }

    package init(reading bytes: [UInt8], document: String) throws(DeployDocumentError) {
        do throws(JSONError) {
            var object = try JSONObject(document: bytes, kind: Self.kind, version: Self.version)
            guard let site = SiteName(try object.string("site")) else { throw JSONError("site: no site's name") }
            guard let deploy = DeployID(try object.string("deploy")) else { throw JSONError("deploy: no deploy's id") }
            self.init(id: try object.string("id"), site: site, deploy: deploy, hasManifest: try object.flag("has_manifest"))
            try object.finish()
        } catch {
            throw DeployDocumentError(document: document, error)
        }
    }
}

/// The garbage collection under way.
package struct CollectionLock: Sendable, Hashable {
    package var owner: String
    package var renewals: Int64

    package init(owner: String, renewals: Int64 = 0) {
        self.owner = owner
        self.renewals = renewals
    }

    package var bytes: [UInt8] {
        JSONValue.object(["skerry_lock": .integer(1), "owner": .string(owner), "renewals": .integer(renewals)]).bytes
    }
}

/// Blobs that no deploy needed, each with the time at which that was first seen.
package struct CollectionMarks: Sendable, Hashable {
    package var since: [BlobHash: HTTPDate]

    package init(since: [BlobHash: HTTPDate] = [:]) { self.since = since }

    static let kind = "skerry_marks"
    static let version: Int64 = 1

    package var bytes: [UInt8] {
        let sorted = since.sorted { $0.key < $1.key }
        return JSONValue.object([
            Self.kind: .integer(Self.version),
            "blobs": .object(sorted.map { JSONMember($0.key.description, .integer($0.value.secondsSince1970)) }),
        ]).bytes
    }

    package init(reading bytes: [UInt8], document: String) throws(DeployDocumentError) {
        do throws(JSONError) {
            var object = try JSONObject(document: bytes, kind: Self.kind, version: Self.version)
            var since: [BlobHash: HTTPDate] = [:]
            for member in try object.members("blobs") {
                guard let hash = BlobHash(member.name), case .integer(let seconds) = member.value else {
                    throw JSONError("blobs: hashes with seconds are expected")
                }
                since[hash] = HTTPDate(secondsSince1970: seconds)
            }
            try object.finish()
            self.init(since: since)
        } catch {
            throw DeployDocumentError(document: document, error)
        }
    }
}
