// From method, address, query and header section to one S3Operation. Sub-resources that S3 has and this server has not
// are named here, so that they are refused with 501 rather than mistaken for a plain GET or PUT.

package import HTTPTypes

extension S3Operation {
    /// Sub-resources and features that are recognised and refused.
    static let refusedSubresources: [String: String] = [
        "abac": "Attribute based access control", "annotation": "Annotations", "encryption": "Updating an object's encryption",
        "legal-hold": "Object lock legal hold", "metadataConfiguration": "Metadata tables", "metadataInventoryTable": "Metadata tables",
        "metadataJournalTable": "Metadata tables", "metadataTable": "Metadata tables", "object-lock": "Object lock",
        "renameObject": "RenameObject", "restore": "Restoring archived objects", "retention": "Object lock retention",
        "select": "S3 Select", "session": "Session credentials", "torrent": "BitTorrent",
    ]

    package static func parse(
        method: HTTPRequest.Method, address: S3Address, query: S3Query, fields: HTTPFields
    ) throws(S3Error) -> S3Operation {
        guard let bucketText = address.bucket else { return try parseService(method, query) }
        guard let bucket = BucketName(bucketText) else { throw S3Error(.invalidBucketName).with("BucketName", bucketText) }
        guard let keyText = address.key else { return try parseBucket(method, bucket, query, fields) }
        guard keyText.utf8.count <= ObjectKey.bytesMax else {
            throw S3Error(.keyTooLongError).with("Size", String(keyText.utf8.count)).with("MaxSizeAllowed", String(ObjectKey.bytesMax))
        }
        guard let key = ObjectKey(keyText) else { throw S3Error(.invalidURI) }
        return try parseObject(method, ObjectAddress(bucket: bucket, key: key), query, fields)
    }

    private static func parseService(_ method: HTTPRequest.Method, _ query: S3Query) throws(S3Error) -> S3Operation {
        guard method == .get else { throw methodNotAllowed(method, "SERVICE", allowed: "GET") }
        return .listBuckets(try ListBucketsParameters(query))
    }

    // MARK: Buckets

    private static func parseBucket(
        _ method: HTTPRequest.Method, _ bucket: BucketName, _ query: S3Query, _ fields: HTTPFields
    ) throws(S3Error) -> S3Operation {
        if let configured = try parseConfiguredSubresource(method, bucket, query) { return configured }
        if let unconfigured = UnconfiguredSubresource.allCases.first(where: { query.has($0.rawValue) }) {
            switch method {
            case .get: return .getUnconfigured(bucket, unconfigured)
            case .delete where unconfigured.canBeDeleted: return .deleteUnconfigured(bucket, unconfigured)
            case .put where unconfigured == .ownershipControls: return .putOwnershipControls(bucket)
            case .put where unconfigured == .acl: throw S3Error(.accessControlListNotSupported)
            default: throw .notImplemented("Bucket setting \(unconfigured.rawValue)")
            }
        }
        try refuseSubresources(query)
        switch method {
        case .get:
            if query.has("location") { return .getBucketLocation(bucket) }
            if query.has("uploads") { return .listMultipartUploads(bucket, try ListMultipartUploadsParameters(query)) }
            if query.has("versions") { return .listObjectVersions(bucket, try ListObjectVersionsParameters(query)) }
            if let type = query["list-type"] {
                guard type == "2" else { throw .invalidArgument("list-type", type, "The list-type must be 2") }
                return .listObjectsV2(bucket, try ListObjectsV2Parameters(query))
            }
            return .listObjects(bucket, try ListObjectsParameters(query))
        case .head: return .headBucket(bucket)
        case .put:
            try FeatureHeaders.refuseOnCreateBucket(fields)
            return .createBucket(bucket)
        case .delete: return .deleteBucket(bucket)
        case .post:
            if query.has("delete") { return .deleteObjects(bucket) }
            if fields[.contentType]?.lowercased().hasPrefix("multipart/form-data") == true { throw .notImplemented("POST Object (browser form upload)") }
            throw methodNotAllowed(method, "BUCKET", allowed: "GET, HEAD, PUT, DELETE")
        case .options: return .preflight(bucket)
        default: throw methodNotAllowed(method, "BUCKET", allowed: "GET, HEAD, PUT, POST, DELETE")
        }
    }

