// From an object and a request's conditions and range to the answer; shared by the S3 API and the website endpoint.

import HTTPSemantics
import HTTPTypes
import ObjectStorage
import S3Model

/// An object whose bytes may be sent (GET), or only described (HEAD).
struct ReadableObject: Sendable {
    var metadata: ObjectMetadata
    var content: (any ObjectContent)?
}

extension ObjectStore {
    /// Opens an object for a GET, or looks it up for a HEAD.
    func readable(_ method: HTTPRequest.Method, bucket: String, key: String) async throws(ObjectStoreError) -> ReadableObject {
        if method == .head { return ReadableObject(metadata: try await head(bucket: bucket, key: key), content: nil) }
        let object = try await read(bucket: bucket, key: key)
        return ReadableObject(metadata: object.metadata, content: object.content)
    }
}

struct ObjectReading: Sendable {
    let requestFields: HTTPFields
    let method: HTTPRequest.Method
    let now: StoreInstant

    /// The answer to a GET or HEAD of a whole object or a range of it.
    ///
    /// Conditions are judged as RFC 9110 section 13.2.2 orders them. A single range is honoured; several ranges are
    /// answered with the whole object, as S3 does. Throws PreconditionFailed and InvalidRange.
    func answer(
        _ object: ReadableObject, overrides: ResponseOverrides = ResponseOverrides(), extra: HTTPFields = [:], wholeOnly: HTTPFields = [:]
    ) throws(S3Error) -> S3Answer {
        var fields = Self.representationFields(object.metadata, overrides: overrides)
        fields.append(contentsOf: extra)
        let honorsRange: Bool
        switch outcome(object.metadata) {
        case .notModified: return S3Answer(.notModified, Self.notModifiedFields(fields))
        case .failed(let name): throw S3Error(.preconditionFailed).with("Condition", name.rawName)
        case .proceed(let honors): honorsRange = honors || (method == .head && holdsIfRange(object.metadata))
        }
        let size = object.metadata.size
        switch honorsRange ? RangeRequest(requestFields).resolved(length: size) : .whole {
        case .parts(let parts) where parts.count == 1 && Self.isSingle(requestFields):
            fields[.contentRange] = ContentRange.part(parts[0], complete: size).description
            return S3Answer(.partialContent, fields, content(object, parts[0]))
        case .unsatisfiable:
            throw S3Error(.invalidRange, fields: [.contentRange: ContentRange.unsatisfied(complete: size).description])
                .with("RangeRequested", requestFields[.range] ?? "").with("ActualObjectSize", String(size))
        default:
            fields.append(contentsOf: wholeOnly)
            return S3Answer(.ok, fields, content(object, 0..<size))
        }
    }

    /// One part of a multipart object, as 206.
    func answer(_ object: ReadableObject, part range: Range<Int64>, overrides: ResponseOverrides, extra: HTTPFields) throws(S3Error) -> S3Answer {
        var fields = Self.representationFields(object.metadata, overrides: overrides)
        fields.append(contentsOf: extra)
        switch outcome(object.metadata) {
        case .notModified: return S3Answer(.notModified, Self.notModifiedFields(fields))
        case .failed(let name): throw S3Error(.preconditionFailed).with("Condition", name.rawName)
        case .proceed: break
        }
        if !range.isEmpty { fields[.contentRange] = ContentRange.part(range, complete: object.metadata.size).description }
        return S3Answer(.partialContent, fields, content(object, range))
    }

    private func content(_ object: ReadableObject, _ range: Range<Int64>) -> S3Answer.Content {
        object.content.map { .object($0, range) } ?? .lengthOnly(Int64(range.count))
    }

    private func outcome(_ metadata: ObjectMetadata) -> Preconditions.Outcome {
        Preconditions.evaluate(
            requestFields, method: method, validators: Self.validators(metadata, now), now: now.httpDate, tagSyntax: .allowingUnquoted)
    }

    private func holdsIfRange(_ metadata: ObjectMetadata) -> Bool {
        Preconditions.holdsIfRange(requestFields, validators: Self.validators(metadata, now), now: now.httpDate)
    }

    static func validators(_ metadata: ObjectMetadata, _ now: StoreInstant) -> RepresentationValidators {
        RepresentationValidators(
            entityTag: EntityTag(opaque: metadata.etag), lastModified: metadata.lastModified.httpDate, date: now.httpDate)
    }

    static func representationFields(_ metadata: ObjectMetadata, overrides: ResponseOverrides) -> HTTPFields {
        var fields = ObjectHeaders(metadata.attributes).responseFields(overrides: overrides)
        fields[.eTag] = "\"\(metadata.etag)\""
        fields[.lastModified] = metadata.lastModified.httpDate.formatted
        fields[.acceptRanges] = "bytes"
        return fields
    }

    /// RFC 9110 section 15.4.5: what a 200 would have had of these, and nothing about content.
    private static func notModifiedFields(_ fields: HTTPFields) -> HTTPFields {
        HTTPFields(fields.filter { [.eTag, .lastModified, .cacheControl, .expires, .contentLocation, .vary].contains($0.name) })
    }

    /// Whether exactly one range was asked for; of several, unsatisfiable ones don't count as absent.
    private static func isSingle(_ fields: HTTPFields) -> Bool {
        if case .bytes(let ranges) = RangeRequest(fields) { ranges.count == 1 } else { false }
    }
}
