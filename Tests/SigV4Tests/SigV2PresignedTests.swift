import Testing

@testable import SigV4

/// The query-string example of AWS's "Signing and authenticating REST requests", and botocore 1.43's own URLs.
@Suite struct SigV2PresignedTests {
    private static let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    private static let query = "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620"

    private func claim(_ query: String, method: String = "GET", path: String = "/photos/puppy.jpg", at seconds: Int64 = 1_175_139_620) throws(SigV4Error)
        -> SigV2PresignedClaim?
    {
        try SigV2PresignedClaim.parse(
            SigV4Request(method: method, path: path, query: query, headers: [(name: "host", value: "johnsmith.s3.amazonaws.com")]),
            at: SigningTime(secondsSince1970: seconds))
    }

    @Test func `the published example verifies for its bucket, method and secret only`() throws {
        let claim = try #require(try claim(Self.query))
        #expect(claim.accessKeyID == "AKIAIOSFODNN7EXAMPLE")
        try claim.verify(secretAccessKey: Self.secret, virtualHostBucket: "johnsmith")
        #expect(throws: SigV4Error.self) { try claim.verify(secretAccessKey: Self.secret, virtualHostBucket: "other") }
        #expect(throws: SigV4Error.self) { try claim.verify(secretAccessKey: "x", virtualHostBucket: "johnsmith") }
        let put = try #require(try self.claim(Self.query, method: "PUT"))
        #expect(throws: SigV4Error.self) { try put.verify(secretAccessKey: Self.secret, virtualHostBucket: "johnsmith") }
    }

    @Test func `a URL is good up to the second it names`() throws {
        _ = try claim(Self.query, at: 1_175_139_620)
        #expect { try claim(Self.query, at: 1_175_139_621) } throws: { ($0 as? SigV4Error)?.code == "AccessDenied" }
    }

    @Test func `other queries make no claim, half a claim is refused`() throws {
        #expect(try claim("versionId=null") == nil)
        for query in ["AWSAccessKeyId=a", "Signature=a&Expires=1", "AWSAccessKeyId=a&Signature=b&Expires=soon", Self.query + "&Signature=x"] {
            #expect { try claim(query) } throws: { ($0 as? SigV4Error)?.code == "AccessDenied" }
        }
        for other in ["X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Credential=a", "X-Amz-Signature=x"] {
            #expect { try claim(Self.query + "&" + other) } throws: { ($0 as? SigV4Error)?.code == "InvalidArgument" }
        }
    }

    @Test(arguments: ["publicAccessBlock", "policyStatus", "attributes", "ownershipControls", "encryption", "policy", "website", "uploads"])
    func `bug: a sub-resource that clients of version 2 never knew could be added to a URL`(_ name: String) throws {
        let tampered = try #require(try claim(Self.query + "&" + name))
        #expect { try tampered.verify(secretAccessKey: Self.secret, virtualHostBucket: "johnsmith") } throws: {
            ($0 as? SigV4Error)?.code == "SignatureDoesNotMatch"
        }
    }
}
