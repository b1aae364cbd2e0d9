// The documents of a deploy bucket, typed. Each method is one request, or one and a look at its outcome.

package import DeployModel

/// A document with what a conditional write of its successor needs.
package struct Stored<Document: Sendable>: Sendable {
    package var document: Document
    package var entityTag: String
}

/// A bucket that holds deploys.
package struct DeployBucket: Sendable {
    /// Fields of the manifest object: its whole digest tells two manifests with one id apart.
    static let digestField = "x-amz-meta-skerry-digest"

    package let client: S3Client
    package let name: String

    package init(client: S3Client, name: String) {
        self.client = client
        self.name = name
    }

    /// A deploy's manifest; nil when there is none. Refuses one that is not what its id says.
    package func manifest(_ id: DeployID, of site: SiteName) async throws(SiteDeployError) -> EncodedManifest? {
        try await manifest(at: DeployKeys.manifest(id, of: site), id: id)
    }

    func manifest(at key: String, id: DeployID) async throws(SiteDeployError) -> EncodedManifest? {
        guard let object = try await client.getObject(name, key: key, bytesMax: DeployLimits.manifestBytesMax) else { return nil }
        let encoded = try read { () throws(DeployDocumentError) in try EncodedManifest(reading: object.bytes, document: key) }
        guard encoded.id == id else {
            throw .document(DeployDocumentError(document: key, reason: "its content has the digest \(encoded.digest)"))
        }
        return encoded
    }

    /// Whether exactly this manifest is stored. Throws when another one has its id.
    func has(_ encoded: EncodedManifest, of site: SiteName) async throws(SiteDeployError) -> Bool {
        let key = DeployKeys.manifest(encoded.id, of: site)
        guard let head = try await client.headObject(name, key: key) else { return false }
        if let digest = head.fields[Self.digestField] {
            guard digest == encoded.digest else { throw .conflict("\(key) holds another manifest, with the digest \(digest)") }
            return true
        }
        // Copied by something that drops metadata: the content itself has to tell.
        return try await manifest(encoded.id, of: site)?.digest == encoded.digest
    }

    /// Stores a manifest; one that is there already is fine.
    func put(_ encoded: EncodedManifest, of site: SiteName) async throws(SiteDeployError) {
        let headers = [
            ("Content-Type", "application/json"), ("Cache-Control", CacheControlRule.immutable.rawValue), (Self.digestField, encoded.digest),
        ]
        let written = try await client.putObject(
            name, key: DeployKeys.manifest(encoded.id, of: site), headers: headers,
            body: .hashed(encoded.bytes, sha256: encoded.digest), if: .absent)
        if written == nil, try await !has(encoded, of: site) {
            throw .conflict("the manifest of \(encoded.id) was removed while it was written")
        }
    }

    package func alias(_ alias: AliasName, of site: SiteName) async throws(SiteDeployError) -> Stored<AliasDocument>? {
        try await document(DeployKeys.alias(alias, of: site)) { bytes, key throws(DeployDocumentError) in
            try AliasDocument(reading: bytes, document: key)
        }
    }

    /// Whether the alias was written; not when it has changed since it was read.
    func put(_ alias: AliasDocument, replacing stored: Stored<AliasDocument>?) async throws(SiteDeployError) -> Bool {
        let condition = stored.map { S3Condition.matches($0.entityTag) } ?? .absent
        return try await put(alias.bytes, at: DeployKeys.alias(alias.name, of: alias.site), if: condition) != nil
    }

    package func record(_ id: DeployID, of site: SiteName) async throws(SiteDeployError) -> Stored<DeployRecord>? {
        try await document(DeployKeys.record(id, of: site)) { bytes, key throws(DeployDocumentError) in
            try DeployRecord(reading: bytes, document: key)
        }
    }

    func document<Document: Sendable>(
        _ key: String, bytesMax: Int = DeployLimits.documentBytesMax,
        _ reader: ([UInt8], String) throws(DeployDocumentError) -> Document
    ) async throws(SiteDeployError) -> Stored<Document>? {
        guard let object = try await client.getObject(name, key: key, bytesMax: bytesMax) else { return nil }
        let document = try read { () throws(DeployDocumentError) in try reader(object.bytes, key) }
        return Stored(document: document, entityTag: object.entityTag)
    }

    /// Writes a small document: its entity tag, or nil when the condition does not hold.
    @discardableResult
    func put(_ bytes: [UInt8], at key: String, if condition: S3Condition = .none) async throws(SiteDeployError) -> String? {
        try await client.putObject(
            name, key: key, headers: [("Content-Type", "application/json"), ("Cache-Control", "no-cache")], body: .bytes(bytes),
            if: condition)
    }

    private func read<Value>(_ body: () throws(DeployDocumentError) -> Value) throws(SiteDeployError) -> Value {
        do throws(DeployDocumentError) {
            return try body()
        } catch {
            throw .document(error)
        }
    }
}
