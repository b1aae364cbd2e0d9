import HTTPTypes
import Testing

@testable import S3Model

@Suite struct OperationTests {
    private func parse(_ method: HTTPRequest.Method, _ target: String, _ fields: HTTPFields = [:]) throws -> S3Operation {
        let parts = target.split(separator: "?", maxSplits: 1)
        return try S3Operation.parse(
            method: method, address: try S3Address(host: "localhost", path: parts[0], baseHosts: []),
            query: try S3Query(parts.count > 1 ? parts[1] : ""), fields: fields)
    }

    static let rows: [(HTTPRequest.Method, String, String)] = [
        (.get, "/", "listBuckets"), (.put, "/bkt", "createBucket"), (.delete, "/bkt", "deleteBucket"), (.head, "/bkt", "headBucket"),
        (.get, "/bkt?location", "getBucketLocation"), (.get, "/bkt", "listObjects"), (.get, "/bkt?list-type=2", "listObjectsV2"),
        (.get, "/bkt?versions", "listObjectVersions"), (.post, "/bkt?delete", "deleteObjects"), (.get, "/bkt?uploads", "listMultipartUploads"),
        (.get, "/bkt?policy", "getBucketPolicy"), (.put, "/bkt?policy=", "putBucketPolicy"), (.delete, "/bkt?policy", "deleteBucketPolicy"),
        (.get, "/bkt?policyStatus", "getBucketPolicyStatus"), (.put, "/bkt?publicAccessBlock", "putPublicAccessBlock"),
        (.get, "/bkt?website", "getBucketWebsite"), (.put, "/bkt?website", "putBucketWebsite"), (.get, "/bkt?cors", "getUnconfigured"),
        (.delete, "/bkt?lifecycle", "deleteUnconfigured"), (.get, "/bkt/k", "getObject"), (.head, "/bkt/k?partNumber=1", "headObject"),
        (.get, "/bkt/k?versionId=null", "getObject"), (.get, "/bkt/k?x-id=GetObject", "getObject"), (.put, "/bkt/k", "putObject"),
        (.delete, "/bkt/k", "deleteObject"), (.post, "/bkt/k?uploads", "createMultipartUpload"), (.put, "/bkt/k?partNumber=1&uploadId=u", "uploadPart"),
        (.post, "/bkt/k?uploadId=u", "completeMultipartUpload"), (.delete, "/bkt/k?uploadId=u", "abortMultipartUpload"),
        (.get, "/bkt/k?uploadId=u", "listParts"), (.get, "/bkt/k?acl", "getObjectACL"), (.get, "/bkt/k?tagging", "getObjectTagging"),
        (.options, "/bkt/k", "preflight"),
    ]

    @Test(arguments: rows)
    func `each request is one operation`(_ row: (HTTPRequest.Method, String, String)) throws {
        #expect(Mirror(reflecting: try parse(row.0, row.1)).children.first?.label == row.2)
    }

