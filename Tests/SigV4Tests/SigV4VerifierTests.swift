import SigV4
import Testing

struct SigV4VerifierTests {
    static let now = Documented.time

    /// A signed GET with extra headers and query.
    static func signed(
        _ more: [(name: String, value: String)] = [], query: String = "", at time: SigningTime = now, region: String = "us-east-1",
        service: String = "s3"
    ) -> SigV4Request {
        var request = SigV4Request(method: "GET", path: "/key", query: query, headers: [Documented.host] + more)
        SigV4Signer(credentials: Documented.credentials, region: region, service: service).sign(&request, payload: .empty, at: time)
        return request
    }

    static func presigned(
        life: Int64 = 60, at time: SigningTime = now, headers: [(name: String, value: String)] = []
    ) -> SigV4Request {
        var request = SigV4Request(method: "GET", path: "/key", headers: [Documented.host] + headers)
        request.query = Documented.signer.presignedQuery(for: request, expiresSeconds: life, at: time)
        return request
    }

    static func refusal(_ request: SigV4Request, at now: SigningTime = now) -> SigV4Error? {
        do throws(SigV4Error) {
            _ = try Documented.verifier.parse(request, at: now)?.verify(
                secretAccessKey: Documented.credentials.secretAccessKey)
            return nil
        } catch { return error }
    }

    func later(_ seconds: Int64) -> SigningTime { SigningTime(secondsSince1970: Self.now.secondsSince1970 + seconds) }

    func changing(_ request: SigV4Request, _ name: String, to value: String?) -> SigV4Request {
        var request = request
        request.headers.removeAll { $0.name.lowercased() == name }
        if let value { request.headers.append((name, value)) }
        return request
    }

    @Test func `a request without any signature is anonymous`() throws {
        let request = SigV4Request(method: "GET", path: "/", query: "list-type=2", headers: [Documented.host])
        let claim = try Documented.verifier.parse(request, at: Self.now)
        #expect(claim == nil)
    }

    @Test(arguments: [(-901, true), (-900, false), (0, false), (900, false), (901, true)])
    func `clocks may differ by 15 minutes either way`(seconds: Int64, isRefused: Bool) {
        let error = Self.refusal(Self.signed(), at: later(seconds))
        let expected = SigV4Error.requestTimeTooSkewed(
            requestTime: "20130524T000000Z", serverTime: later(seconds), maxAllowedSkewMilliseconds: 900_000)
        #expect(error == (isRefused ? expected : nil))
    }

