// What is known of a deploy beside its content. Unlike the manifest it changes: the same content deployed again wants a
// longer life.

package import HTTPSemantics
import JSONDocuments

/// When and by whom a deploy was made, and until when it is wanted.
package struct DeployRecord: Sendable, Hashable {
    package var deploy: DeployID
    package var site: SiteName
    package var createdAt: HTTPDate
    /// The newest time at which this content was deployed.
    package var deployedAt: HTTPDate
    /// Nil: as long as the newest deploys of its site are kept.
    package var expiresAt: HTTPDate?
    package var fileCount: Int
    package var byteCount: Int
    package var by: Creator

    package init(
        deploy: DeployID, site: SiteName, at now: HTTPDate, expiresAt: HTTPDate?, fileCount: Int, byteCount: Int, by: Creator
    ) {
        self.deploy = deploy
        self.site = site
        createdAt = now
        deployedAt = now
        self.expiresAt = expiresAt
        self.fileCount = fileCount
        self.byteCount = byteCount
        self.by = by
    }

    /// The same content was deployed once more: it lives as long as the longer of both wishes.
    package mutating func repeated(at now: HTTPDate, expiresAt: HTTPDate?, by: Creator) {
        deployedAt = max(deployedAt, now)
        self.expiresAt = self.expiresAt.flatMap { old in expiresAt.map { max(old, $0) } }
        self.by = by
    }
}

extension DeployRecord {
    static let kind = "skerry_record"
    static let version: Int64 = 1

    package var bytes: [UInt8] {
        JSONValue.object([
            Self.kind: .integer(Self.version), "site": .string(site.description), "deploy": .string(deploy.description),
            "created_at": .integer(createdAt.secondsSince1970), "deployed_at": .integer(deployedAt.secondsSince1970),
            "expires_at": expiresAt.map { .integer($0.secondsSince1970) }, "files": .integer(Int64(fileCount)),
            "bytes": .integer(Int64(byteCount)), "by": by.json,
        ]).bytes
    }

    package init(reading bytes: [UInt8], document: String) throws(DeployDocumentError) {
        do throws(JSONError) {
            var object = try JSONObject(document: bytes, kind: Self.kind, version: Self.version)
            guard let site = SiteName(try object.string("site")) else { throw JSONError("site: no site's name") }
            guard let deploy = DeployID(try object.string("deploy")) else { throw JSONError("deploy: no deploy's id") }
            self.site = site
            self.deploy = deploy
            createdAt = HTTPDate(secondsSince1970: try object.integer("created_at"))
            deployedAt = HTTPDate(secondsSince1970: try object.integer("deployed_at"))
            expiresAt = try object.integer(ifPresent: "expires_at").map { HTTPDate(secondsSince1970: $0) }
            fileCount = Int(try object.integer("files"))
            byteCount = Int(try object.integer("bytes"))
            by = try Creator(object.take("by"), at: "by")
            try object.finish()
        } catch {
            throw DeployDocumentError(document: document, error)
        }
    }
}
