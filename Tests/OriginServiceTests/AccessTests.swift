import HTTPTransport
import HTTPTypes
import ObjectStorage
@testable import OriginService
import S3Model
import SigV4
import Testing


@Suite struct AccessTests {
    private func origin(block: PublicAccessBlock? = nil, policy: String? = nil) async -> OriginHarness {
        let origin = OriginHarness(block: block)
        _ = await origin.send(.put, "/bkt")
        _ = await origin.send(.put, "/bkt/k", body: Array("hello".utf8))
        if let policy {
            let answer = await origin.send(.put, "/bkt?policy", body: Array(policy.utf8))
            #expect(answer.status == 204, "\(answer.text)")
        }
        return origin
    }

    @Test func `without a policy only the owner gets in`() async {
        let origin = await origin()
        #expect(await origin.send(.get, "/bkt/k").status == 200)
        #expect(await origin.send(.get, "/bkt/k", as: .stranger).code == "AccessDenied")
        #expect(await origin.send(.get, "/bkt/k", as: .anonymous).code == "AccessDenied")
        #expect(await origin.send(.put, "/bkt/n", body: [1], as: .anonymous).code == "AccessDenied")
        #expect(await origin.send(.get, "/none/k", as: .anonymous).code == "NoSuchBucket")
    }

    @Test func `wrong keys and secrets are told apart`() async {
        let origin = await origin()
        let unknown = await origin.send(.get, "/bkt/k", as: .identity("E2QWRUHAPOMQZL"))
        #expect(unknown.code == "AccessDenied")
        var head = RequestHead(method: .get, path: "/bkt/k", authority: "localhost:9000")
        for (secret, key, code) in [("wrong", "OWNERKEY", "SignatureDoesNotMatch"), ("x", "NOBODY", "InvalidAccessKeyId"), ("x", "OAIE1", "SignatureDoesNotMatch")] {
            var request = SigV4Request(method: "GET", path: "/bkt/k", headers: [(name: "host", value: "localhost:9000")])
            SigV4Signer(credentials: SigningCredentials(accessKeyID: key, secretAccessKey: secret), region: "us-east-1")
                .sign(&request, payload: .empty, at: SigningTime(secondsSince1970: origin.clock.now.secondsSince1970))
            head.fields = HTTPFields(request.headers.compactMap { header in HTTPField.Name(header.name).map { HTTPField(name: $0, value: header.value) } })
            #expect(await origin.deliver(head).code == code)
        }
    }

    @Test func `a public policy lets everyone read and hides missing keys`() async {
        let origin = await origin(policy: publicRead)
        #expect(await origin.send(.get, "/bkt/k", as: .anonymous).text == "hello")
        #expect(await origin.send(.get, "/bkt/none", as: .anonymous).code == "AccessDenied")
        #expect(await origin.send(.get, "/bkt/none").code == "NoSuchKey")
        #expect(await origin.send(.head, "/bkt/none", as: .anonymous).status == 403)
        #expect(await origin.send(.get, "/bkt?policyStatus").element("IsPublic") == "true")
        #expect(await origin.send(.get, "/bkt?policy").text == publicRead)
        #expect(await origin.send(.delete, "/bkt?policy").status == 204)
        #expect(await origin.send(.get, "/bkt/k", as: .anonymous).code == "AccessDenied")
    }