    @Test func `a copy source makes a put a copy`() throws {
        let fields: HTTPFields = [.xAmzCopySource: "/src-bucket/a%20b%3Fc?versionId=null"]
        guard case .copyObject(_, let parameters) = try parse(.put, "/bkt/k", fields) else { return #expect(Bool(false)) }
        #expect(parameters.source.object.key.description == "a b?c")
        #expect(parameters.source.versionID == "null")
        #expect(Mirror(reflecting: try parse(.put, "/bkt/k?partNumber=2&uploadId=u", fields)).children.first?.label == "uploadPartCopy")
    }

    static let refused: [(HTTPRequest.Method, String, HTTPFields, S3ErrorCode)] = [
        (.post, "/", [:], .methodNotAllowed), (.get, "/Bad_Name", [:], .invalidBucketName), (.put, "/bkt?cors", [:], .notImplemented),
        (.put, "/bkt?versioning", [:], .notImplemented), (.put, "/bkt?acl", [:], .accessControlListNotSupported), (.get, "/bkt/k?torrent", [:], .notImplemented),
        (.post, "/bkt/k?restore", [:], .notImplemented), (.post, "/bkt/k?select", [:], .notImplemented), (.get, "/bkt/k?retention", [:], .notImplemented),
        (.put, "/bkt/k?tagging", [:], .notImplemented), (.put, "/bkt/k?acl", [:], .accessControlListNotSupported),
        (.post, "/bkt/k", [:], .methodNotAllowed), (.get, "/bkt/k?versionId=v1", [:], .noSuchVersion),
        (.get, "/bkt/k?partNumber=0", [:], .invalidArgument), (.get, "/bkt/k?partNumber=1", [.range: "bytes=0-1"], .invalidRequest),
        (.put, "/bkt/k?partNumber=10001&uploadId=u", [:], .invalidArgument), (.put, "/bkt/k?partNumber=1", [:], .invalidArgument),
        (.get, "/bkt?max-keys=-1", [:], .invalidArgument), (.get, "/bkt?max-keys=x", [:], .invalidArgument), (.get, "/bkt?encoding-type=x", [:], .invalidArgument),
        (.get, "/bkt?list-type=2&continuation-token=x", [:], .invalidArgument), (.get, "/bkt?list-type=3", [:], .invalidArgument),
        (.put, "/bkt/k", [.xAmzACL: "public-read"], .accessControlListNotSupported), (.put, "/bkt/k", [.xAmzStorageClass: "GLACIER"], .invalidStorageClass),
        (.put, "/bkt/k", [.init("x-amz-server-side-encryption")!: "AES256"], .notImplemented),
        (.put, "/bkt/k", [.init("x-amz-server-side-encryption-customer-algorithm")!: "AES256"], .notImplemented),
        (.get, "/bkt/k", [.init("x-amz-server-side-encryption-customer-key")!: "x"], .notImplemented),
        (.put, "/bkt/k", [.init("x-amz-object-lock-mode")!: "GOVERNANCE"], .notImplemented), (.put, "/bkt/k", [.init("x-amz-tagging")!: "a=b"], .notImplemented),
        (.put, "/bkt/k", [.ifNoneMatch: "\"e\""], .notImplemented), (.put, "/bkt/k", [.ifNoneMatch: "*", .ifMatch: "x"], .notImplemented),
        (.put, "/bkt/k", [.xAmzChecksumCRC32: "AAA="], .invalidRequest), (.put, "/bkt/k", [.xAmzChecksumCRC32: "AAAAAA==", .xAmzChecksumSHA1: "x"], .invalidRequest),
        (.put, "/bkt/k", [.xAmzSDKChecksumAlgorithm: "MD4"], .invalidRequest), (.put, "/bkt/k", [.xAmzTrailer: "x-amz-checksum-md4"], .invalidRequest),
        (.put, "/bkt/k", [.xAmzWebsiteRedirectLocation: "ftp://x"], .invalidRequest),
        (.put, "/bkt", [.xAmzObjectOwnership: "ObjectWriter"], .notImplemented),
        (.put, "/bkt/k", [.xAmzCopySource: "nokey"], .invalidArgument), (.put, "/bkt/k", [.xAmzCopySource: "bkt/k", .xAmzMetadataDirective: "X"], .invalidArgument),
        (.post, "/bkt/k?uploads", [.xAmzChecksumAlgorithm: "SHA256", .xAmzChecksumType: "FULL_OBJECT"], .invalidRequest),
    ]

    @Test(arguments: refused)
    func `what cannot be served is refused before anything is done`(_ row: (HTTPRequest.Method, String, HTTPFields, S3ErrorCode)) {
        #expect { try parse(row.0, row.1, row.2) } throws: { ($0 as? S3Error)?.code == row.3 }
    }

    @Test func `a key of 1025 bytes is too long`() {
        #expect { try parse(.get, "/bkt/" + String(repeating: "k", count: 1025)) } throws: { ($0 as? S3Error)?.code == .keyTooLongError }
    }

    @Test(arguments: ["private", "bucket-owner-full-control"])
    func `ACLs that change nothing are taken`(_ acl: String) throws {
        _ = try parse(.put, "/bkt/k", [.xAmzACL: acl])
    }

    @Test(arguments: [(0, true), (2048, true), (2049, false)])
    func `user metadata has at most 2048 bytes`(_ row: (Int, Bool)) {
        let fields: HTTPFields = row.0 == 0 ? [:] : [.init("X-Amz-Meta-a")!: String(repeating: "v", count: row.0 - 1)]
        #expect(((try? ObjectHeaders(fields)) != nil) == row.1)
    }

    @Test func `standard fields and user metadata come back as they were sent`() throws {
        let fields: HTTPFields = [
            .contentType: "text/html", .cacheControl: "max-age=5", .contentDisposition: "inline", .contentEncoding: "aws-chunked, gzip",
            .contentLanguage: "de", .expires: "whenever", .xAmzWebsiteRedirectLocation: "/x", .init("X-Amz-Meta-Author")!: "me",
        ]
        let answer = try ObjectHeaders(fields).responseFields()
        var expected = fields
        expected[.contentEncoding] = "gzip"
        #expect(Set(answer.map { "\($0.name.canonicalName): \($0.value)" }) == Set(expected.map { "\($0.name.canonicalName): \($0.value)" }))
    }

    @Test func `a continuation token gives back its name and refuses other text`() throws {
        let token = ContinuationToken(after: "a/ü b")
        #expect(try ContinuationToken(text: token.text, parameter: "continuation-token").after == "a/ü b")
        #expect(throws: S3Error.self) { try ContinuationToken(text: "AAAA", parameter: "continuation-token") }
    }

    @Test func `composite checksum values carry their part count`() {
        #expect(ChecksumValue(algorithm: .crc32, text: "AAAAAA==-3")?.partCount == 3)
        #expect(ChecksumValue(algorithm: .crc32, text: "AAAAAA==-3")?.text == "AAAAAA==-3")
        #expect(ChecksumValue(algorithm: .crc32, text: "AAAAAA==-x") == nil)
    }

    @Test func `every error code has a status above 399 and a message`() {
        for code in S3ErrorCode.allCases {
            #expect(code.status >= 400)
            #expect(!code.message.isEmpty)
        }
    }
}
