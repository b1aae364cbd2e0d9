// The XML bodies of DeleteObjects, CompleteMultipartUpload, CreateBucket and PutPublicAccessBlock.

import XMLDocuments

/// Named maximums of request documents, in bytes.
package enum RequestDocumentLimit {
    /// 1,000 keys of 1,024 bytes, each byte up to six characters when escaped, and the tags around them.
    package static let deleteBytesMax = 8 * 1024 * 1024
    /// 10,000 parts with an ETag and a checksum each.
    package static let completeMultipartUploadBytesMax = 4 * 1024 * 1024
    package static let createBucketBytesMax = 16 * 1024
    package static let publicAccessBlockBytesMax = 16 * 1024
    package static let ownershipControlsBytesMax = 16 * 1024
    /// S3 User Guide: a website configuration has at most 128 KB.
    package static let websiteBytesMax = 128 * 1024
    /// S3 User Guide: a bucket policy has at most 20 KB.
    package static let policyBytesMax = 20 * 1024
}

/// The `Delete` document.
package struct DeleteObjectsRequest: Sendable, Equatable {
    package struct Item: Sendable, Equatable {
        package var key: String
        package var versionID: String?
        package var eTag: String?
    }

    package var items: [Item]
    package var isQuiet: Bool

    package static let itemsMax = 1000

    package init(_ bytes: [UInt8]) throws(S3Error) {
        let root = try RequestElement.read(bytes, root: "Delete")
        try root.requireOnly(["Object", "Quiet"])
        isQuiet = try Boolean.read(root, "Quiet") ?? false
        items = []
        for object in root.children where object.name == "Object" {
            try object.requireOnly(["Key", "VersionId", "ETag", "LastModifiedTime", "Size"])
            guard let key = try object.value("Key"), !key.isEmpty else { throw .malformedXML("an Object has no Key") }
            let lastModified = try object.value("LastModifiedTime")
            let size = try object.value("Size")
            guard lastModified == nil, size == nil else { throw .notImplemented("Deleting by size or modification time") }
            items.append(Item(key: key, versionID: try object.value("VersionId"), eTag: try object.value("ETag")))
        }
        guard (1...Self.itemsMax).contains(items.count) else {
            throw .malformedXML("\(items.count) objects; 1 to \(Self.itemsMax) are expected")
        }
    }
}

/// The `CompleteMultipartUpload` document.
package struct CompleteMultipartUploadRequest: Sendable, Equatable {
    package struct Part: Sendable, Equatable {
        package var number: Int
        /// Without quotes.
        package var eTag: String
        package var checksum: ChecksumValue?
    }

    package var parts: [Part]

    package init(_ bytes: [UInt8]) throws(S3Error) {
        let root = try RequestElement.read(bytes, root: "CompleteMultipartUpload")
        try root.requireOnly(["Part"])
        parts = []
        for child in root.children {
            try child.requireOnly(Set(["PartNumber", "ETag"] + ChecksumAlgorithm.allCases.map(\.elementName)))
            guard let numberText = try child.value("PartNumber"), let number = Int(numberText.trimmingSpaces()) else {
                throw .malformedXML("a Part has no PartNumber")
            }
            guard PartAddress.numbers.contains(number) else {
                throw .invalidArgument("PartNumber", numberText, "PartNumber must be between 1 and 10000")
            }
            guard let eTag = try child.value("ETag") else { throw .malformedXML("a Part has no ETag") }
            var checksum: ChecksumValue?
            for algorithm in ChecksumAlgorithm.allCases {
                guard let text = try child.value(algorithm.elementName) else { continue }
                guard let value = ChecksumValue(algorithm: algorithm, text: text) else {
                    throw S3Error(.invalidRequest, "Value for \(algorithm.elementName) is invalid.")
                }
                checksum = value
            }
            if let last = parts.last, last.number >= number { throw S3Error(.invalidPartOrder) }
            parts.append(Part(number: number, eTag: WriteCondition.unquoted(eTag.trimmingSpaces()), checksum: checksum))
        }
        guard !parts.isEmpty else { throw .malformedXML("no Part") }
        guard parts.count <= PartAddress.numbers.upperBound else { throw .malformedXML("more than 10000 parts") }
    }
}

