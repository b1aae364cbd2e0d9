// S3's actions with the kind of resource each applies to (Service Authorization Reference, "Actions, resources, and
// condition keys for Amazon S3"), without the actions on accounts, access points and jobs, which a bucket policy
// cannot grant. A policy that names any other action is refused: it would silently never match.

enum PolicyAction {
    enum Level: Sendable { case bucket, object }

    /// Every action, in lower case after `s3:`.
    static let levels: [String: Level] = {
        var levels: [String: Level] = [:]
        for name in bucketActions { levels["s3:" + name.lowercased()] = .bucket }
        for name in objectActions { levels["s3:" + name.lowercased()] = .object }
        return levels
    }()

    private static let bucketActions = [
        "CreateBucket", "CreateBucketMetadataTableConfiguration", "DeleteBucket", "DeleteBucketMetadataTableConfiguration",
        "DeleteBucketPolicy", "DeleteBucketWebsite", "GetAccelerateConfiguration", "GetAnalyticsConfiguration", "GetBucketAcl",
        "GetBucketCORS", "GetBucketLocation", "GetBucketLogging", "GetBucketMetadataTableConfiguration", "GetBucketNotification",
        "GetBucketObjectLockConfiguration", "GetBucketOwnershipControls", "GetBucketPolicy", "GetBucketPolicyStatus",
        "GetBucketPublicAccessBlock", "GetBucketRequestPayment", "GetBucketTagging", "GetBucketVersioning", "GetBucketWebsite",
        "GetEncryptionConfiguration", "GetIntelligentTieringConfiguration", "GetInventoryConfiguration",
        "GetLifecycleConfiguration", "GetMetricsConfiguration", "GetReplicationConfiguration", "ListBucket",
        "ListBucketMultipartUploads", "ListBucketVersions", "ListTagsForResource", "PutAccelerateConfiguration",
        "PutAnalyticsConfiguration", "PutBucketAcl", "PutBucketCORS", "PutBucketLogging", "PutBucketNotification",
        "PutBucketObjectLockConfiguration", "PutBucketOwnershipControls", "PutBucketPolicy", "PutBucketPublicAccessBlock",
        "PutBucketRequestPayment", "PutBucketTagging", "PutBucketVersioning", "PutBucketWebsite", "PutEncryptionConfiguration",
        "PutIntelligentTieringConfiguration", "PutInventoryConfiguration", "PutLifecycleConfiguration",
        "PutMetricsConfiguration", "PutReplicationConfiguration", "TagResource", "UntagResource",
    ]

    private static let objectActions = [
        "AbortMultipartUpload", "BypassGovernanceRetention", "DeleteObject", "DeleteObjectTagging", "DeleteObjectVersion",
        "DeleteObjectVersionTagging", "GetObject", "GetObjectAcl", "GetObjectAttributes", "GetObjectLegalHold",
        "GetObjectRetention", "GetObjectTagging", "GetObjectTorrent", "GetObjectVersion", "GetObjectVersionAcl",
        "GetObjectVersionAttributes", "GetObjectVersionForReplication", "GetObjectVersionTagging", "GetObjectVersionTorrent",
        "InitiateReplication", "ListMultipartUploadParts", "ObjectOwnerOverrideToBucketOwner", "PutObject", "PutObjectAcl",
        "PutObjectLegalHold", "PutObjectRetention", "PutObjectTagging", "PutObjectVersionAcl", "PutObjectVersionTagging",
        "ReplicateDelete", "ReplicateObject", "ReplicateTags", "RestoreObject",
    ]
}

/// One entry of Action or NotAction, compared without case.
struct ActionPattern: Sendable {
    let pattern: PolicyPattern

    /// Nil unless the text is `*` or starts with `s3:` and covers at least one action.
    init?(_ text: String) {
        let lowercased = text.lowercased()
        guard lowercased == "*" || lowercased.hasPrefix("s3:") else { return nil }
        pattern = PolicyPattern(wildcards: lowercased)
        guard PolicyAction.levels.keys.contains(where: { [pattern] in pattern.matches(literally: $0) }) else { return nil }
    }

    /// - Parameter action: lower case, such as `s3:getobject`.
    func matches(_ action: String) -> Bool { pattern.matches(literally: action) }
}
