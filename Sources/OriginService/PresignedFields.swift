// Presigning SDKs move `x-amz-*` header fields into the query, metadata and storage class among them, because whoever
// uses the URL sends no headers. S3 reads them there as if they were fields, and so does this server: ignored, they
// would be lost without a word.

import HTTPTransport
import HTTPTypes
import S3Model

enum PresignedFields {
    /// Parameters that are the signature's own.
    private static let ownNames: Set<String> = [
        "x-amz-algorithm", "x-amz-content-sha256", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-security-token",
        "x-amz-signature", "x-amz-signedheaders",
    ]

    /// The header section, with the `x-amz-*` parameters of a query presigned under version 4 that it has no field for.
    ///
    /// Only version 4 signs the whole query. A request that claims it and does not verify, or claims version 2 as well, is
    /// refused before any of these fields has an effect.
    static func merged(_ head: RequestHead) -> HTTPFields {
        var fields = head.fields
        guard let text = head.query, text.contains("X-Amz-Signature="), let query = try? S3Query(text), query.has("X-Amz-Signature") else {
            return fields
        }
        for item in query.items {
            let spelling = item.name.lowercased()
            guard spelling.hasPrefix("x-amz-"), !ownNames.contains(spelling), let name = HTTPField.Name(spelling), head.fields[name] == nil
            else { continue }
            fields.append(HTTPField(name: name, value: item.value))
        }
        return fields
    }
}
