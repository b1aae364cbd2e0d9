import Cryptography
import Foundation
import SigV4

/// Signed requests for setting buckets up quickly. What real clients see is tested with real clients.
struct S3Client: Sendable {
    var port: Int
    var credentials: Credentials

    /// One signed, path-style request; the path is already encoded.
    func request(
        _ method: String, _ path: String, query: String = "", _ fields: Fields = [:], body: [UInt8] = []
    ) throws -> Response {
        let host = "127.0.0.1:\(port)"
        var request = SigV4Request(
            method: method, path: path, query: query, headers: [(name: "Host", value: host)] + fields.list)
        let signer = SigV4Signer(
            credentials: SigningCredentials(
                accessKeyID: credentials.accessKeyID, secretAccessKey: credentials.secretAccessKey), region: "us-east-1")
        _ = signer.sign(&request, payload: .of(body), at: SigningTime(secondsSince1970: Int64(Date().timeIntervalSince1970)))
        let signed = Fields(request.headers.filter { $0.name.lowercased() != "host" })
        let target = query.isEmpty ? path : path + "?" + query
        return try fetch(method, target, host: host, port: port, signed, body: method == "GET" || method == "HEAD" ? nil : body)
    }

    /// The same, and an error unless it succeeds.
    @discardableResult
    func must(
        _ method: String, _ path: String, query: String = "", _ fields: Fields = [:], body: String = ""
    ) throws -> Response {
        let response = try request(method, path, query: query, fields, body: Array(body.utf8))
        guard (200...299).contains(response.status) else {
            throw HarnessError("\(method) \(path)?\(query): \(response)")
        }
        return response
    }

    func makeBucket(_ bucket: String) throws { try must("PUT", "/\(bucket)") }

    func put(_ bucket: String, _ key: String, _ text: String, _ fields: Fields = [:]) throws {
        try must("PUT", "/\(bucket)/\(key)", fields, body: text)
    }

    func setPolicy(_ bucket: String, _ policy: String) throws { try must("PUT", "/\(bucket)", query: "policy=", body: policy) }

    /// Lets the distribution read the bucket's objects, and nobody else.
    func allowReads(_ bucket: String, fromDistribution arn: String) throws {
        try setPolicy(
            bucket,
            """
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
              "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject",
              "Resource": "arn:aws:s3:::\(bucket)/*",
              "Condition": {"StringEquals": {"AWS:SourceArn": "\(arn)"}}}]}
            """)
    }

    /// Makes a bucket's objects public, and its listing too when `listing` is true.
    func makePublic(_ bucket: String, listing: Bool) throws {
        try must("DELETE", "/\(bucket)", query: "publicAccessBlock=")
        let list = #", {"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::\#(bucket)"}"#
        try setPolicy(
            bucket,
            """
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
              "Resource": "arn:aws:s3:::\(bucket)/*"}\(listing ? list : "")]}
            """)
    }

    func setWebsite(_ bucket: String, _ inner: String) throws {
        try must(
            "PUT", "/\(bucket)", query: "website=",
            body: #"<WebsiteConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\#(inner)</WebsiteConfiguration>"#)
    }

    /// The keys of a bucket with at most a thousand of them.
    func keys(_ bucket: String) throws -> [String] {
        let listing = try must("GET", "/\(bucket)", query: "list-type=2").text
        return listing.matches(of: /<Key>([^<]*)<\/Key>/).map { String($0.1) }
    }
}
