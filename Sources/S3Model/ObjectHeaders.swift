// What a client says about an object's representation when it writes it, and gets back when it reads it: the standard
// fields, the website redirect, and `x-amz-meta-*`.

package import HTTPTypes

/// The fields stored with an object.
package struct ObjectHeaders: Sendable, Equatable {
    package var contentType: String?
    package var cacheControl: String?
    package var contentDisposition: String?
    package var contentEncoding: String?
    package var contentLanguage: String?
    package var expires: String?
    package var websiteRedirectLocation: String?
    /// User metadata: names without `x-amz-meta-`, lower case, in order of arrival. A value has one character for each
    /// octet (ISO 8859-1), so that whatever encoding a client used comes back unchanged.
    package var userMetadata: [UserMetadatum]

    package struct UserMetadatum: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// S3's default when a write names no Content-Type.
    package static let contentTypeDefault = "binary/octet-stream"
    package static let userMetadataBytesMax = 2048
    package static let websiteRedirectLocationBytesMax = 2048
    package static let userMetadataPrefix = "x-amz-meta-"

    package init(
        contentType: String? = nil, cacheControl: String? = nil, contentDisposition: String? = nil, contentEncoding: String? = nil,
        contentLanguage: String? = nil, expires: String? = nil, websiteRedirectLocation: String? = nil,
        userMetadata: [UserMetadatum] = []
    ) {
        self.contentType = contentType
        self.cacheControl = cacheControl
        self.contentDisposition = contentDisposition
        self.contentEncoding = contentEncoding
        self.contentLanguage = contentLanguage
        self.expires = expires
        self.websiteRedirectLocation = websiteRedirectLocation
        self.userMetadata = userMetadata
    }

    /// Reads a writing request's fields; `aws-chunked` is a transfer matter and is removed from Content-Encoding.
    package init(_ fields: HTTPFields) throws(S3Error) {
        contentType = fields[.contentType].flatMap { $0.isEmpty ? nil : $0 }
        cacheControl = fields[.cacheControl]
        contentDisposition = fields[.contentDisposition]
        let codings = fields[.contentEncoding]?.split(separator: ",").map { $0.trimmingSpaces() }.filter { $0.lowercased() != "aws-chunked" && !$0.isEmpty }
        contentEncoding = codings.flatMap { $0.isEmpty ? nil : $0.joined(separator: ", ") }
        contentLanguage = fields[.contentLanguage]
        expires = fields[.expires]
        websiteRedirectLocation = fields[.xAmzWebsiteRedirectLocation]
        if let location = websiteRedirectLocation {
            guard location.hasPrefix("/") || location.hasPrefix("http://") || location.hasPrefix("https://") else {
                throw S3Error(.invalidRequest, "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.")
            }
            guard location.utf8.count <= Self.websiteRedirectLocationBytesMax else {
                throw S3Error(.invalidRequest, "The website redirect location is longer than \(Self.websiteRedirectLocationBytesMax) bytes")
            }
        }
        userMetadata = try Self.userMetadata(fields)
    }

    private static func userMetadata(_ fields: HTTPFields) throws(S3Error) -> [UserMetadatum] {
        var found: [UserMetadatum] = []
        var size = 0
        for field in fields where field.name.canonicalName.hasPrefix(userMetadataPrefix) {
            let name = String(field.name.canonicalName.dropFirst(userMetadataPrefix.count))
            let value = field.octetText
            guard !name.isEmpty else { continue }
            if let index = found.firstIndex(where: { $0.name == name }) {
                found[index].value += "," + value
            } else {
                found.append(UserMetadatum(name: name, value: value))
                size += name.utf8.count
            }
            size += value.unicodeScalars.count
        }
        guard size <= userMetadataBytesMax else {
            throw S3Error(.metadataTooLarge).with("Size", String(size)).with("MaxSizeAllowed", String(userMetadataBytesMax))
        }
        return found
    }

    /// The fields of a reading response, with the overrides of a signed request in place.
    package func responseFields(overrides: ResponseOverrides = ResponseOverrides()) -> HTTPFields {
        var fields = HTTPFields()
        fields[.contentType] = overrides.contentType ?? contentType ?? Self.contentTypeDefault
        fields[.cacheControl] = overrides.cacheControl ?? cacheControl
        fields[.contentDisposition] = overrides.contentDisposition ?? contentDisposition
        fields[.contentEncoding] = overrides.contentEncoding ?? contentEncoding
        fields[.contentLanguage] = overrides.contentLanguage ?? contentLanguage
        fields[.expires] = overrides.expires ?? expires
        fields[.xAmzWebsiteRedirectLocation] = websiteRedirectLocation
        for item in userMetadata {
            guard let name = HTTPField.Name(Self.userMetadataPrefix + item.name) else { continue }
            fields.append(HTTPField(name: name, octetText: item.value))
        }
        return fields
    }
}

extension HTTPField {
    /// The value with one character, U+0000 to U+00FF, for each octet.
    fileprivate var octetText: String {
        withUnsafeBytesOfValue { bytes in
            var text = String.UnicodeScalarView()
            for byte in bytes { text.append(Unicode.Scalar(byte)) }
            return String(text)
        }
    }

    /// The reverse; characters beyond U+00FF, which `octetText` never makes, go out as UTF-8.
    fileprivate init(name: Name, octetText: String) {
        let scalars = octetText.unicodeScalars
        let octets = scalars.allSatisfy { $0.value <= 0xFF } ? scalars.map { UInt8(truncatingIfNeeded: $0.value) } : Array(octetText.utf8)
        self.init(name: name, value: octets)
    }
}

/// `response-*` query parameters: what a signed GET or HEAD wants the answer's fields to say.
package struct ResponseOverrides: Sendable, Equatable {
    package var contentType: String?
    package var cacheControl: String?
    package var contentDisposition: String?
    package var contentEncoding: String?
    package var contentLanguage: String?
    package var expires: String?

    package init() {}

    package init(_ query: S3Query) throws(S3Error) {
        contentType = try Self.value("response-content-type", query)
        cacheControl = try Self.value("response-cache-control", query)
        contentDisposition = try Self.value("response-content-disposition", query)
        contentEncoding = try Self.value("response-content-encoding", query)
        contentLanguage = try Self.value("response-content-language", query)
        expires = try Self.value("response-expires", query)
    }

    package var isEmpty: Bool { self == ResponseOverrides() }

    /// A value that could break the header section apart is refused.
    private static func value(_ name: String, _ query: S3Query) throws(S3Error) -> String? {
        guard let value = query[name] else { return nil }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw .invalidArgument(name, value, "Header value cannot be represented")
        }
        return value
    }
}
