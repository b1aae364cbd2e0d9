// How a deploy went, in the forms that people and CI read. All of them say the same.

package import HTTPSemantics
package import JSONDocuments

/// One deploy, done.
package struct DeployReport: Sendable, Hashable {
    /// A finding, as annotations want it.
    package struct Finding: Sendable, Hashable {
        package var isError: Bool
        package var file: String
        package var line: Int?
        package var message: String

        package init(isError: Bool, file: String, line: Int?, message: String) {
            self.isError = isError
            self.file = file
            self.line = line
            self.message = message
        }
    }

    package var site: SiteName
    package var deploy: DeployID
    package var digest: String
    /// Of this very deploy, whatever aliases show.
    package var url: String
    package var alias: AliasName?
    package var aliasURL: String?
    package var previous: DeployID?
    package var aliasMoved = false
    package var existed = false
    package var files = 0
    package var bytes = 0
    package var blobs = 0
    package var uploaded = 0
    package var uploadedBytes = 0
    package var expiresAt: HTTPDate?
    package var milliseconds = 0
    package var by = Creator()
    package var findings: [Finding] = []

    package init(site: SiteName, deploy: DeployID, digest: String, url: String) {
        self.site = site
        self.deploy = deploy
        self.digest = digest
        self.url = url
    }

    package var reused: Int { blobs - uploaded }

    /// Names and values for later steps of a job.
    package var outputs: [(name: String, value: String)] {
        [
            ("url", url), ("alias-url", aliasURL ?? ""), ("alias", alias?.description ?? ""), ("deploy-id", deploy.description),
            ("manifest-digest", digest), ("previous-deploy-id", previous?.description ?? ""), ("files", String(files)),
            ("files-uploaded", String(uploaded)), ("bytes-uploaded", String(uploadedBytes)), ("reused", String(reused)),
            ("expires-at", expiresAt?.iso8601 ?? ""),
        ]
    }

    /// One object for `--json`.
    package var json: JSONValue {
        .object([
            "site": .string(site.description), "deploy_id": .string(deploy.description), "manifest_digest": .string(digest),
            "url": .string(url), "alias": alias.map { .string($0.description) }, "alias_url": aliasURL.map(JSONValue.string),
            "alias_moved": .boolean(aliasMoved), "previous_deploy_id": previous.map { .string($0.description) },
            "existed": .boolean(existed), "files": .integer(Int64(files)), "bytes": .integer(Int64(bytes)),
            "blobs": .integer(Int64(blobs)), "files_uploaded": .integer(Int64(uploaded)),
            "bytes_uploaded": .integer(Int64(uploadedBytes)), "reused": .integer(Int64(reused)),
            "expires_at": expiresAt.map { .string($0.iso8601) }, "milliseconds": .integer(Int64(milliseconds)), "by": by.json,
            "findings": .array(
                findings.map {
                    .object([
                        "severity": .string($0.isError ? "error" : "warning"), "file": .string($0.file),
                        "line": $0.line.map { .integer(Int64($0)) }, "message": .string($0.message),
                    ])
                }),
        ])
    }
}