    private static func parseConfiguredSubresource(
        _ method: HTTPRequest.Method, _ bucket: BucketName, _ query: S3Query
    ) throws(S3Error) -> S3Operation? {
        if query.has("policyStatus") {
            guard method == .get else { throw methodNotAllowed(method, "BUCKETPOLICYSTATUS", allowed: "GET") }
            return .getBucketPolicyStatus(bucket)
        }
        let kinds: [(String, S3Operation, S3Operation, S3Operation)] = [
            ("policy", .getBucketPolicy(bucket), .putBucketPolicy(bucket), .deleteBucketPolicy(bucket)),
            ("publicAccessBlock", .getPublicAccessBlock(bucket), .putPublicAccessBlock(bucket), .deletePublicAccessBlock(bucket)),
            ("website", .getBucketWebsite(bucket), .putBucketWebsite(bucket), .deleteBucketWebsite(bucket)),
        ]
        guard let (name, get, put, delete) = kinds.first(where: { query.has($0.0) }) else { return nil }
        switch method {
        case .get: return get
        case .put: return put
        case .delete: return delete
        default: throw methodNotAllowed(method, "BUCKET" + name.uppercased(), allowed: "GET, PUT, DELETE")
        }
    }

    // MARK: Objects

    private static func parseObject(
        _ method: HTTPRequest.Method, _ object: ObjectAddress, _ query: S3Query, _ fields: HTTPFields
    ) throws(S3Error) -> S3Operation {
        if query.has("acl") {
            guard method == .get else { throw S3Error(.accessControlListNotSupported) }
            return .getObjectACL(object)
        }
        if query.has("tagging") {
            guard method == .get else { throw .notImplemented("Object tagging") }
            return .getObjectTagging(object)
        }
        try refuseSubresources(query)
        let namesNullVersion = try namesNullVersion(query)
        switch method {
        case .get, .head: return try parseObjectRead(method, object, query, fields, namesNullVersion)
        case .put: return try parseObjectPut(object, query, fields)
        case .post: return try parseObjectPost(object, query, fields)
        case .delete:
            if let uploadID = query["uploadId"] { return .abortMultipartUpload(object, uploadID: uploadID) }
            try FeatureHeaders.refuseOnDelete(fields)
            return .deleteObject(object, try WriteCondition(fields, allowsIfNoneMatch: false))
        case .options: return .preflight(object.bucket)
        default: throw methodNotAllowed(method, "OBJECT", allowed: "GET, HEAD, PUT, POST, DELETE")
        }
    }

    private static func parseObjectRead(
        _ method: HTTPRequest.Method, _ object: ObjectAddress, _ query: S3Query, _ fields: HTTPFields, _ namesNullVersion: Bool
    ) throws(S3Error) -> S3Operation {
        try FeatureHeaders.refuseOnRead(fields)
        if method == .get, let uploadID = query["uploadId"] { return .listParts(object, try ListPartsParameters(query, uploadID: uploadID)) }
        if method == .get, query.has("attributes") { return .getObjectAttributes(object, try attributesParameters(fields)) }
        var partNumber: Int?
        if let text = query["partNumber"] {
            guard let number = Int(text), PartAddress.numbers.contains(number) else { throw partNumberError(text) }
            guard fields[.range] == nil else {
                throw S3Error(.invalidRequest, "Cannot specify both Range header and partNumber query parameter")
            }
            partNumber = number
        }
        let parameters = GetObjectParameters(
            partNumber: partNumber, overrides: try ResponseOverrides(query),
            showsChecksum: fields[.xAmzChecksumMode]?.uppercased() == "ENABLED", namesNullVersion: namesNullVersion)
        return method == .get ? .getObject(object, parameters) : .headObject(object, parameters)
    }

    private static func parseObjectPut(_ object: ObjectAddress, _ query: S3Query, _ fields: HTTPFields) throws(S3Error) -> S3Operation {
        try FeatureHeaders.refuseOnWrite(fields)
        let source = try fields[.xAmzCopySource].map { (text) throws(S3Error) in try CopySourceHeader(headerValue: text) }
        if query.has("partNumber") || query.has("uploadId") {
            let part = try partAddress(query)
            if let source { return .uploadPartCopy(object, part, source) }
            return .uploadPart(object, part, try ChecksumRequest(fields))
        }
        guard let source else {
            return .putObject(
                object,
                PutObjectParameters(headers: try ObjectHeaders(fields), checksum: try ChecksumRequest(fields), condition: try WriteCondition(fields)))
        }
        return .copyObject(object, try copyParameters(source, fields))
    }

