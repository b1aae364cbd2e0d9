// Parameters of the listing operations and the tokens that continue them.

import Cryptography
import HTTPSemantics

package struct ListBucketsParameters: Sendable, Equatable {
    package var prefix: String
    package var bucketsMax: Int
    package var after: String?

    package static let pageMax = 10_000

    init(_ query: S3Query) throws(S3Error) {
        prefix = query["prefix"] ?? ""
        bucketsMax = try query.number("max-buckets", in: 1...Self.pageMax, default: Self.pageMax)
        after = try query["continuation-token"].map { (text) throws(S3Error) in try ContinuationToken(text: text, parameter: "continuation-token").after }
    }
}

/// What ListObjects (V1), ListObjectsV2 and ListObjectVersions have in common.
package struct ListParameters: Sendable, Equatable {
    package var prefix: String
    package var delimiter: String?
    package var keysMax: Int
    package var encodesURL: Bool

    package static let pageMax = 1000

    init(_ query: S3Query, maxName: String = "max-keys") throws(S3Error) {
        prefix = query["prefix"] ?? ""
        delimiter = query["delimiter"].flatMap { $0.isEmpty ? nil : $0 }
        keysMax = try query.number(maxName, in: 0...Self.pageMax, default: Self.pageMax)
        switch query["encoding-type"] {
        case nil, "": encodesURL = false
        case "url": encodesURL = true
        case .some(let other): throw .invalidArgument("encoding-type", other, "Invalid Encoding Method specified in Request")
        }
    }

    /// A name as the listing prints it.
    package func printed(_ name: String) -> String { encodesURL ? PercentCoding.encoded(name.utf8, as: .key) : name }
}

package struct ListObjectsParameters: Sendable, Equatable {
    package var common: ListParameters
    package var marker: String

    init(_ query: S3Query) throws(S3Error) {
        common = try ListParameters(query)
        marker = query["marker"] ?? ""
    }
}

package struct ListObjectsV2Parameters: Sendable, Equatable {
    package var common: ListParameters
    package var startAfter: String?
    /// The token as sent, to be echoed, and the name it stands for.
    package var continuation: ContinuationToken?
    /// An empty token means the start and is echoed.
    package var hasEmptyToken = false
    package var fetchesOwner: Bool

    init(_ query: S3Query) throws(S3Error) {
        common = try ListParameters(query)
        startAfter = query["start-after"]
        if let text = query["continuation-token"] {
            hasEmptyToken = text.isEmpty
            if !hasEmptyToken { continuation = try ContinuationToken(text: text, parameter: "continuation-token") }
        }
        fetchesOwner = query["fetch-owner"]?.lowercased() == "true"
    }
}

package struct ListObjectVersionsParameters: Sendable, Equatable {
    package var common: ListParameters
    package var keyMarker: String
    package var versionIDMarker: String?

    init(_ query: S3Query) throws(S3Error) {
        common = try ListParameters(query)
        keyMarker = query["key-marker"] ?? ""
        versionIDMarker = query["version-id-marker"]
        if versionIDMarker != nil, query["key-marker"] == nil {
            throw .invalidArgument("version-id-marker", versionIDMarker ?? "", "A version-id marker cannot be specified without a key marker.")
        }
    }
}

package struct ListMultipartUploadsParameters: Sendable, Equatable {
    package var common: ListParameters
    package var keyMarker: String
    package var uploadIDMarker: String

    init(_ query: S3Query) throws(S3Error) {
        common = try ListParameters(query, maxName: "max-uploads")
        keyMarker = query["key-marker"] ?? ""
        // S3 ignores an upload id marker without a key marker.
        uploadIDMarker = keyMarker.isEmpty ? "" : query["upload-id-marker"] ?? ""
    }
}

package struct ListPartsParameters: Sendable, Equatable {
    package var uploadID: String
    package var partsMax: Int
    package var partNumberMarker: Int
    package var encodesURL: Bool

    init(_ query: S3Query, uploadID: String) throws(S3Error) {
        self.uploadID = uploadID
        partsMax = try query.number("max-parts", in: 0...ListParameters.pageMax, default: ListParameters.pageMax)
        partNumberMarker = try query.number("part-number-marker", in: 0...Int(Int32.max), default: 0)
        encodesURL = query["encoding-type"] == "url"
    }
}

/// A page token: opaque base64 over a version byte and the last name of the page before.
package struct ContinuationToken: Sendable, Equatable {
    package let text: String
    /// Listing goes on after this name (a key, or a common prefix whose keys are all passed).
    package let after: String

    private static let version: UInt8 = 1

    package init(after: String) {
        self.after = after
        text = Base64.standard.encode([Self.version] + Array(after.utf8))
    }

    package init(text: String, parameter: String) throws(S3Error) {
        guard let bytes = Base64.standard.decode(text), bytes.first == Self.version,
            let after = String(validating: bytes.dropFirst(), as: UTF8.self)
        else { throw .invalidArgument(parameter, text, "The continuation token provided is incorrect") }
        self.text = text
        self.after = after
    }
}
