// The canonical request in S3's flavour: the path is encoded once and never normalised (`.`, `..` and `//` are parts
// of a key), the query is sorted by encoded name then value, header values are trimmed and their inner runs of white
// space folded. AWS: "Signature Calculations for the Authorization Header", task 1.

import Cryptography

/// The text whose hash a request's signature covers.
package struct CanonicalRequest: Sendable, Hashable {
    package let text: String

    /// - Parameters:
    ///   - signedHeaders: lower-case names in the order they are signed.
    ///   - payloadHash: the last line, as x-amz-content-sha256 spells it.
    package init(_ request: SigV4Request, signedHeaders: [String], payloadHash: String) {
        var text = request.method
        text += "\n"
        text += Self.path(request.path)
        text += "\n"
        text += Self.query(QueryParameter.parse(request.query))
        text += "\n"
        for name in signedHeaders {
            text += name
            text += ":"
            text += Self.headerValue(request.values(of: name))
            text += "\n"
        }
        text += "\n"
        text += signedHeaders.joined(separator: ";")
        text += "\n"
        text += payloadHash
        self.text = text
    }

    /// Hexadecimal SHA-256 of the text.
    package var hash: String { Hex.encode(DigestAlgorithm.sha256.digest(of: text)) }

    /// The path decoded and encoded once, so that every spelling of a key signs alike.
    static func path(_ raw: String) -> String {
        raw.isEmpty ? "/" : URIEncoding.encode(URIEncoding.decode(raw.utf8), keepingSlash: true)
    }

    /// The sorted, encoded query without `X-Amz-Signature`.
    static func query(_ parameters: [QueryParameter]) -> String {
        parameters.filter { !$0.isNamed("X-Amz-Signature") }
            .map { (URIEncoding.encode($0.name), URIEncoding.encode($0.value)) }
            .sorted { $0 < $1 }
            .map { $0 + "=" + $1 }
            .joined(separator: "&")
    }

    /// The values of one name, each trimmed and folded, joined with commas.
    static func headerValue(_ values: [String]) -> String {
        values.map(folded).joined(separator: ",")
    }

    private static func folded(_ value: String) -> String {
        value.utf8.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            .map { String(decoding: $0, as: UTF8.self) }
            .joined(separator: " ")
    }
}