    private static func parseObjectPost(_ object: ObjectAddress, _ query: S3Query, _ fields: HTTPFields) throws(S3Error) -> S3Operation {
        if query.has("uploads") {
            try FeatureHeaders.refuseOnWrite(fields)
            let checksum = try ChecksumRequest(fields)
            if let type = checksum.type {
                guard let algorithm = checksum.algorithm else {
                    throw S3Error(.invalidRequest, "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.")
                }
                guard algorithm.allows(type) else {
                    throw S3Error(.invalidRequest, "The \(type.rawValue) checksum type cannot be used with the \(algorithm.rawValue.lowercased()) checksum algorithm.")
                }
            }
            return .createMultipartUpload(
                object,
                CreateMultipartUploadParameters(
                    headers: try ObjectHeaders(fields), checksumAlgorithm: checksum.algorithm, checksumType: checksum.type))
        }
        if let uploadID = query["uploadId"] {
            var bytes: Int64?
            if let text = fields[.xAmzMPObjectSize] {
                guard let number = Int64(text), number >= 0 else {
                    throw .invalidArgument("x-amz-mp-object-size", text, "The object size is not a whole number")
                }
                bytes = number
            }
            return .completeMultipartUpload(
                object,
                CompleteMultipartUploadParameters(
                    uploadID: uploadID, checksum: try ChecksumRequest(fields), condition: try WriteCondition(fields), objectBytes: bytes))
        }
        throw methodNotAllowed(.post, "OBJECT", allowed: "GET, HEAD, PUT, DELETE")
    }

    private static func copyParameters(_ source: CopySourceHeader, _ fields: HTTPFields) throws(S3Error) -> CopyObjectParameters {
        let sent = try ObjectHeaders(fields)
        var replacement: ObjectHeaders?
        switch fields[.xAmzMetadataDirective]?.uppercased() {
        case nil, "COPY": break
        case "REPLACE": replacement = sent
        case .some(let other): throw .invalidArgument("x-amz-metadata-directive", other, "Unknown metadata directive.")
        }
        let checksum = try ChecksumRequest(fields)
        return CopyObjectParameters(
            source: source, replacement: replacement, websiteRedirectLocation: sent.websiteRedirectLocation,
            checksumAlgorithm: checksum.algorithm, condition: try WriteCondition(fields))
    }

    private static func attributesParameters(_ fields: HTTPFields) throws(S3Error) -> GetObjectAttributesParameters {
        var wanted: Set<GetObjectAttributesParameters.Attribute> = []
        // SDKs send a list in one field or one field for each.
        for name in (fields[.xAmzObjectAttributes] ?? "").split(separator: ",").map({ $0.trimmingSpaces() }) where !name.isEmpty {
            guard let attribute = GetObjectAttributesParameters.Attribute(rawValue: name) else {
                throw .invalidArgument("x-amz-object-attributes", name, "Invalid attribute name specified.")
            }
            wanted.insert(attribute)
        }
        guard !wanted.isEmpty else {
            throw .invalidArgument("x-amz-object-attributes", "", "The x-amz-object-attributes header is missing or empty")
        }
        func number(_ name: HTTPField.Name, _ standard: Int) throws(S3Error) -> Int {
            guard let text = fields[name] else { return standard }
            guard let number = Int(text), number >= 0 else { throw .invalidArgument(name.rawName, text, "Not a whole number") }
            return number
        }
        return GetObjectAttributesParameters(
            attributes: wanted, partsMax: min(try number(.xAmzMaxParts, ListParameters.pageMax), ListParameters.pageMax),
            partNumberMarker: try number(.xAmzPartNumberMarker, 0))
    }

    // MARK: Shared

    private static func partAddress(_ query: S3Query) throws(S3Error) -> PartAddress {
        guard let uploadID = query["uploadId"], !uploadID.isEmpty else {
            throw .invalidArgument("uploadId", query["uploadId"] ?? "", "This operation needs an uploadId")
        }
        let text = query["partNumber"] ?? ""
        guard let number = Int(text), PartAddress.numbers.contains(number) else { throw partNumberError(text) }
        return PartAddress(uploadID: uploadID, number: number)
    }

    private static func partNumberError(_ text: String) -> S3Error {
        .invalidArgument("partNumber", text, "Part number must be an integer between 1 and 10000, inclusive")
    }

    private static func namesNullVersion(_ query: S3Query) throws(S3Error) -> Bool {
        guard let version = query["versionId"] else { return false }
        guard !version.isEmpty else { throw .invalidArgument("versionId", "", "Version id cannot be the empty string") }
        guard version == "null" else { throw S3Error(.noSuchVersion).with("VersionId", version) }
        return true
    }

    private static func refuseSubresources(_ query: S3Query) throws(S3Error) {
        for item in query.items {
            if let feature = refusedSubresources[item.name] { throw .notImplemented(feature) }
        }
    }

    private static func methodNotAllowed(_ method: HTTPRequest.Method, _ resource: String, allowed: String) -> S3Error {
        S3Error(.methodNotAllowed, fields: [.allow: allowed]).with("Method", method.rawValue).with("ResourceType", resource)
    }
}
