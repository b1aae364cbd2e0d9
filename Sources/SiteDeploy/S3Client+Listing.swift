// Listings, page by page (ListObjectsV2), and multipart uploads that nobody finished.

package import HTTPSemantics
import HTTPTypes
import SigV4
import XMLDocuments

/// One object of a listing.
package struct ListedObject: Sendable, Hashable {
    package var key: String
    package var byteCount: Int
    /// With its quotes.
    package var entityTag: String
    package var writtenAt: HTTPDate
}

/// The objects of a prefix, and the store's own time at its first page.
package struct ObjectListing: Sendable {
    package var objects: [ListedObject] = []
    package var now = HTTPDate(secondsSince1970: 0)
}

/// A multipart upload under way, or given up.
package struct ListedUpload: Sendable, Hashable {
    package var key: String
    package var id: String
    package var startedAt: HTTPDate
}

extension S3Client {
    /// Objects that are listed at most; more are an error, not a part of the truth.
    package static let listedObjectsMax = 5_000_000

    /// Every object whose key has a prefix, in key order.
    package func listObjects(_ bucket: String, prefix: String = "") async throws(SiteDeployError) -> ObjectListing {
        let operation = "ListObjectsV2 \(bucket)/\(prefix)"
        var listing = ObjectListing()
        var token: String?
        repeat {
            var query = [("encoding-type", "url"), ("list-type", "2"), ("max-keys", "1000"), ("prefix", prefix)]
            if let token { query.append(("continuation-token", token)) }
            let answer = try await perform(S3Call(operation, .get, path: "/\(bucket)", query: Self.query(query)))
            if token == nil {
                guard let now = answer.date("date") else {
                    throw .refused(operation: operation, status: answer.status, code: "", message: "the answer has no Date")
                }
                listing.now = now
            }
            do throws(XMLError) {
                let page = try XMLElement.read(answer.bytes, root: "ListBucketResult")
                for element in page.children where element.name == "Contents" { listing.objects.append(try ListedObject(element)) }
                token = try page.value("IsTruncated") == "true" ? try page.value("NextContinuationToken") : nil
            } catch {
                throw .refused(operation: operation, status: answer.status, code: "", message: "the answer is no listing: \(error)")
            }
            guard listing.objects.count <= Self.listedObjectsMax else {
                throw .refused(
                    operation: operation, status: answer.status, code: "", message: "more than \(Self.listedObjectsMax) objects")
            }
        } while token != nil
        return listing
    }

    /// Multipart uploads under way below a prefix, at most a thousand.
    package func listUploads(_ bucket: String, prefix: String) async throws(SiteDeployError) -> [ListedUpload] {
        let operation = "ListMultipartUploads \(bucket)/\(prefix)"
        let answer = try await perform(
            S3Call(operation, .get, path: "/\(bucket)", query: Self.query([("max-uploads", "1000"), ("prefix", prefix), ("uploads", "")])))
        do throws(XMLError) {
            let page = try XMLElement.read(answer.bytes, root: "ListMultipartUploadsResult")
            var uploads: [ListedUpload] = []
            for element in page.children where element.name == "Upload" {
                guard let key = try element.value("Key"), let id = try element.value("UploadId"),
                    let started = try element.value("Initiated").flatMap(HTTPDate.init(listing:))
                else { continue }
                uploads.append(ListedUpload(key: key, id: id, startedAt: started))
            }
            return uploads
        } catch {
            throw .refused(operation: operation, status: answer.status, code: "", message: "the answer is no listing: \(error)")
        }
    }

    static func query(_ parameters: [(String, String)]) -> String {
        parameters.sorted { $0.0 < $1.0 }.map { "\($0)=\(URIEncoding.encode($1.utf8))" }.joined(separator: "&")
    }
}

extension ListedObject {
    fileprivate init(_ element: XMLElement) throws(XMLError) {
        guard let key = try element.value("Key"), let size = try element.value("Size").flatMap({ Int($0) }),
            let tag = try element.value("ETag"), let written = try element.value("LastModified").flatMap(HTTPDate.init(listing:)),
            let decoded = String(validating: URIEncoding.decode(key.utf8, plusIsSpace: true), as: UTF8.self)
        else { throw XMLError("an object without key, size, entity tag or date") }
        self.key = decoded
        byteCount = size
        entityTag = tag
        writtenAt = written
    }
}

extension HTTPDate {
    /// `2026-01-02T03:04:05.000Z`, as listings print instants.
    fileprivate init?(listing text: String) {
        let basic = text.prefix { $0 != "." && $0 != "Z" }.filter { $0 != "-" && $0 != ":" } + "Z"
        guard let time = SigningTime(basic: basic) else { return nil }
        self.init(secondsSince1970: time.secondsSince1970)
    }
}
