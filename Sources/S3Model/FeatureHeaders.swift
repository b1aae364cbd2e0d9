// Fields that ask for features this server has not. They are refused, never ignored: a client that asked for encryption
// or a lock must not believe it got it.

import HTTPTypes

enum FeatureHeaders {
    private static let encryptionPrefixes = ["x-amz-server-side-encryption", "x-amz-copy-source-server-side-encryption"]
    private static let lockPrefixes = ["x-amz-object-lock-"]

    static func refuseOnRead(_ fields: HTTPFields) throws(S3Error) {
        try refuse(fields, prefixes: encryptionPrefixes, "Server-side encryption")
    }

    static func refuseOnWrite(_ fields: HTTPFields) throws(S3Error) {
        try refuse(fields, prefixes: encryptionPrefixes, "Server-side encryption")
        try refuse(fields, prefixes: lockPrefixes, "Object lock")
        try refuse(fields, prefixes: ["x-amz-write-offset-bytes"], "Appending to objects")
        try refuseTagging(fields)
        try refuseACL(fields)
        if let storageClass = fields[.xAmzStorageClass], storageClass != "STANDARD" {
            throw S3Error(.invalidStorageClass, "The storage class \(storageClass) is not available here; use STANDARD")
                .with("StorageClassRequested", storageClass)
        }
    }

    static func refuseOnDelete(_ fields: HTTPFields) throws(S3Error) {
        try refuse(fields, prefixes: ["x-amz-mfa"], "MFA delete")
        try refuse(fields, prefixes: ["x-amz-if-match-"], "Deleting by size or modification time")
    }

    static func refuseOnCreateBucket(_ fields: HTTPFields) throws(S3Error) {
        try refuseACL(fields)
        for field in fields where field.name.canonicalName == "x-amz-bucket-object-lock-enabled" && field.value.lowercased() != "false" {
            throw .notImplemented("Object lock").with("Header", field.name.rawName)
        }
        if let ownership = fields[.xAmzObjectOwnership], ownership != "BucketOwnerEnforced" {
            throw .notImplemented("Object ownership \(ownership); every bucket is BucketOwnerEnforced").with("Header", "x-amz-object-ownership")
        }
    }

    /// Only the ACLs that say what is the case anyway: the owner has everything, others nothing but what policy grants.
    private static func refuseACL(_ fields: HTTPFields) throws(S3Error) {
        if let acl = fields[.xAmzACL], acl != "private", acl != "bucket-owner-full-control" {
            throw S3Error(.accessControlListNotSupported, "The bucket does not allow ACLs; grant access by bucket policy instead of \(acl)")
        }
        for field in fields where field.name.canonicalName.hasPrefix("x-amz-grant-") {
            throw S3Error(.accessControlListNotSupported).with("Header", field.name.rawName)
        }
    }

    private static func refuseTagging(_ fields: HTTPFields) throws(S3Error) {
        for field in fields where field.name.canonicalName == "x-amz-tagging" && !field.value.isEmpty {
            throw .notImplemented("Object tagging").with("Header", field.name.rawName)
        }
        // rclone and the CLI send COPY or REPLACE beside the metadata directive; without tags both mean the same.
        if let directive = fields[.xAmzTaggingDirective], directive != "COPY", directive != "REPLACE" {
            throw .invalidArgument("x-amz-tagging-directive", directive, "Unknown tagging directive.")
        }
    }

    private static func refuse(_ fields: HTTPFields, prefixes: [String], _ feature: String) throws(S3Error) {
        for field in fields where prefixes.contains(where: { field.name.canonicalName.hasPrefix($0) }) {
            throw .notImplemented(feature).with("Header", field.name.rawName)
        }
    }
}
