// Where things are in a deploy bucket. One bucket holds any number of sites; equal files of all of them are one blob.
//
//     blobs/SHA256                         content, written once, never changed
//     sites/SITE/deploys/ID                manifest, written once, after all of its blobs
//     sites/SITE/records/ID                when and by whom it was deployed, until when it is wanted
//     sites/SITE/aliases/NAME              which deploy a name shows, moved by conditional writes
//     leases/LEASE/lease, .../manifest     a deploy under way, and what it needs
//     collection/lock, collection/marks    the garbage collection under way; what it has seen unneeded, since when

/// The keys of a deploy bucket.
package enum DeployKeys {
    package static let blobs = "blobs/"
    package static let sites = "sites/"
    package static let leases = "leases/"
    package static let lock = "collection/lock"
    package static let marks = "collection/marks"

    package static func blob(_ hash: BlobHash) -> String { blobs + hash.description }
    package static func manifest(_ id: DeployID, of site: SiteName) -> String { manifests(of: site) + id.description }
    package static func manifests(of site: SiteName) -> String { "\(sites)\(site)/deploys/" }
    package static func record(_ id: DeployID, of site: SiteName) -> String { records(of: site) + id.description }
    package static func records(of site: SiteName) -> String { "\(sites)\(site)/records/" }
    package static func alias(_ name: AliasName, of site: SiteName) -> String { aliases(of: site) + name.description }
    package static func aliases(of site: SiteName) -> String { "\(sites)\(site)/aliases/" }
    package static func lease(_ id: String) -> String { "\(leases)\(id)/lease" }
    package static func leaseManifest(_ id: String) -> String { "\(leases)\(id)/manifest" }

    /// What a key holds.
    package enum Place: Sendable, Hashable {
        case blob(BlobHash)
        case manifest(DeployID, SiteName)
        case record(DeployID, SiteName)
        case alias(AliasName, SiteName)
        case lease(String)
        case leaseManifest(String)
        case lock, marks

        /// Nil for a key that is none of ours; nobody but its owner touches it.
        package init?(key: String) {
            if key == DeployKeys.lock {
                self = .lock
                return
            }
            if key == DeployKeys.marks {
                self = .marks
                return
            }
            let parts = key.split(separator: "/", omittingEmptySubsequences: false)
            switch (parts.first, parts.count) {
            case ("blobs", 2):
                guard let hash = BlobHash(parts[1]) else { return nil }
                self = .blob(hash)
            case ("leases", 3):
                switch parts[2] {
                case "lease": self = .lease(String(parts[1]))
                case "manifest": self = .leaseManifest(String(parts[1]))
                default: return nil
                }
            case ("sites", 4):
                guard let site = SiteName(String(parts[1])) else { return nil }
                switch parts[2] {
                case "deploys":
                    guard let id = DeployID(parts[3]) else { return nil }
                    self = .manifest(id, site)
                case "records":
                    guard let id = DeployID(parts[3]) else { return nil }
                    self = .record(id, site)
                case "aliases":
                    guard let name = AliasName(String(parts[3]), of: site) else { return nil }
                    self = .alias(name, site)
                default: return nil
                }
            default: return nil
            }
        }
    }
}