    @Test func `a presigned URL works from 15 minutes before its date to the end of its life`() {
        let request = Self.presigned(life: 60)
        #expect(Self.refusal(request, at: later(-900)) == nil)
        #expect(
            Self.refusal(request, at: later(-901)) == .accessDenied(.notYetValid(validFrom: Self.now, serverTime: later(-901))))
        #expect(Self.refusal(request, at: later(60)) == nil)
        let expired = SigV4Error.accessDenied(.expired(expires: later(60), expiresSeconds: 60, serverTime: later(61)))
        #expect(Self.refusal(request, at: later(61)) == expired)
        #expect(expired.code == "AccessDenied" && expired.message == "Request has expired")
    }

    @Test(arguments: [("0", true), ("-7", true), ("604801", true), ("x", false), ("1.5", false), ("", false)])
    func `a life outside a week is refused`(text: String, isRange: Bool) {
        var request = Self.presigned()
        request.query.replace("X-Amz-Expires=60", with: "X-Amz-Expires=\(text)")
        let error = Self.refusal(request)
        #expect(error?.code == "AuthorizationQueryParametersError")
        if case .expiresOutOfRange = error { #expect(isRange) } else { #expect(!isRange) }
    }

    @Test func `the longest life is a week`() {
        #expect(Self.refusal(Self.presigned(life: 604_800), at: later(604_800)) == nil)
    }

    @Test(arguments: ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"])
    func `every presigned parameter is required, once`(name: String) {
        let request = Self.presigned()
        let pieces = request.query.split(separator: "&").map(String.init)
        var missing = request
        missing.query = pieces.filter { !$0.hasPrefix("X-Amz-\(name)=") }.joined(separator: "&")
        #expect(Self.refusal(missing)?.code == "AuthorizationQueryParametersError")
        var twice = request
        twice.query = (pieces + pieces.filter { $0.hasPrefix("X-Amz-\(name)=") }).joined(separator: "&")
        #expect(Self.refusal(twice)?.code == "AuthorizationQueryParametersError")
    }

    @Test func `a presigned body is unsigned unless its hash is signed too`() throws {
        var request = SigV4Request(method: "PUT", path: "/key", headers: [Documented.host])
        let promised = PayloadHash.of("body".utf8)
        request.query = Documented.signer.presignedQuery(for: request, expiresSeconds: 60, payload: promised, at: Self.now)
        let claim = try #require(try Documented.verifier.parse(request, at: Self.now))
        #expect(try claim.verify(secretAccessKey: Documented.credentials.secretAccessKey).payload == promised)
        let header = Self.presigned(headers: [("x-amz-content-sha256", "UNSIGNED-PAYLOAD")])
        #expect(Self.refusal(header) == nil)
    }

    @Test func `every x-amz header and the host must be signed`() {
        var request = Self.signed()
        request.headers.append(("X-Amz-Acl", "public-read"))
        #expect(Self.refusal(request) == .accessDenied(.headersNotSigned(["x-amz-acl"])))
        var url = Self.presigned()
        url.headers.append(("x-amz-acl", "public-read"))
        #expect(Self.refusal(url) == .accessDenied(.headersNotSigned(["x-amz-acl"])))
        #expect(Self.refusal(Self.presigned(headers: [("x-amz-acl", "private")])) == nil)
        let authorization = Self.signed().value(of: "authorization")?.replacing("=host;", with: "=")
        #expect(Self.refusal(changing(Self.signed(), "authorization", to: authorization)) == .accessDenied(.headersNotSigned(["host"])))
    }

    @Test func `an unsigned ordinary header may be added on the way`() {
        var request = Self.signed()
        request.headers.append(("X-Forwarded-Proto", "https"))
        #expect(Self.refusal(request) == nil)
    }

    @Test func `Date serves when x-amz-date is missing, and only then`() throws {
        let date = "Fri, 24 May 2013 00:00:00 GMT"
        let key = SigningKey(
            secretAccessKey: Documented.credentials.secretAccessKey,
            scope: CredentialScope(day: "20130524", region: "us-east-1", service: "s3"))
        var request = SigV4Request(
            method: "GET", path: "/key",
            headers: [Documented.host, ("Date", date), ("x-amz-content-sha256", PayloadHash.empty.headerValue)])
        let canonical = CanonicalRequest(
            request, signedHeaders: ["date", "host", "x-amz-content-sha256"], payloadHash: PayloadHash.empty.headerValue)
        let signature = key.signature(of: "AWS4-HMAC-SHA256\n20130524T000000Z\n\(key.scope)\n\(canonical.hash)")
        request.headers.append(
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/\(key.scope),SignedHeaders=date;host;x-amz-content-sha256,Signature=\(signature)"
            ))
        #expect(Self.refusal(request) == nil)
        #expect(Self.refusal(changing(request, "x-amz-date", to: "Bad Date")) == .accessDenied(.noValidDate))
        #expect(Self.refusal(changing(request, "date", to: nil)) == .accessDenied(.noValidDate))
    }

    @Test(arguments: [nil, "", "Bad Date", "20130524T000000", "20130532T000000Z", "20130524T250000Z"])
    func `a request without a readable date is denied`(date: String?) {
        #expect(Self.refusal(changing(Self.signed(), "x-amz-date", to: date)) == .accessDenied(.noValidDate))
    }

    @Test func `the scope must be this day, region and service`() {
        #expect(
            Self.refusal(Self.signed(region: "eu-west-1"))
                == .authorizationHeaderMalformed("the region 'eu-west-1' is wrong; expecting 'us-east-1'", expectedRegion: "us-east-1"))
        #expect(
            Self.refusal(Self.signed(service: "sts"))
                == .authorizationHeaderMalformed("incorrect service \"sts\". This endpoint belongs to \"s3\"."))
        let request = Self.signed()
        let authorization = request.value(of: "authorization")
        let day = changing(request, "authorization", to: authorization?.replacing("/20130524/", with: "/20130523/"))
        #expect(Self.refusal(day)?.code == "AuthorizationHeaderMalformed")
        let terminal = changing(request, "authorization", to: authorization?.replacing("aws4_request", with: "aws4"))
        #expect(
            Self.refusal(terminal)
                == .authorizationHeaderMalformed("incorrect terminal \"aws4\". This endpoint uses \"aws4_request\"."))
    }

    @Test func `a verifier without a region accepts any`() throws {
        let claim = try SigV4Verifier(region: nil).parse(Self.signed(region: "auto"), at: Self.now)
        #expect(claim?.scope.region == "auto")
    }

    @Test(arguments: [
        "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request",
        "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request, SignedHeaders=, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request, SignedHeaders=Host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request, SignedHeaders=x;host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0, Signature=1",
        "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0, Extra=1",
        "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request; SignedHeaders=host; Signature=0",
    ])
    func `a malformed Authorization header is named as such`(authorization: String) {
        #expect(Self.refusal(changing(Self.signed(), "authorization", to: authorization))?.code == "AuthorizationHeaderMalformed")
    }

    @Test(arguments: [
        ("AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=", "InvalidRequest"), ("Bearer x", "InvalidArgument"), ("", "InvalidArgument"),
        ("AWS4-ECDSA-P256-SHA256 Credential=a/20130524/s3/aws4_request", "NotImplemented"),
    ])
    func `other mechanisms are refused by name`(authorization: String, code: String) {
        #expect(Self.refusal(changing(Self.signed(), "authorization", to: authorization))?.code == code)
    }

    @Test func `a presigned SigV2 URL is refused, not taken for anonymous`() {
        let request = SigV4Request(
            method: "GET", path: "/key", query: "AWSAccessKeyId=a&Expires=1&Signature=x", headers: [Documented.host])
        #expect(Self.refusal(request)?.code == "InvalidRequest")
    }

    @Test func `two mechanisms or two Authorization headers are refused`() {
        var both = Self.presigned()
        both.headers.append(("Authorization", Self.signed().value(of: "authorization") ?? ""))
        #expect(Self.refusal(both)?.code == "InvalidArgument")
        var twice = Self.signed()
        twice.headers.append(("authorization", "x"))
        #expect(Self.refusal(twice)?.code == "InvalidArgument")
    }

    @Test func `a session token is refused, since none are issued`() {
        #expect(Self.refusal(Self.signed([("x-amz-security-token", "t")]))?.code == nil)
        let token = SigningCredentials(accessKeyID: "a", secretAccessKey: "b", sessionToken: "t")
        var request = SigV4Request(method: "GET", path: "/key", headers: [Documented.host])
        SigV4Signer(credentials: token, region: "us-east-1").sign(&request, payload: .empty, at: Self.now)
        #expect(Self.refusal(request)?.code == "InvalidToken")
        var url = Self.presigned()
        url.query += "&X-Amz-Security-Token=t"
        #expect(Self.refusal(url)?.code == "InvalidToken")
    }

    @Test func `the payload promise is required, readable and checked`() throws {
        #expect(Self.refusal(changing(Self.signed(), "x-amz-content-sha256", to: nil))?.code == "InvalidRequest")
        #expect(Self.refusal(changing(Self.signed(), "x-amz-content-sha256", to: "abc"))?.code == "InvalidArgument")
        #expect(
            Self.refusal(changing(Self.signed(), "x-amz-content-sha256", to: "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"))?.code
                == "NotImplemented")
        #expect(throws: SigV4Error.xAmzContentSHA256Mismatch(clientComputed: PayloadHash.empty.headerValue, s3Computed: "00")) {
            try PayloadHash.empty.check(bodySHA256: [0])
        }
        try PayloadHash.unsigned.check(bodySHA256: [0])
    }

    @Test func `equivalent spellings of a path sign alike and different ones do not`() throws {
        var request = SigV4Request(method: "GET", path: "/a%2fb%7e%20c+d", headers: [Documented.host])
        Documented.signer.sign(&request, payload: .empty, at: Self.now)
        request.path = "/a/b~%20c%2Bd"
        #expect(Self.refusal(request) == nil)
        request.path = "/a/b~%20c%20d"
        #expect(Self.refusal(request)?.code == "SignatureDoesNotMatch")
    }
}
