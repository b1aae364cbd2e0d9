import HTTPTypes
import S3Model
import Testing

@testable import OriginService

@Suite struct BucketTests {
    @Test func `buckets are made, listed, located and removed`() async {
        let origin = OriginHarness()
        #expect(await origin.send(.put, "/one-bucket").fields[.location] == "/one-bucket")
        _ = await origin.send(.put, "/two-bucket")
        #expect(await origin.send(.get, "/").elements("Name") == ["one-bucket", "two-bucket"])
        #expect(await origin.send(.get, "/", as: .stranger).elements("Name").isEmpty)
        #expect(await origin.send(.get, "/", as: .anonymous).code == "AccessDenied")
        #expect(await origin.send(.head, "/one-bucket").fields[.xAmzBucketRegion] == "us-east-1")
        #expect(await origin.send(.get, "/one-bucket?location").text.hasSuffix("<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"></LocationConstraint>"))
        #expect(await origin.send(.put, "/one-bucket", as: .stranger).code == "BucketAlreadyExists")
        #expect(await origin.send(.put, "/one-bucket").status == 200)
        _ = await origin.send(.put, "/one-bucket/k", body: [1])
        #expect(await origin.send(.delete, "/one-bucket").code == "BucketNotEmpty")
        _ = await origin.send(.delete, "/one-bucket/k")
        #expect(await origin.send(.delete, "/one-bucket").status == 204)
        #expect(await origin.send(.head, "/one-bucket").status == 404)
        #expect(await origin.send(.put, "/Bad_Name").code == "InvalidBucketName")
        let body = Array("<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>".utf8)
        #expect(await origin.send(.put, "/three-bucket", body: body).code == "IllegalLocationConstraintException")
    }

    @Test func `listings page through keys and prefixes in both versions`() async {
        let origin = OriginHarness()
        _ = await origin.send(.put, "/bkt")
        for key in ["a", "b/1", "b/2", "c%2Bd", "e"] { _ = await origin.send(.put, "/bkt/\(key)", body: [1]) }
        let first = await origin.send(.get, "/bkt?list-type=2&delimiter=%2F&max-keys=2&encoding-type=url")
        #expect(first.elements("Key") == ["a"])
        #expect(first.element("CommonPrefixes") == "<Prefix>b/</Prefix>")
        #expect(first.element("KeyCount") == "2")
        #expect(first.element("IsTruncated") == "true")
        let token = first.element("NextContinuationToken") ?? ""
        let second = await origin.send(.get, "/bkt?list-type=2&delimiter=%2F&max-keys=2&encoding-type=url&continuation-token=\(token.replacingAll("=", "%3D").replacingAll("+", "%2B"))")
        #expect(second.elements("Key") == ["c%2Bd", "e"])
        #expect(second.element("IsTruncated") == "false")
        let old = await origin.send(.get, "/bkt?delimiter=/&max-keys=2")
        #expect(old.element("NextMarker") == "b/")
        #expect(await origin.send(.get, "/bkt?delimiter=/&marker=b/").elements("Key") == ["c+d", "e"])
        #expect(await origin.send(.get, "/bkt?max-keys=0").element("IsTruncated") == "false")
        #expect(await origin.send(.get, "/bkt?list-type=2&start-after=b/1").elements("Key") == ["b/2", "c+d", "e"])
        #expect(await origin.send(.get, "/bkt?list-type=2&continuation-token=").text.contains("<ContinuationToken></ContinuationToken>"))
        let versions = await origin.send(.get, "/bkt?versions&prefix=b/")
        #expect(versions.elements("VersionId") == ["null", "null"])
    }

    @Test(arguments: [
        ("cors", 404, "NoSuchCORSConfiguration"), ("lifecycle", 404, "NoSuchLifecycleConfiguration"), ("tagging", 404, "NoSuchTagSet"),
        ("replication", 404, "ReplicationConfigurationNotFoundError"), ("object-lock", 404, "ObjectLockConfigurationNotFoundError"),
        ("encryption", 404, "ServerSideEncryptionConfigurationNotFoundError"), ("website", 404, "NoSuchWebsiteConfiguration"),
        ("policy", 404, "NoSuchBucketPolicy"), ("publicAccessBlock", 404, "NoSuchPublicAccessBlockConfiguration"),
        ("accelerate", 200, nil), ("requestPayment", 200, nil), ("versioning", 200, nil), ("logging", 200, nil), ("notification", 200, nil), ("acl", 200, nil),
        ("analytics", 200, nil), ("inventory", 200, nil), ("metrics", 200, nil), ("intelligent-tiering", 200, nil), ("ownershipControls", 200, nil),
    ] as [(String, Int, String?)])
    func `settings that were never made are answered as not configured`(_ row: (String, Int, String?)) async {
        let origin = OriginHarness()
        _ = await origin.send(.put, "/bkt")
        let answer = await origin.send(.get, "/bkt?\(row.0)")
        #expect(answer.status == row.1)
        #expect(answer.code == row.2)
    }

    @Test func `a website configuration is kept, returned and removed`() async {
        let origin = OriginHarness()
        _ = await origin.send(.put, "/bkt")
        let body = Array("<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>".utf8)
        #expect(await origin.send(.put, "/bkt?website", body: body).status == 200)
        #expect(await origin.send(.get, "/bkt?website").element("Suffix") == "index.html")
        let bad = Array("<WebsiteConfiguration><IndexDocument><Suffix>a/b</Suffix></IndexDocument></WebsiteConfiguration>".utf8)
        #expect(await origin.send(.put, "/bkt?website", body: bad).code == "InvalidArgument")
        #expect(await origin.send(.get, "/bkt?website").element("Suffix") == "index.html")
        #expect(await origin.send(.delete, "/bkt?website").status == 204)
        #expect(await origin.send(.get, "/bkt?website").code == "NoSuchWebsiteConfiguration")
    }
}

extension String {
    func replacingAll(_ text: Character, _ replacement: String) -> String { map { $0 == text ? replacement : String($0) }.joined() }

    @Test(arguments: [("BucketOwnerEnforced", 200, nil), ("BucketOwnerPreferred", 501, "NotImplemented"), ("ObjectWriter", 501, "NotImplemented"), ("Nobody", 400, "MalformedXML")] as [(String, Int, String?)])
    func `bug: ownership controls that say what is the case were refused`(value: String, status: Int, code: String?) async {
        let origin = OriginHarness()
        _ = await origin.send(.put, "/bkt")
        let document = "<OwnershipControls><Rule><ObjectOwnership>\(value)</ObjectOwnership></Rule></OwnershipControls>"
        let answer = await origin.send(.put, "/bkt?ownershipControls", body: Array(document.utf8))
        #expect(answer.status == status)
        #expect(answer.code == code)
        #expect(await origin.send(.put, "/bkt?ownershipControls", body: Array(document.utf8), as: .stranger).code == "AccessDenied")
        #expect(await origin.send(.get, "/bkt?ownershipControls").element("ObjectOwnership") == "BucketOwnerEnforced")
        #expect(await origin.send(.delete, "/bkt?ownershipControls").status == 204)
    }
}