    @Test func `s3 ListBucket makes missing keys visible`() async {
        let policy = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::bkt/*","arn:aws:s3:::bkt"]}]}
            """
        let origin = await origin(policy: policy)
        #expect(await origin.send(.get, "/bkt/none", as: .anonymous).code == "NoSuchKey")
        #expect(await origin.send(.get, "/bkt", as: .anonymous).elements("Key") == ["k"])
    }

    @Test func `listing below a prefix makes missing keys below it visible and no others`() async {
        let policy = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::bkt",\
            "Condition":{"StringLike":{"s3:prefix":"public/*"}}}]}
            """
        let origin = await origin(policy: policy)
        #expect(await origin.send(.head, "/bkt/public/none", as: .stranger).status == 404)
        #expect(await origin.send(.head, "/bkt/private/none", as: .stranger).status == 403)
        _ = await origin.send(.put, "/bkt/public/there", body: [1])
        #expect(await origin.send(.head, "/bkt/public/there", as: .stranger).status == 403)
    }

    @Test func `BlockPublicPolicy refuses public policies and RestrictPublicBuckets voids them`() async {
        let blocked = await origin(block: .all)
        #expect(await blocked.send(.put, "/bkt?policy", body: Array(publicRead.utf8)).code == "AccessDenied")
        #expect(await blocked.send(.get, "/bkt?publicAccessBlock").element("BlockPublicPolicy") == "true")
        let open = await origin(policy: publicRead)
        let restrict = PublicAccessBlock(blockPublicACLs: false, ignorePublicACLs: false, blockPublicPolicy: false, restrictPublicBuckets: true)
        #expect(await open.send(.put, "/bkt?publicAccessBlock", body: restrict.document).status == 200)
        #expect(await open.send(.get, "/bkt/k", as: .anonymous).code == "AccessDenied")
        #expect(await open.send(.get, "/bkt/k", as: .stranger).code == "AccessDenied")
        #expect(await open.send(.get, "/bkt/k").status == 200)
        #expect(await open.send(.delete, "/bkt?publicAccessBlock").status == 204)
        #expect(await open.send(.get, "/bkt/k", as: .anonymous).status == 200)
    }

    @Test func `an explicit denial binds the owner but not on the policy itself`() async {
        let policy = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::bkt/*","arn:aws:s3:::bkt"]}]}
            """
        let origin = await origin(policy: policy)
        #expect(await origin.send(.get, "/bkt/k").code == "AccessDenied")
        #expect(await origin.send(.delete, "/bkt?policy").status == 204)
        #expect(await origin.send(.get, "/bkt/k").status == 200)
    }

    static let distribution = "arn:aws:cloudfront::111111111111:distribution/E1"
    static let originAccessControl = """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudfront.amazonaws.com"},"Action":"s3:GetObject",\
        "Resource":"arn:aws:s3:::bkt/*","Condition":{"StringEquals":{"AWS:SourceArn":"\(distribution)"}}}]}
        """

    @Test func `a distribution gets in by the ARN that its signature covers`() async {
        let origin = await origin(block: .all, policy: Self.originAccessControl)
        #expect(await origin.send(.get, "/bkt/k", fields: [.xAmzSourceARN: Self.distribution], as: .service).text == "hello")
        #expect(await origin.send(.get, "/bkt/k", fields: [.xAmzSourceARN: Self.distribution + "2"], as: .service).code == "AccessDenied")
        #expect(await origin.send(.get, "/bkt/k", as: .service).code == "AccessDenied")
        // The field means nothing from anyone else.
        #expect(await origin.send(.get, "/bkt/k", fields: [.xAmzSourceARN: Self.distribution], as: .stranger).code == "AccessDenied")
        #expect(await origin.send(.get, "/bkt/k", fields: [.xAmzSourceARN: Self.distribution], as: .anonymous).code == "AccessDenied")
    }

    @Test func `an origin access identity gets in by ARN or canonical id`() async {
        let id = "E2QWRUHAPOMQZL"
        let byARN = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"\(OriginAccessIdentityCredential.arn(identityID: id))"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::bkt/*"}]}
            """
        let byCanonicalID = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"CanonicalUser":"\(OriginAccessIdentityCredential.canonicalID(identityID: id))"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::bkt/*"}]}
            """
        for policy in [byARN, byCanonicalID] {
            let origin = await origin(block: .all, policy: policy)
            #expect(await origin.send(.get, "/bkt/k", as: .identity(id)).text == "hello")
            #expect(await origin.send(.get, "/bkt/k", as: .identity("E2QWRUHAPOMQZM")).code == "AccessDenied")
            #expect(await origin.send(.get, "/bkt/k", as: .anonymous).code == "AccessDenied")
        }
    }

    @Test func `an expected bucket owner must be the owner`() async {
        let origin = await origin()
        #expect(await origin.send(.get, "/bkt/k", fields: [.xAmzExpectedBucketOwner: "111111111111"]).status == 200)
        #expect(await origin.send(.get, "/bkt/k", fields: [.xAmzExpectedBucketOwner: "222222222222"]).code == "AccessDenied")
    }

    @Test func `a presigned URL works until it expires`() async {
        let origin = await origin()
        let signer = SigV4Signer(
            credentials: SigningCredentials(accessKeyID: OriginHarness.owner.accessKeyID, secretAccessKey: OriginHarness.owner.secretAccessKey), region: "us-east-1")
        let request = SigV4Request(method: "GET", path: "/bkt/k", headers: [(name: "host", value: "localhost:9000")])
        let query = signer.presignedQuery(for: request, expiresSeconds: 60, at: SigningTime(secondsSince1970: origin.clock.now.secondsSince1970))
        let head = RequestHead(method: .get, path: "/bkt/k", query: query, authority: "localhost:9000")
        #expect(await origin.deliver(head).text == "hello")
        origin.clock.advance(seconds: 60)
        #expect(await origin.deliver(head).status == 200)
        origin.clock.advance(seconds: 1)
        #expect(await origin.deliver(head).code == "AccessDenied")
    }

    @Test func `a policy that cannot be effective is refused with its place`() async {
        let origin = await origin()
        let answer = await origin.send(.put, "/bkt?policy", body: Array(#"{"Version":"2012-10-17","Statement":[{"Effect":"Maybe"}]}"#.utf8))
        #expect(answer.code == "MalformedPolicy")
        #expect(answer.element("Detail") != nil)
    }
}
