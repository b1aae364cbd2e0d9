// Result documents of the multipart operations.

import HTTPSemantics
import XMLDocuments

package struct ListedUpload: Sendable, Equatable {
    package var key: String
    package var uploadID: String
    package var initiated: S3Timestamp
    package var owner: S3Owner
    package var checksumAlgorithm: ChecksumAlgorithm?
    package var checksumType: ChecksumType?

    package init(
        key: String, uploadID: String, initiated: S3Timestamp, owner: S3Owner, checksumAlgorithm: ChecksumAlgorithm? = nil,
        checksumType: ChecksumType? = nil
    ) {
        self.key = key
        self.uploadID = uploadID
        self.initiated = initiated
        self.owner = owner
        self.checksumAlgorithm = checksumAlgorithm
        self.checksumType = checksumType
    }
}

package struct ListedPart: Sendable, Equatable {
    package var number: Int
    package var bytes: Int64
    /// Without quotes.
    package var eTag: String
    package var lastModified: S3Timestamp
    package var checksum: ChecksumValue?

    package init(number: Int, bytes: Int64, eTag: String, lastModified: S3Timestamp, checksum: ChecksumValue?) {
        self.number = number
        self.bytes = bytes
        self.eTag = eTag
        self.lastModified = lastModified
        self.checksum = checksum
    }
}

package enum MultipartDocument {
    package static func initiated(_ object: ObjectAddress, uploadID: String) -> [UInt8] {
        ListDocument.document("InitiateMultipartUploadResult") { xml in
            xml.leaf("Bucket", object.bucket.description)
            xml.leaf("Key", object.key.description)
            xml.leaf("UploadId", uploadID)
        }
    }

    package static func completed(_ object: ObjectAddress, location: String, eTag: String, checksum: ChecksumValue?, type: ChecksumType?) -> [UInt8] {
        ListDocument.document("CompleteMultipartUploadResult") { xml in
            xml.leaf("Location", location)
            xml.leaf("Bucket", object.bucket.description)
            xml.leaf("Key", object.key.description)
            xml.leaf("ETag", "\"\(eTag)\"")
            if let checksum {
                xml.leaf(checksum.algorithm.elementName, checksum.text)
                xml.leaf("ChecksumType", ifPresent: type?.rawValue)
            }
        }
    }

    package static func uploads(
        bucket: BucketName, _ parameters: ListMultipartUploadsParameters, _ uploads: [ListedUpload], commonPrefixes: [String],
        next: (key: String, uploadID: String)?
    ) -> [UInt8] {
        let common = parameters.common
        return ListDocument.document("ListMultipartUploadsResult") { xml in
            xml.leaf("Bucket", bucket.description)
            xml.leaf("KeyMarker", common.printed(parameters.keyMarker))
            xml.leaf("UploadIdMarker", parameters.uploadIDMarker)
            if let next {
                xml.leaf("NextKeyMarker", common.printed(next.key))
                xml.leaf("NextUploadIdMarker", next.uploadID)
            }
            xml.leaf("Prefix", common.printed(common.prefix))
            xml.leaf("Delimiter", ifPresent: common.delimiter.map(common.printed))
            xml.leaf("MaxUploads", common.keysMax)
            if common.encodesURL { xml.leaf("EncodingType", "url") }
            xml.leaf("IsTruncated", next != nil)
            for upload in uploads {
                xml.element("Upload") { xml in
                    xml.leaf("Key", common.printed(upload.key))
                    xml.leaf("UploadId", upload.uploadID)
                    upload.owner.write(&xml, as: "Initiator")
                    upload.owner.write(&xml)
                    xml.leaf("StorageClass", "STANDARD")
                    xml.leaf("Initiated", upload.initiated.iso8601)
                    xml.leaf("ChecksumAlgorithm", ifPresent: upload.checksumAlgorithm?.rawValue)
                    xml.leaf("ChecksumType", ifPresent: upload.checksumType?.rawValue)
                }
            }
            ListDocument.writePrefixes(commonPrefixes, common, &xml)
        }
    }

    package static func parts(
        _ object: ObjectAddress, _ parameters: ListPartsParameters, _ upload: ListedUpload, _ parts: [ListedPart], nextPartNumberMarker: Int?
    ) -> [UInt8] {
        ListDocument.document("ListPartsResult") { xml in
            xml.leaf("Bucket", object.bucket.description)
            xml.leaf("Key", parameters.encodesURL ? PercentCoding.encoded(object.key.description.utf8, as: .key) : object.key.description)
            xml.leaf("UploadId", parameters.uploadID)
            xml.leaf("PartNumberMarker", parameters.partNumberMarker)
            xml.leaf("NextPartNumberMarker", nextPartNumberMarker ?? parts.last?.number ?? 0)
            xml.leaf("MaxParts", parameters.partsMax)
            xml.leaf("IsTruncated", nextPartNumberMarker != nil)
            for part in parts {
                xml.element("Part") { xml in
                    xml.leaf("PartNumber", part.number)
                    xml.leaf("LastModified", part.lastModified.iso8601)
                    xml.leaf("ETag", "\"\(part.eTag)\"")
                    xml.leaf("Size", part.bytes)
                    if let checksum = part.checksum { xml.leaf(checksum.algorithm.elementName, checksum.text) }
                }
            }
            upload.owner.write(&xml, as: "Initiator")
            upload.owner.write(&xml)
            xml.leaf("StorageClass", "STANDARD")
            xml.leaf("ChecksumAlgorithm", ifPresent: upload.checksumAlgorithm?.rawValue)
            xml.leaf("ChecksumType", ifPresent: upload.checksumType?.rawValue)
        }
    }
}
