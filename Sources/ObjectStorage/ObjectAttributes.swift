/// What a writer says about an object besides its bytes; stored as given and handed back as given.
package struct ObjectAttributes: Sendable, Hashable {
    package var contentType: String?
    package var cacheControl: String?
    package var contentDisposition: String?
    package var contentEncoding: String?
    package var contentLanguage: String?
    /// The `Expires` field as it was sent; not parsed.
    package var expires: String?
    /// `x-amz-meta-*` in the order sent, names without the prefix.
    package var userMetadata: [UserMetadataField]
    /// `x-amz-website-redirect-location`.
    package var websiteRedirectLocation: String?
    package var storageClass: String
    /// Canonical id of the object's owner; nil means the bucket's.
    package var owner: String?
    /// Opaque documents that belong to the object (an ACL, a tag set), by name.
    package var documents: [String: [UInt8]]

    package init(
        contentType: String? = nil, cacheControl: String? = nil, contentDisposition: String? = nil,
        contentEncoding: String? = nil, contentLanguage: String? = nil, expires: String? = nil,
        userMetadata: [UserMetadataField] = [], websiteRedirectLocation: String? = nil,
        storageClass: String = "STANDARD", owner: String? = nil, documents: [String: [UInt8]] = [:]
    ) {
        self.contentType = contentType
        self.cacheControl = cacheControl
        self.contentDisposition = contentDisposition
        self.contentEncoding = contentEncoding
        self.contentLanguage = contentLanguage
        self.expires = expires
        self.userMetadata = userMetadata
        self.websiteRedirectLocation = websiteRedirectLocation
        self.storageClass = storageClass
        self.owner = owner
        self.documents = documents
    }
}

/// One `x-amz-meta-NAME: VALUE`.
package struct UserMetadataField: Sendable, Hashable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// An integrity checksum in S3's vocabulary, verified by the caller before it gets here.
package struct ObjectChecksum: Sendable, Hashable {
    package enum Scope: String, Sendable, Hashable {
        case fullObject = "FULL_OBJECT"
        case composite = "COMPOSITE"
    }

    /// `CRC32`, `CRC32C`, `CRC64NVME`, `SHA1`, `SHA256`, ... as S3 spells it.
    package var algorithm: String
    package var scope: Scope
    /// Base64, with "-n" behind it for composite checksums.
    package var value: String

    package init(algorithm: String, scope: Scope = .fullObject, value: String) {
        self.algorithm = algorithm
        self.scope = scope
        self.value = value
    }
}
