import ObjectStorage

// The records that index rows hold: attributes, checksums, parts, content, uploads.

extension ObjectAttributes {
    var record: [UInt8] {
        var writer = RecordWriter()
        writer.text(storageClass)
        writer.optional(owner)
        writer.optional(contentType)
        writer.optional(cacheControl)
        writer.optional(contentDisposition)
        writer.optional(contentEncoding)
        writer.optional(contentLanguage)
        writer.optional(expires)
        writer.optional(websiteRedirectLocation)
        writer.number(userMetadata.count)
        for field in userMetadata {
            writer.text(field.name)
            writer.text(field.value)
        }
        writer.number(documents.count)
        for (name, document) in documents.sorted(by: { $0.key < $1.key }) {
            writer.text(name)
            writer.bytes(document)
        }
        return writer.bytes
    }

    init(record: [UInt8]) throws(ObjectStoreError) {
        var reader = try RecordReader(record, what: "attributes")
        self.init(storageClass: try reader.text(), owner: try reader.optional())
        contentType = try reader.optional()
        cacheControl = try reader.optional()
        contentDisposition = try reader.optional()
        contentEncoding = try reader.optional()
        contentLanguage = try reader.optional()
        expires = try reader.optional()
        websiteRedirectLocation = try reader.optional()
        for _ in 0..<(try reader.number(UInt32.self)) {
            userMetadata.append(UserMetadataField(name: try reader.text(), value: try reader.text()))
        }
        for _ in 0..<(try reader.number(UInt32.self)) {
            documents[try reader.text()] = Array(try reader.bytes())
        }
    }

    /// Storage class and owner alone, for listings; they stand first.
    static func listed(record: [UInt8]) throws(ObjectStoreError) -> (storageClass: String, owner: String?) {
        var reader = try RecordReader(record, what: "attributes")
        return (try reader.text(), try reader.optional())
    }
}

extension [ObjectChecksum] {
    var record: [UInt8] {
        var writer = RecordWriter()
        writer.checksums(self)
        return writer.bytes
    }

    init(record: [UInt8]) throws(ObjectStoreError) {
        var reader = try RecordReader(record, what: "checksums")
        self = try reader.checksums()
    }
}

extension RecordWriter {
    mutating func checksums(_ checksums: [ObjectChecksum]) {
        number(checksums.count)
        for checksum in checksums {
            text(checksum.algorithm)
            text(checksum.scope.rawValue)
            text(checksum.value)
        }
    }
}

extension RecordReader {
    mutating func checksums() throws(ObjectStoreError) -> [ObjectChecksum] {
        var checksums: [ObjectChecksum] = []
        for _ in 0..<(try number(UInt32.self)) {
            let algorithm = try text()
            guard let scope = ObjectChecksum.Scope(rawValue: try text()) else { throw .damaged("checksums: unknown scope") }
            checksums.append(ObjectChecksum(algorithm: algorithm, scope: scope, value: try text()))
        }
        return checksums
    }
}

extension [ObjectPart] {
    var record: [UInt8] {
        var writer = RecordWriter()
        writer.number(count)
        for part in self {
            writer.number(part.number)
            writer.number(part.size)
            writer.checksums(part.checksums)
        }
        return writer.bytes
    }

    init(record: [UInt8]) throws(ObjectStoreError) {
        var reader = try RecordReader(record, what: "parts")
        self = []
        var offset: Int64 = 0
        for _ in 0..<(try reader.number(UInt32.self)) {
            let part = ObjectPart(
                number: try reader.number(), offset: offset, size: try reader.number(), checksums: try reader.checksums())
            append(part)
            offset += part.size
        }
    }
}

/// The part of a new upload that is not a column of its own.
extension NewUpload {
    var record: [UInt8] {
        var writer = RecordWriter()
        writer.text(initiator)
        writer.optional(checksumAlgorithm)
        writer.optional(checksumScope?.rawValue)
        writer.bytes(attributes.record)
        return writer.bytes
    }

    init(bucket: String, key: String, initiated: StoreInstant, record: [UInt8]) throws(ObjectStoreError) {
        var reader = try RecordReader(record, what: "upload")
        self.init(bucket: bucket, key: key, initiator: try reader.text(), initiated: initiated)
        checksumAlgorithm = try reader.optional()
        checksumScope = try reader.optional().flatMap(ObjectChecksum.Scope.init(rawValue:))
        attributes = try ObjectAttributes(record: Array(try reader.bytes()))
    }
}
