// Result documents about objects: copies, deletions, attributes, and the two settings objects never have.

import XMLDocuments

package enum ObjectDocument {
    package static func copied(
        root: String = "CopyObjectResult", eTag: String, lastModified: S3Timestamp, checksum: ChecksumValue?, type: ChecksumType?
    ) -> [UInt8] {
        ListDocument.document(root) { xml in
            xml.leaf("LastModified", lastModified.iso8601)
            xml.leaf("ETag", "\"\(eTag)\"")
            if let checksum {
                xml.leaf(checksum.algorithm.elementName, checksum.text)
                xml.leaf("ChecksumType", ifPresent: type?.rawValue)
            }
        }
    }

    /// The outcome for one key of DeleteObjects.
    package enum Deletion: Sendable, Equatable {
        case deleted(key: String, versionID: String?)
        case failed(key: String, versionID: String?, S3ErrorCode, message: String)
    }

    package static func deletions(_ deletions: [Deletion], isQuiet: Bool) -> [UInt8] {
        ListDocument.document("DeleteResult") { xml in
            for deletion in deletions {
                switch deletion {
                case .deleted(let key, let versionID):
                    guard !isQuiet else { continue }
                    xml.element("Deleted") { xml in
                        xml.leaf("Key", key)
                        xml.leaf("VersionId", ifPresent: versionID)
                    }
                case .failed(let key, let versionID, let code, let message):
                    xml.element("Error") { xml in
                        xml.leaf("Key", key)
                        xml.leaf("VersionId", versionID ?? "null")
                        xml.leaf("Code", code.rawValue)
                        xml.leaf("Message", message)
                    }
                }
            }
        }
    }

    /// What GetObjectAttributes may show of an object's parts.
    package struct Parts: Sendable, Equatable {
        package var total: Int
        package var page: [ListedPart]
        package var partNumberMarker: Int
        package var nextPartNumberMarker: Int?
        package var partsMax: Int

        package init(total: Int, page: [ListedPart], partNumberMarker: Int, nextPartNumberMarker: Int?, partsMax: Int) {
            self.total = total
            self.page = page
            self.partNumberMarker = partNumberMarker
            self.nextPartNumberMarker = nextPartNumberMarker
            self.partsMax = partsMax
        }
    }

    package static func attributes(
        _ wanted: Set<GetObjectAttributesParameters.Attribute>, eTag: String, bytes: Int64, checksum: ChecksumValue?, type: ChecksumType?,
        parts: Parts?
    ) -> [UInt8] {
        ListDocument.document("GetObjectAttributesResponse") { xml in
            if wanted.contains(.eTag) { xml.leaf("ETag", eTag) }
            if wanted.contains(.checksum), let checksum {
                xml.element("Checksum") { xml in
                    xml.leaf(checksum.algorithm.elementName, checksum.text)
                    xml.leaf("ChecksumType", ifPresent: type?.rawValue)
                }
            }
            if wanted.contains(.objectParts), let parts { write(parts, &xml) }
            if wanted.contains(.storageClass) { xml.leaf("StorageClass", "STANDARD") }
            if wanted.contains(.objectSize) { xml.leaf("ObjectSize", bytes) }
        }
    }

    private static func write(_ parts: Parts, _ xml: inout XMLWriter) {
        xml.element("ObjectParts") { xml in
            xml.leaf("PartsCount", parts.total)
            xml.leaf("PartNumberMarker", parts.partNumberMarker)
            xml.leaf("NextPartNumberMarker", parts.nextPartNumberMarker ?? parts.page.last?.number ?? 0)
            xml.leaf("MaxParts", parts.partsMax)
            xml.leaf("IsTruncated", parts.nextPartNumberMarker != nil)
            for part in parts.page {
                xml.element("Part") { xml in
                    xml.leaf("PartNumber", part.number)
                    xml.leaf("Size", part.bytes)
                    if let checksum = part.checksum { xml.leaf(checksum.algorithm.elementName, checksum.text) }
                }
            }
        }
    }

    /// The ACL of everything here: the owner has full control and nobody else is named.
    package static func accessControlPolicy(owner: S3Owner) -> [UInt8] {
        ListDocument.document("AccessControlPolicy") { xml in
            owner.write(&xml)
            xml.element("AccessControlList") { xml in
                xml.element("Grant") { xml in
                    xml.element(
                        "Grantee",
                        rawAttributes: "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\""
                    ) { xml in
                        xml.leaf("ID", owner.canonicalID)
                        xml.leaf("DisplayName", owner.displayName)
                    }
                    xml.leaf("Permission", "FULL_CONTROL")
                }
            }
        }
    }

    package static var emptyTagging: [UInt8] {
        ListDocument.document("Tagging") { xml in xml.element("TagSet") { _ in } }
    }
}
