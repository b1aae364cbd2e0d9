// Result documents of the listing operations.

import XMLDocuments

/// Who owns a bucket or an object, as documents show it.
package struct S3Owner: Sendable, Hashable {
    package var canonicalID: String
    package var displayName: String

    package init(canonicalID: String, displayName: String) {
        self.canonicalID = canonicalID
        self.displayName = displayName
    }

    func write(_ xml: inout XMLWriter, as name: String = "Owner") {
        xml.element(name) { xml in
            xml.leaf("ID", canonicalID)
            xml.leaf("DisplayName", displayName)
        }
    }
}

/// One row of an object listing.
package struct ListedObject: Sendable, Equatable {
    package var key: String
    package var lastModified: S3Timestamp
    /// Without quotes.
    package var eTag: String
    package var bytes: Int64
    package var checksumAlgorithm: ChecksumAlgorithm?
    package var checksumType: ChecksumType?

    package init(
        key: String, lastModified: S3Timestamp, eTag: String, bytes: Int64, checksumAlgorithm: ChecksumAlgorithm? = nil,
        checksumType: ChecksumType? = nil
    ) {
        self.key = key
        self.lastModified = lastModified
        self.eTag = eTag
        self.bytes = bytes
        self.checksumAlgorithm = checksumAlgorithm
        self.checksumType = checksumType
    }
}

/// One page of objects and common prefixes, in order of names.
package struct ListedPage: Sendable, Equatable {
    package var objects: [ListedObject]
    package var commonPrefixes: [String]
    /// The last name of the page (a key or a common prefix) when more follows.
    package var continuesAfter: String?

    package init(objects: [ListedObject], commonPrefixes: [String], continuesAfter: String?) {
        self.objects = objects
        self.commonPrefixes = commonPrefixes
        self.continuesAfter = continuesAfter
    }
}

