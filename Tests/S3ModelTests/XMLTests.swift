import Testing

@testable import S3Model

@Suite struct XMLTests {
    private func read(_ text: String) throws(S3Error) -> XMLElement { try XMLElement.read(Array(text.utf8)) }

    @Test func `elements, text, comments, CDATA, references and namespaces are read`() throws {
        let root = try read(
            """
            \u{FEFF}<?xml version="1.0" encoding="UTF-8"?>
            <!-- a comment --><s3:Delete xmlns:s3="http://s3.amazonaws.com/doc/2006-03-01/" a='1 &amp; 2'>
              <Key>a&lt;b&gt;&amp;&quot;&apos;&#x20AC;&#13;</Key><!-- c --><Other><![CDATA[<raw>&]]></Other><Empty/>
            </s3:Delete >
            """)
        #expect(root.name == "Delete")
        #expect(root.children.map(\.name) == ["Key", "Other", "Empty"])
        #expect(root.children.map(\.text) == ["a<b>&\"'\u{20AC}\r", "<raw>&", ""])
    }

    @Test(arguments: [
        "", "text", "<a>", "<a></b>", "<a/><b/>", "<a><b></a></b>", "<a x></a>", "<a x=1/>", "<a x='<'/>", "<a>&unknown;</a>", "<a>&#0;</a>",
        "<a>&#xD800;</a>", "<a>&#+5;</a>", "<a>& </a>", "<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "<?php x?><a/>",
        "<a><!-- -- --></a>", "<a>\u{1}</a>", "<1a/>", "< a/>", "<a/>trailing", "<a><![CDATA[x</a>",
    ])
    func `anything that is not plain well formed XML is refused`(_ text: String) {
        #expect { try read(text) } throws: { ($0 as? S3Error)?.code == .malformedXML }
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(throws: S3Error.self) { try XMLElement.read([0x3C, 0x61, 0x3E, 0xFF, 0x3C, 0x2F, 0x61, 0x3E]) }
    }

    @Test func `sixteen levels are read and seventeen refused`() throws {
        func nested(_ levels: Int) -> String { String(repeating: "<a>", count: levels) + String(repeating: "</a>", count: levels) }
        _ = try read(nested(16))
        #expect(throws: S3Error.self) { try read(nested(17)) }
    }

    @Test func `what the writer escapes the reader gives back`() throws {
        let text = "a<b>&\"'\r\n\t\u{20AC} end"
        var writer = XMLWriter()
        writer.element("Root") { $0.leaf("Key", text) }
        #expect(try XMLElement.read(writer.bytes, root: "Root").value("Key") == text)
    }

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
