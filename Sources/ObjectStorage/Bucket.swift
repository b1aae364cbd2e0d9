/// A bucket as the store knows it.
package struct Bucket: Sendable, Hashable {
    /// The name, already validated by the caller; compared byte for byte.
    package var name: String
    /// Canonical user id of the owner.
    package var owner: String
    /// The LocationConstraint the bucket was made with; empty for none (us-east-1).
    package var region: String
    package var created: StoreInstant

    package init(name: String, owner: String, region: String, created: StoreInstant) {
        self.name = name
        self.owner = owner
        self.region = region
        self.created = created
    }
}

/// Names one kind of bucket configuration document; the store keeps the bytes and never looks inside.
package struct BucketConfigurationKind: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package var description: String { rawValue }

    package static let accelerate = Self(rawValue: "accelerate")
    package static let acl = Self(rawValue: "acl")
    package static let cors = Self(rawValue: "cors")
    package static let encryption = Self(rawValue: "encryption")
    package static let lifecycle = Self(rawValue: "lifecycle")
    package static let logging = Self(rawValue: "logging")
    package static let notification = Self(rawValue: "notification")
    package static let ownershipControls = Self(rawValue: "ownershipControls")
    package static let policy = Self(rawValue: "policy")
    package static let publicAccessBlock = Self(rawValue: "publicAccessBlock")
    package static let requestPayment = Self(rawValue: "requestPayment")
    package static let tagging = Self(rawValue: "tagging")
    package static let versioning = Self(rawValue: "versioning")
    package static let website = Self(rawValue: "website")
}

/// Which buckets to list: those of `owner` (nil: everyone's) with `prefix`, after the name `after`.
package struct BucketListQuery: Sendable, Hashable {
    package var owner: String?
    package var prefix: String
    package var after: String?
    /// Clamped to 0 ... `ObjectStoreLimits.bucketPageEntriesMax`.
    package var entriesMax: Int

    package init(
        owner: String? = nil, prefix: String = "", after: String? = nil,
        entriesMax: Int = ObjectStoreLimits.bucketPageEntriesMax
    ) {
        self.owner = owner
        self.prefix = prefix
        self.after = after
        self.entriesMax = entriesMax
    }
}

/// One page of buckets in UTF-8 order of their names.
package struct BucketListPage: Sendable, Hashable {
    package var buckets: [Bucket]
    /// Pass as `after` for the next page; nil at the end.
    package var next: String?

    package init(buckets: [Bucket], next: String?) {
        self.buckets = buckets
        self.next = next
    }
}
