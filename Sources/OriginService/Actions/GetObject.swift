import HTTPTransport
import HTTPTypes
import ObjectStorage
import S3Model

extension ActionContext {
    /// GET and HEAD /BUCKET/KEY
    func getObject(_ object: ObjectAddress, _ parameters: GetObjectParameters) async throws -> S3Answer {
        guard parameters.overrides.isEmpty || !caller.isAnonymous else {
            throw S3Error(.invalidRequest, "Request specific response headers cannot be used for anonymous GET requests.")
        }
        let method = request.exchange.head.method
        let found = try await visible(object) { try await store.readable(method, bucket: object.bucket.description, key: object.key.description) }
        let reading = ObjectReading(requestFields: fields, method: method, now: now)
        guard let number = parameters.partNumber else {
            let checksums = parameters.showsChecksum ? Self.checksumFields(found.metadata.checksums) : [:]
            return try reading.answer(found, overrides: parameters.overrides, wholeOnly: checksums)
        }
        return try await part(number, of: object, found, parameters, reading)
    }

    private func part(
        _ number: Int, of object: ObjectAddress, _ found: ReadableObject, _ parameters: GetObjectParameters, _ reading: ObjectReading
    ) async throws -> S3Answer {
        guard let partCount = found.metadata.partCount else {
            // A simple object is its own only part.
            guard number == 1 else { throw S3Error(.invalidPartNumber) }
            let checksums = parameters.showsChecksum ? Self.checksumFields(found.metadata.checksums) : [:]
            return try reading.answer(found, part: 0..<found.metadata.size, overrides: parameters.overrides, extra: checksums)
        }
        let page = try await store.parts(
            ofObject: object.key.description, bucket: object.bucket.description, PartListQuery(afterNumber: number - 1, entriesMax: 1))
        guard let part = page.parts.first, part.number == number, part.offset + part.size <= found.metadata.size else {
            throw S3Error(.invalidPartNumber).with("PartNumberRequested", String(number)).with("ActualPartCount", String(partCount))
        }
        var extra: HTTPFields = [.xAmzMPPartsCount: String(partCount)]
        if parameters.showsChecksum {
            extra.append(contentsOf: Self.checksumFields(part.checksums))
            // The type is the object's, also beside a part's own value.
            if !part.checksums.isEmpty { extra[.xAmzChecksumType] = found.metadata.checksums.first?.scope.rawValue }
        }
        return try reading.answer(found, part: part.offset..<(part.offset + part.size), overrides: parameters.overrides, extra: extra)
    }

    /// Runs a lookup; whoever may not list the bucket learns AccessDenied instead of NoSuchKey.
    ///
    /// A policy that allows listing below an `s3:prefix` is asked about the key as the prefix.
    func visible<T>(_ object: ObjectAddress, _ lookup: () async throws -> T) async throws -> T {
        do {
            return try await lookup()
        } catch ObjectStoreError.noSuchKey(let bucket, let key) {
            guard allows("s3:ListBucket", .bucket(object.bucket), prefix: object.key.description) else { throw S3Error(.accessDenied) }
            throw ObjectStoreError.noSuchKey(bucket: bucket, key: key)
        }
    }

    /// `x-amz-checksum-*` of stored checksums.
    static func checksumFields(_ checksums: [ObjectChecksum]) -> HTTPFields {
        var fields = HTTPFields()
        for checksum in checksums {
            guard let algorithm = ChecksumAlgorithm(rawValue: checksum.algorithm) else { continue }
            fields[algorithm.headerName] = checksum.value
            fields[.xAmzChecksumType] = checksum.scope.rawValue
        }
        return fields
    }
}
