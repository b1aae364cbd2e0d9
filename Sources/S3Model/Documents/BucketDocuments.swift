// Result documents about buckets, among them the truthful "not configured" of every setting this server has not.

import XMLDocuments

package enum BucketDocument {
    package static func location(constraint: String) -> [UInt8] {
        var xml = XMLWriter()
        xml.element("LocationConstraint", namespace: XMLWriter.s3Namespace) { xml in
            xml.text(constraint)
        }
        return xml.bytes
    }

    package static func policyStatus(isPublic: Bool) -> [UInt8] {
        ListDocument.document("PolicyStatus") { xml in xml.leaf("IsPublic", isPublic) }
    }

    /// The answer to reading a setting that is never configured: its error where S3 has one, else its empty document.
    package static func unconfigured(_ setting: UnconfiguredSubresource, query: S3Query, owner: S3Owner) throws(S3Error) -> [UInt8] {
        switch setting {
        case .cors: throw S3Error(.noSuchCORSConfiguration)
        case .encryption: throw S3Error(.serverSideEncryptionConfigurationNotFoundError)
        case .lifecycle: throw S3Error(.noSuchLifecycleConfiguration)
        case .objectLock: throw S3Error(.objectLockConfigurationNotFoundError)
        case .replication: throw S3Error(.replicationConfigurationNotFoundError)
        case .tagging: throw S3Error(.noSuchTagSet)
        case .acl: return ObjectDocument.accessControlPolicy(owner: owner)
        case .accelerate: return empty("AccelerateConfiguration")
        case .logging: return empty("BucketLoggingStatus")
        case .notification: return empty("NotificationConfiguration")
        case .versioning: return empty("VersioningConfiguration")
        case .requestPayment:
            return ListDocument.document("RequestPaymentConfiguration") { xml in xml.leaf("Payer", "BucketOwner") }
        case .ownershipControls:
            return ListDocument.document("OwnershipControls") { xml in
                xml.element("Rule") { xml in xml.leaf("ObjectOwnership", "BucketOwnerEnforced") }
            }
        case .analytics: return try emptyList("ListBucketAnalyticsConfigurationResult", query)
        case .intelligentTiering: return try emptyList("ListBucketIntelligentTieringConfigurationsOutput", query)
        case .inventory: return try emptyList("ListInventoryConfigurationsResult", query)
        case .metrics: return try emptyList("ListMetricsConfigurationsResult", query)
        }
    }

    private static func empty(_ root: String) -> [UInt8] { ListDocument.document(root) { _ in } }

    /// These settings are lists of named configurations: by id there is none, as a list it is empty.
    private static func emptyList(_ root: String, _ query: S3Query) throws(S3Error) -> [UInt8] {
        guard !query.has("id") else { throw S3Error(.noSuchConfiguration) }
        return ListDocument.document(root) { xml in xml.leaf("IsTruncated", false) }
    }
}
