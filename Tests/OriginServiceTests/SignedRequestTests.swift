import Cryptography
import HTTPTransport
import HTTPTypes
import ObjectStorage
import S3Model
import SigV4
import Testing

@testable import OriginService

/// What a signature covers is what is acted on.
@Suite struct SignedRequestTests {
    private static let host = "first.s3.localhost:9000"

    /// An origin with `k` in the buckets `first` and `second`.
    private func origin() async -> OriginHarness {
        let origin = OriginHarness()
        for bucket in ["first", "second"] {
            _ = await origin.send(.put, "/\(bucket)")
            _ = await origin.send(.put, "/\(bucket)/k", body: Array("in \(bucket)".utf8))
        }
        return origin
    }

    private func signed(_ method: HTTPRequest.Method, _ path: String, at origin: OriginHarness) -> HTTPFields {
        var request = SigV4Request(method: method.rawValue, path: path, headers: [(name: "host", value: Self.host)])
        SigV4Signer(
            credentials: SigningCredentials(accessKeyID: OriginHarness.owner.accessKeyID, secretAccessKey: OriginHarness.owner.secretAccessKey),
            region: OriginHarness.region
        ).sign(&request, payload: .empty, at: SigningTime(secondsSince1970: origin.clock.now.secondsSince1970))
        return HTTPFields(request.headers.compactMap { header in HTTPField.Name(header.name).map { HTTPField(name: $0, value: header.value) } })
    }

    private func presigned(
        _ method: HTTPRequest.Method, _ path: String, query: String = "", host: String = "localhost:9000", at origin: OriginHarness
    ) -> RequestHead {
        let query = SigV4Signer(
            credentials: SigningCredentials(accessKeyID: OriginHarness.owner.accessKeyID, secretAccessKey: OriginHarness.owner.secretAccessKey),
            region: OriginHarness.region
        ).presignedQuery(
            for: SigV4Request(method: method.rawValue, path: path, query: query, headers: [(name: "host", value: host)]), expiresSeconds: 60,
            at: SigningTime(secondsSince1970: origin.clock.now.secondsSince1970))
        var fields: HTTPFields = [.init("host")!: host]
        if method == .put { fields[.contentLength] = "1" }
        return RequestHead(method: method, path: path, query: query, authority: host, fields: fields)
    }

    @Test func `bug: a signature for one bucket's host was good for another bucket in an absolute target`() async {
        let origin = await origin()
        var head = RequestHead(method: .get, path: "/k", authority: Self.host, fields: signed(.get, "/k", at: origin))
        #expect(await origin.deliver(head).text == "in first")
        // GET http://second.s3.localhost:9000/k with Host: first.s3.localhost:9000
        head.authority = "second.s3.localhost:9000"
        #expect(await origin.deliver(head).code == "SignatureDoesNotMatch")
        var url = presigned(.get, "/k", host: Self.host, at: origin)
        #expect(await origin.deliver(url).text == "in first")
        url.authority = "second.s3.localhost:9000"
        #expect(await origin.deliver(url).code == "SignatureDoesNotMatch")
    }

    @Test func `bug: fields that an SDK moved into a presigned query were ignored`() async {
        let origin = await origin()
        let head = presigned(.put, "/first/moved", query: "x-amz-meta-colour=blue%20green&x-amz-website-redirect-location=%2Fx", at: origin)
        #expect(await origin.deliver(head, [1]).status == 200)
        let stored = await origin.send(.head, "/first/moved")
        #expect(stored.fields[.init("x-amz-meta-colour")!] == "blue green")
        #expect(stored.fields[.xAmzWebsiteRedirectLocation] == "/x")
        let encrypted = presigned(.put, "/first/other", query: "x-amz-server-side-encryption=AES256", at: origin)
        #expect(await origin.deliver(encrypted, [1]).code == "NotImplemented")
        let wrong = presigned(.put, "/first/other", query: "x-amz-checksum-crc32=AAAAAA%3D%3D", at: origin)
        #expect(await origin.deliver(wrong, [1]).code == "BadDigest")
        #expect(await origin.send(.head, "/first/other").status == 404)
    }

    @Test func `a field added to the query of a presigned URL breaks its signature, and means nothing without one`() async {
        let origin = await origin()
        var head = presigned(.put, "/first/k", at: origin)
        head.query = (head.query ?? "") + "&x-amz-copy-source=second%2Fk"
        #expect(await origin.deliver(head, [1]).code == "SignatureDoesNotMatch")
        #expect(await origin.send(.get, "/first/k").text == "in first")
        #expect(await origin.send(.put, "/first/k?x-amz-meta-colour=blue", body: [1]).status == 200)
        #expect(await origin.send(.head, "/first/k").fields[.init("x-amz-meta-colour")!] == nil)
    }

    @Test func `a URL of version 2 cannot borrow fields for its query from version 4`() async {
        let origin = await origin()
        let expires = origin.clock.now.secondsSince1970 + 60
        let signature = Base64.standard.encode(
            HMAC.sha1(key: Array(OriginHarness.owner.secretAccessKey.utf8), message: "PUT\n\n\n\(expires)\n/first/k"))
        let escaped = signature.flatMap { ["+": "%2B", "/": "%2F", "=": "%3D"][String($0)] ?? String($0) }
        let query = "AWSAccessKeyId=\(OriginHarness.owner.accessKeyID)&Expires=\(expires)&Signature=" + String(escaped)
        var head = RequestHead(
            method: .put, path: "/first/k", query: query + "&X-Amz-Signature=x&x-amz-copy-source=second%2Fk", authority: "localhost:9000",
            fields: [.contentLength: "1"])
        #expect(await origin.deliver(head, [1]).code == "InvalidArgument")
        #expect(await origin.send(.get, "/first/k").text == "in first")
        head.query = query
        #expect(await origin.deliver(head, [1]).status == 200)
    }
}