/// The `CreateBucketConfiguration` document; an empty body means the default region.
package struct CreateBucketRequest: Sendable, Equatable {
    package var locationConstraint: String?

    package init(_ bytes: [UInt8]) throws(S3Error) {
        guard !bytes.isEmpty else { return }
        let root = try RequestElement.read(bytes, root: "CreateBucketConfiguration")
        try root.requireOnly(["LocationConstraint", "Location", "Bucket", "Tags"])
        if let tags = try root.only("Tags"), !tags.children.isEmpty { throw .notImplemented("Bucket tagging") }
        let location = try root.only("Location")
        let bucket = try root.only("Bucket")
        guard location == nil, bucket == nil else { throw .notImplemented("Directory buckets") }
        locationConstraint = try root.value("LocationConstraint").flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// The `OwnershipControls` document: one rule with one value.
package struct OwnershipControlsRequest: Sendable, Equatable {
    package var objectOwnership: String

    /// What every bucket has: no access control lists.
    package static let enforced = "BucketOwnerEnforced"

    package init(_ bytes: [UInt8]) throws(S3Error) {
        let root = try RequestElement.read(bytes, root: "OwnershipControls")
        try root.requireOnly(["Rule"])
        guard let rule = try root.only("Rule") else { throw .malformedXML("no Rule") }
        try rule.requireOnly(["ObjectOwnership"])
        guard let value = try rule.value("ObjectOwnership"), [Self.enforced, "BucketOwnerPreferred", "ObjectWriter"].contains(value) else {
            throw .malformedXML("ObjectOwnership is none of BucketOwnerEnforced, BucketOwnerPreferred and ObjectWriter")
        }
        objectOwnership = value
    }
}

/// The four switches of a bucket's public access block; a switch that is not named is off.
package struct PublicAccessBlock: Sendable, Hashable {
    package var blockPublicACLs: Bool
    package var ignorePublicACLs: Bool
    package var blockPublicPolicy: Bool
    package var restrictPublicBuckets: Bool

    package static let bytesMax = RequestDocumentLimit.publicAccessBlockBytesMax

    package init(blockPublicACLs: Bool, ignorePublicACLs: Bool, blockPublicPolicy: Bool, restrictPublicBuckets: Bool) {
        self.blockPublicACLs = blockPublicACLs
        self.ignorePublicACLs = ignorePublicACLs
        self.blockPublicPolicy = blockPublicPolicy
        self.restrictPublicBuckets = restrictPublicBuckets
    }

    /// AWS's default for new buckets since April 2023.
    package static let all = PublicAccessBlock(
        blockPublicACLs: true, ignorePublicACLs: true, blockPublicPolicy: true, restrictPublicBuckets: true)

    package init(_ bytes: [UInt8]) throws(S3Error) {
        let root = try RequestElement.read(bytes, root: "PublicAccessBlockConfiguration")
        try root.requireOnly(["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"])
        blockPublicACLs = try Boolean.read(root, "BlockPublicAcls") ?? false
        ignorePublicACLs = try Boolean.read(root, "IgnorePublicAcls") ?? false
        blockPublicPolicy = try Boolean.read(root, "BlockPublicPolicy") ?? false
        restrictPublicBuckets = try Boolean.read(root, "RestrictPublicBuckets") ?? false
    }

    package var document: [UInt8] {
        var xml = XMLWriter()
        xml.element("PublicAccessBlockConfiguration", namespace: XMLWriter.s3Namespace) { xml in
            xml.leaf("BlockPublicAcls", blockPublicACLs)
            xml.leaf("IgnorePublicAcls", ignorePublicACLs)
            xml.leaf("BlockPublicPolicy", blockPublicPolicy)
            xml.leaf("RestrictPublicBuckets", restrictPublicBuckets)
        }
        return xml.bytes
    }
}

/// xsd:boolean, in any case as S3 reads it.
enum Boolean {
    static func read(_ element: RequestElement, _ name: String) throws(S3Error) -> Bool? {
        guard let text = try element.value(name) else { return nil }
        switch text.trimmingSpaces().lowercased() {
        case "true", "1": return true
        case "false", "0": return false
        default: throw .malformedXML("\(name) is neither true nor false")
        }
    }
}
