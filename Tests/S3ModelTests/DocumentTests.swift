import Testing

@testable import S3Model

@Suite struct DocumentTests {
    @Test func `an error document names code, message, details, resource and ids in order`() {
        let error = S3Error(.noSuchKey).with("Key", "a&b")
        #expect(
            String(decoding: error.document(resource: "/b/a&b", requestID: "R", hostID: "H"), as: UTF8.self) == """
                <?xml version="1.0" encoding="UTF-8"?>
                <Error><Code>NoSuchKey</Code><Message>The key does not exist</Message><Key>a&amp;b</Key>\
                <Resource>/b/a&amp;b</Resource><RequestId>R</RequestId><HostId>H</HostId></Error>
                """)
    }

    @Test func `a Delete document gives its keys`() throws {
        let request = try DeleteObjectsRequest(
            Array("<Delete><Object><Key>a</Key></Object><Quiet>True</Quiet><Object><Key>b</Key><VersionId>null</VersionId></Object></Delete>".utf8))
        #expect(request.isQuiet)
        #expect(request.items.map(\.key) == ["a", "b"])
        #expect(request.items[1].versionID == "null")
    }

    @Test(arguments: [0, 1, 1000, 1001])
    func `a Delete document has 1 to 1000 objects`(_ count: Int) {
        let body = "<Delete>" + (0..<count).map { "<Object><Key>\($0)</Key></Object>" }.joined() + "</Delete>"
        let isRead = (try? DeleteObjectsRequest(Array(body.utf8))) != nil
        #expect(isRead == (1...1000).contains(count))
    }

    @Test func `parts must ascend`() throws {
        func body(_ numbers: [Int]) -> [UInt8] {
            Array(("<CompleteMultipartUpload>" + numbers.map { "<Part><PartNumber>\($0)</PartNumber><ETag>&quot;e&quot;</ETag></Part>" }.joined()
                + "</CompleteMultipartUpload>").utf8)
        }
        #expect(try CompleteMultipartUploadRequest(body([1, 3])).parts.map(\.eTag) == ["e", "e"])
        for (numbers, code) in [([2, 1], S3ErrorCode.invalidPartOrder), ([1, 1], .invalidPartOrder), ([], .malformedXML), ([0], .invalidArgument), ([10_001], .invalidArgument)] {
            #expect { try CompleteMultipartUploadRequest(body(numbers)) } throws: { ($0 as? S3Error)?.code == code }
        }
    }

    @Test func `a location constraint is optional`() throws {
        #expect(try CreateBucketRequest([]).locationConstraint == nil)
        #expect(try CreateBucketRequest(Array("<CreateBucketConfiguration/>".utf8)).locationConstraint == nil)
        let body = "<CreateBucketConfiguration xmlns=\"x\"><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>"
        #expect(try CreateBucketRequest(Array(body.utf8)).locationConstraint == "eu-west-1")
    }

    @Test func `a website configuration survives the way to XML and back`() throws {
        let configuration = WebsiteConfiguration(
            indexSuffix: "index.html", errorKey: "404.html",
            routingRules: [
                .init(condition: .init(keyPrefixEquals: "docs/"), redirect: .init(replacement: .prefix(with: "documents/"))),
                .init(
                    condition: .init(keyPrefixEquals: "a&b", httpErrorCodeReturnedEquals: 404),
                    redirect: .init(scheme: .https, hostName: "example.com", replacement: .wholeKey(with: "x"), httpRedirectCode: 302)),
            ])
        #expect(try WebsiteConfiguration(xml: configuration.document) == configuration)
        let redirect = WebsiteConfiguration(redirectAll: .init(hostName: "example.com", scheme: .https))
        #expect(try WebsiteConfiguration(xml: redirect.document) == redirect)
    }

    @Test func `a public access block survives the way to XML and back`() throws {
        let block = PublicAccessBlock(blockPublicACLs: false, ignorePublicACLs: true, blockPublicPolicy: false, restrictPublicBuckets: true)
        #expect(try PublicAccessBlock(block.document) == block)
    }
}