package enum ListDocument {
    package struct Bucket: Sendable, Equatable {
        package var name: String
        package var created: S3Timestamp
        package var region: String

        package init(name: String, created: S3Timestamp, region: String) {
            self.name = name
            self.created = created
            self.region = region
        }
    }

    package static func buckets(_ buckets: [Bucket], owner: S3Owner, prefix: String, continuesAfter: String?) -> [UInt8] {
        document("ListAllMyBucketsResult") { xml in
            owner.write(&xml)
            xml.element("Buckets") { xml in
                for bucket in buckets {
                    xml.element("Bucket") { xml in
                        xml.leaf("Name", bucket.name)
                        xml.leaf("CreationDate", bucket.created.iso8601)
                        xml.leaf("BucketRegion", bucket.region)
                    }
                }
            }
            if !prefix.isEmpty { xml.leaf("Prefix", prefix) }
            if let continuesAfter { xml.leaf("ContinuationToken", ContinuationToken(after: continuesAfter).text) }
        }
    }

    package static func objects(
        bucket: BucketName, _ parameters: ListObjectsParameters, _ page: ListedPage, owner: S3Owner
    ) -> [UInt8] {
        let common = parameters.common
        return document("ListBucketResult") { xml in
            xml.leaf("Name", bucket.description)
            // V1 alone prints the prefix as it is, whatever the encoding; SDKs do not decode it there.
            xml.leaf("Prefix", common.prefix)
            xml.leaf("Marker", common.printed(parameters.marker))
            // S3 names the next marker only when there is a delimiter; without one it is the last key.
            if common.delimiter != nil { xml.leaf("NextMarker", ifPresent: page.continuesAfter.map(common.printed)) }
            xml.leaf("MaxKeys", common.keysMax)
            xml.leaf("Delimiter", ifPresent: common.delimiter.map(common.printed))
            if common.encodesURL { xml.leaf("EncodingType", "url") }
            xml.leaf("IsTruncated", page.continuesAfter != nil)
            write(page, common, owner: owner, &xml)
        }
    }

    package static func objectsV2(
        bucket: BucketName, _ parameters: ListObjectsV2Parameters, _ page: ListedPage, owner: S3Owner
    ) -> [UInt8] {
        let common = parameters.common
        return document("ListBucketResult") { xml in
            xml.leaf("Name", bucket.description)
            xml.leaf("Prefix", common.printed(common.prefix))
            xml.leaf("StartAfter", ifPresent: parameters.startAfter.map(common.printed))
            xml.leaf("ContinuationToken", ifPresent: parameters.continuation?.text ?? (parameters.hasEmptyToken ? "" : nil))
            xml.leaf("NextContinuationToken", ifPresent: page.continuesAfter.map { ContinuationToken(after: $0).text })
            xml.leaf("KeyCount", page.objects.count + page.commonPrefixes.count)
            xml.leaf("MaxKeys", common.keysMax)
            xml.leaf("Delimiter", ifPresent: common.delimiter.map(common.printed))
            if common.encodesURL { xml.leaf("EncodingType", "url") }
            xml.leaf("IsTruncated", page.continuesAfter != nil)
            write(page, common, owner: parameters.fetchesOwner ? owner : nil, &xml)
        }
    }

    /// ListObjectVersions of a bucket without versioning: every object is its latest version, `null`.
    package static func versions(
        bucket: BucketName, _ parameters: ListObjectVersionsParameters, _ page: ListedPage, owner: S3Owner
    ) -> [UInt8] {
        let common = parameters.common
        return document("ListVersionsResult") { xml in
            xml.leaf("Name", bucket.description)
            xml.leaf("Prefix", common.printed(common.prefix))
            xml.leaf("KeyMarker", common.printed(parameters.keyMarker))
            xml.leaf("VersionIdMarker", parameters.versionIDMarker ?? "")
            if let next = page.continuesAfter {
                xml.leaf("NextKeyMarker", common.printed(next))
                xml.leaf("NextVersionIdMarker", "null")
            }
            xml.leaf("MaxKeys", common.keysMax)
            xml.leaf("Delimiter", ifPresent: common.delimiter.map(common.printed))
            if common.encodesURL { xml.leaf("EncodingType", "url") }
            xml.leaf("IsTruncated", page.continuesAfter != nil)
            for object in page.objects {
                xml.element("Version") { xml in
                    xml.leaf("Key", common.printed(object.key))
                    xml.leaf("VersionId", "null")
                    xml.leaf("IsLatest", true)
                    writeFacts(object, &xml)
                    owner.write(&xml)
                }
            }
            writePrefixes(page.commonPrefixes, common, &xml)
        }
    }

    private static func write(_ page: ListedPage, _ common: ListParameters, owner: S3Owner?, _ xml: inout XMLWriter) {
        for object in page.objects {
            xml.element("Contents") { xml in
                xml.leaf("Key", common.printed(object.key))
                writeFacts(object, &xml)
                owner?.write(&xml)
            }
        }
        writePrefixes(page.commonPrefixes, common, &xml)
    }

    private static func writeFacts(_ object: ListedObject, _ xml: inout XMLWriter) {
        xml.leaf("LastModified", object.lastModified.iso8601)
        xml.leaf("ETag", "\"\(object.eTag)\"")
        xml.leaf("ChecksumAlgorithm", ifPresent: object.checksumAlgorithm?.rawValue)
        xml.leaf("ChecksumType", ifPresent: object.checksumType?.rawValue)
        xml.leaf("Size", object.bytes)
        xml.leaf("StorageClass", "STANDARD")
    }

    static func writePrefixes(_ prefixes: [String], _ common: ListParameters, _ xml: inout XMLWriter) {
        for prefix in prefixes {
            xml.element("CommonPrefixes") { xml in xml.leaf("Prefix", common.printed(prefix)) }
        }
    }

    static func document(_ root: String, _ content: (inout XMLWriter) -> Void) -> [UInt8] {
        var xml = XMLWriter()
        xml.element(root, namespace: XMLWriter.s3Namespace, content)
        return xml.bytes
    }
}
