import Cryptography
import HTTPSemantics
import HTTPTypes
import S3Model
import SigV4
import Testing

@testable import OriginService

@Suite struct ObjectTests {
    let origin = OriginHarness()

    private func makeBucket() async { #expect(await origin.send(.put, "/bkt").status == 200) }

    @Test func `an object comes back as it was put`() async {
        await makeBucket()
        let put = await origin.send(
            .put, "/bkt/a%20b/c", fields: [.contentType: "text/plain", .cacheControl: "max-age=5", .init("x-amz-meta-Who")!: "me"], body: Array("hello".utf8))
        #expect(put.status == 200)
        #expect(put.fields[.eTag] == "\"5d41402abc4b2a76b9719d911017c592\"")
        let get = await origin.send(.get, "/bkt/a%20b/c")
        #expect(get.status == 200)
        #expect(get.text == "hello")
        #expect(get.fields[.contentType] == "text/plain")
        #expect(get.fields[.cacheControl] == "max-age=5")
        #expect(get.fields[.init("x-amz-meta-who")!] == "me")
        #expect(get.fields[.contentLength] == "5")
        #expect(get.fields[.acceptRanges] == "bytes")
        #expect(get.fields[.lastModified] == "Thu, 28 May 2026 20:26:40 GMT")
        #expect(get.fields[.xAmzRequestID]?.count == 16)
        #expect(get.fields[.xAmzID2]?.isEmpty == false)
        let head = await origin.send(.head, "/bkt/a%20b/c")
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(head.fields[.contentLength] == "5")
        #expect(await origin.send(.delete, "/bkt/a%20b/c").status == 204)
        #expect(await origin.send(.get, "/bkt/a%20b/c").code == "NoSuchKey")
    }

    @Test(arguments: [[0x48, 0xE9], [0x48, 0xC3, 0xA9]] as [[UInt8]])
    func `user metadata comes back octet by octet, whatever its encoding`(_ octets: [UInt8]) async throws {
        let headers = try ObjectHeaders(HTTPFields([HTTPField(name: .init("x-amz-meta-a")!, value: octets)]))
        let field = try #require(ObjectHeaders(headers.attributes).responseFields().first { $0.name == .init("x-amz-meta-a")! })
        let sent = field.withUnsafeBytesOfValue { bytes in Array(bytes) }
        #expect(sent == octets)
    }

    @Test func `virtual-hosted and path style name the same object`() async {
        await makeBucket()
        _ = await origin.send(.put, "/k", host: "bkt.s3.localhost:9000", body: [1])
        #expect(await origin.send(.get, "/bkt/k").body == [1])
    }

    static let ranges: [(String, Int, String, String?)] = [
        ("bytes=0-0", 206, "0", "bytes 0-0/10"), ("bytes=2-4", 206, "234", "bytes 2-4/10"), ("bytes=7-", 206, "789", "bytes 7-9/10"),
        ("bytes=-3", 206, "789", "bytes 7-9/10"), ("bytes=5-99", 206, "56789", "bytes 5-9/10"), ("bytes=10-", 416, "", "bytes */10"),
        ("bytes=0-1,4-5", 200, "0123456789", nil), ("bytes=4-2", 200, "0123456789", nil), ("lines=1-2", 200, "0123456789", nil),
    ]

    @Test(arguments: ranges)
    func `one range is honoured, several give the whole`(_ row: (String, Int, String, String?)) async {
        await makeBucket()
        _ = await origin.send(.put, "/bkt/k", body: Array("0123456789".utf8))
        let get = await origin.send(.get, "/bkt/k", fields: [.range: row.0])
        #expect(get.status == row.1)
        if row.1 != 416 { #expect(get.text == row.2) }
        #expect(get.fields[.contentRange] == row.3)
    }

    static let conditions: [(HTTPFields, Int)] = [
        ([.ifMatch: "\"5d41402abc4b2a76b9719d911017c592\""], 200), ([.ifMatch: "5d41402abc4b2a76b9719d911017c592"], 200), ([.ifMatch: "\"x\""], 412),
        ([.ifNoneMatch: "\"5d41402abc4b2a76b9719d911017c592\""], 304), ([.ifNoneMatch: "\"x\""], 200),
        ([.ifModifiedSince: "Thu, 28 May 2026 20:26:40 GMT"], 304), ([.ifModifiedSince: "Thu, 28 May 2026 20:26:39 GMT"], 200),
        ([.ifUnmodifiedSince: "Thu, 28 May 2026 20:26:40 GMT"], 200), ([.ifUnmodifiedSince: "Thu, 28 May 2026 20:26:39 GMT"], 412),
    ]

    @Test(arguments: conditions)
    func `the four conditions decide about a read`(_ row: (HTTPFields, Int)) async {
        await makeBucket()
        _ = await origin.send(.put, "/bkt/k", body: Array("hello".utf8))
        origin.clock.advance(seconds: 60)
        #expect(await origin.send(.get, "/bkt/k", fields: row.0).status == row.1)
        #expect(await origin.send(.head, "/bkt/k", fields: row.0).status == row.1)
    }

    @Test func `conditional writes happen only while their condition holds`() async {
        await makeBucket()
        #expect(await origin.send(.put, "/bkt/k", fields: [.ifMatch: "\"x\""], body: [1]).code == "NoSuchKey")
        #expect(await origin.send(.put, "/bkt/k", fields: [.ifNoneMatch: "*"], body: [1]).status == 200)
        let second = await origin.send(.put, "/bkt/k", fields: [.ifNoneMatch: "*"], body: [2])
        #expect(second.status == 412)
        #expect(second.code == "PreconditionFailed")
        let tag = await origin.send(.head, "/bkt/k").fields[.eTag] ?? ""
        #expect(await origin.send(.put, "/bkt/k", fields: [.ifMatch: tag], body: [3]).status == 200)
        #expect(await origin.send(.delete, "/bkt/k", fields: [.ifMatch: tag]).status == 412)
        #expect(await origin.send(.get, "/bkt/k").body == [3])
    }

    @Test func `content is held against everything stated about it`() async {
        await makeBucket()
        let body = Array("hello".utf8)
        let md5 = Base64.standard.encode(DigestAlgorithm.md5.digest(of: body))
        let crc = Base64.standard.encode(CRC32(of: body).bytes)
        #expect(await origin.send(.put, "/bkt/k", fields: [.contentMD5: md5, .xAmzChecksumCRC32: crc], body: body).status == 200)
        #expect(await origin.send(.put, "/bkt/n", fields: [.contentMD5: "XUFAKrxLKna5cZ2REBfFkQ=="], body: body).code == "BadDigest")
        #expect(await origin.send(.put, "/bkt/n", fields: [.contentMD5: "short"], body: body).code == "InvalidDigest")
        #expect(await origin.send(.put, "/bkt/n", fields: [.xAmzChecksumCRC32: "AAAAAA=="], body: body).code == "BadDigest")
        #expect(await origin.send(.put, "/bkt/n", body: body, payload: .of(Array("other".utf8))).code == "XAmzContentSHA256Mismatch")
        #expect(await origin.send(.put, "/bkt/n", sendsLength: false).code == "MissingContentLength")
        #expect(await origin.send(.get, "/bkt/n").code == "NoSuchKey")
        let head = await origin.send(.head, "/bkt/k", fields: [.xAmzChecksumMode: "ENABLED"])
        #expect(head.fields[.xAmzChecksumCRC32] == crc)
        #expect(head.fields[.xAmzChecksumType] == "FULL_OBJECT")
        #expect(await origin.send(.head, "/bkt/k").fields[.xAmzChecksumCRC32] == nil)
    }

    @Test func `an aws-chunked body with an unsigned trailer is unwrapped and checked`() async {
        await makeBucket()
        let crc = Base64.standard.encode(CRC32(of: Array("hello".utf8)).bytes)
        func put(_ key: String, crc: String) async -> Response {
            await origin.send(
                .put, "/bkt/\(key)",
                fields: [
                    .contentEncoding: "aws-chunked", .xAmzDecodedContentLength: "5", .xAmzTrailer: "x-amz-checksum-crc32", .xAmzSDKChecksumAlgorithm: "CRC32",
                ], payload: .streamingUnsignedTrailer, wire: { _ in Array("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:\(crc)\r\n\r\n".utf8) })
        }
        #expect(await put("good", crc: crc).fields[.xAmzChecksumCRC32] == crc)
        let get = await origin.send(.get, "/bkt/good")
        #expect(get.text == "hello")
        #expect(get.fields[.contentEncoding] == nil)
        #expect(await put("bad", crc: "AAAAAA==").code == "BadDigest")
        #expect(await origin.send(.get, "/bkt/bad").code == "NoSuchKey")
    }

    @Test func `an aws-chunked body with signed chunks is verified chunk by chunk`() async {
        await makeBucket()
        func put(_ key: String, text: String) async -> Response {
            await origin.send(
                .put, "/bkt/\(key)", fields: [.contentEncoding: "aws-chunked", .xAmzDecodedContentLength: "5"], payload: .streamingSigned,
                wire: { chain in
                    var chain = chain
                    let first = chain.sign(chunk: Array("hello".utf8))
                    let last = chain.sign(chunk: [])
                    return Array("5;chunk-signature=\(first)\r\n\(text)\r\n0;chunk-signature=\(last)\r\n\r\n".utf8)
                })
        }
        #expect(await put("good", text: "hello").status == 200)
        #expect(await put("bad", text: "hellO").code == "SignatureDoesNotMatch")
        #expect(await origin.send(.get, "/bkt/bad").code == "NoSuchKey")
    }

    @Test func `response overrides are for signed requests only`() async {
        let origin = OriginHarness()
        _ = await origin.send(.put, "/bkt")
        _ = await origin.send(.put, "/bkt/k", body: [1])
        let target = "/bkt/k?response-content-type=text%2Fcsv&response-content-disposition=attachment"
        let get = await origin.send(.get, target)
        #expect(get.fields[.contentType] == "text/csv")
        #expect(get.fields[.contentDisposition] == "attachment")
        _ = await origin.send(.put, "/bkt?policy", body: Array(publicRead.utf8))
        #expect(await origin.send(.get, "/bkt/k", as: .anonymous).status == 200)
        #expect(await origin.send(.get, target, as: .anonymous).code == "InvalidRequest")
    }

    @Test func `a copy keeps or replaces metadata and obeys the conditions on its source`() async {
        await makeBucket()
        _ = await origin.send(.put, "/bkt/src", fields: [.contentType: "text/plain", .init("x-amz-meta-a")!: "1"], body: Array("hello".utf8))
        let copy = await origin.send(.put, "/bkt/copy", fields: [.xAmzCopySource: "/bkt/src"])
        #expect(copy.status == 200)
        #expect(copy.element("ETag") == "&quot;5d41402abc4b2a76b9719d911017c592&quot;")
        let head = await origin.send(.head, "/bkt/copy")
        #expect(head.fields[.contentType] == "text/plain")
        #expect(head.fields[.init("x-amz-meta-a")!] == "1")
        _ = await origin.send(.put, "/bkt/copy", fields: [.xAmzCopySource: "bkt/src", .xAmzMetadataDirective: "REPLACE", .contentType: "text/html"])
        let replaced = await origin.send(.head, "/bkt/copy")
        #expect(replaced.fields[.contentType] == "text/html")
        #expect(replaced.fields[.init("x-amz-meta-a")!] == nil)
        #expect(await origin.send(.put, "/bkt/copy", fields: [.xAmzCopySource: "bkt/src", .xAmzCopySourceIfMatch: "x"]).code == "PreconditionFailed")
        #expect(await origin.send(.put, "/bkt/src", fields: [.xAmzCopySource: "bkt/src"]).code == "InvalidRequest")
        #expect(await origin.send(.put, "/bkt/x", fields: [.xAmzCopySource: "bkt/none"]).code == "NoSuchKey")
        #expect(await origin.send(.put, "/bkt/x", fields: [.xAmzCopySource: "nowhere/none"]).code == "NoSuchBucket")
    }

    @Test func `deleting many keys answers for each`() async {
        await makeBucket()
        _ = await origin.send(.put, "/bkt/a", body: [1])
        let body = Array("<Delete><Object><Key>a</Key></Object><Object><Key>none</Key></Object></Delete>".utf8)
        let answer = await origin.send(.post, "/bkt?delete", body: body)
        #expect(answer.elements("Key") == ["a", "none"])
        #expect(answer.elements("Error").isEmpty)
        #expect(await origin.send(.get, "/bkt/a").code == "NoSuchKey")
        let denied = await origin.send(.post, "/bkt?delete", body: body, as: .stranger)
        #expect(denied.elements("Code") == ["AccessDenied", "AccessDenied"])
        #expect(denied.elements("VersionId") == ["null", "null"])
    }

    @Test func `attributes name what was asked for`() async {
        await makeBucket()
        _ = await origin.send(.put, "/bkt/a", fields: [.xAmzChecksumSHA1: "qvTGHdzF6KLavt4PO0gs2a6pQ00="], body: Array("hello".utf8))
        let answer = await origin.send(.get, "/bkt/a?attributes", fields: [.xAmzObjectAttributes: "ETag,ObjectSize,Checksum"])
        #expect(answer.element("ETag") == "5d41402abc4b2a76b9719d911017c592")
        #expect(answer.element("ObjectSize") == "5")
        #expect(answer.element("ChecksumSHA1") == "qvTGHdzF6KLavt4PO0gs2a6pQ00=")
        #expect(answer.element("StorageClass") == nil)
    }
}

/// Everyone may read the objects of `bkt`.
let publicRead = """
    {"Version":"2012-10-17","Statement":[{"Sid":"read","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::bkt/*"}]}
    """
