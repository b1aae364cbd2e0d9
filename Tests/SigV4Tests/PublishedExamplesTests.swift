// AWS's own worked examples: "Signature Calculations for the Authorization Header" (single chunk, multiple chunks,
// trailing headers) and "Using Query Parameters", all with the documentation's example key at 2013-05-24T00:00:00Z.

import SigV4
import Testing

enum Documented {
    static let credentials = SigningCredentials(
        accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    static let time = SigningTime(secondsSince1970: 1_369_353_600)
    static let signer = SigV4Signer(credentials: credentials, region: "us-east-1")
    static let verifier = SigV4Verifier(region: "us-east-1")
    static let host = (name: "Host", value: "examplebucket.s3.amazonaws.com")

    static func streamingRequest(_ more: [(name: String, value: String)]) -> SigV4Request {
        SigV4Request(
            method: "PUT", path: "/examplebucket/chunkObject.txt",
            headers: [
                ("Host", "s3.amazonaws.com"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"), ("Content-Encoding", "aws-chunked"),
                ("x-amz-decoded-content-length", "66560"),
            ] + more)
    }
}

struct PublishedExamplesTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let request: SigV4Request
        let payload: PayloadHash
        let signedHeaders: String
        let signature: String
    }

    static let examples = [
        Example(
            testDescription: "GET object with a range",
            request: SigV4Request(method: "GET", path: "/test.txt", headers: [Documented.host, ("Range", "bytes=0-9")]),
            payload: .empty, signedHeaders: "host;range;x-amz-content-sha256;x-amz-date",
            signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        Example(
            testDescription: "PUT object",
            request: SigV4Request(
                method: "PUT", path: "/test$file.text",
                headers: [
                    Documented.host, ("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                ]),
            payload: .of("Welcome to Amazon S3.".utf8), signedHeaders: "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        Example(
            testDescription: "GET bucket lifecycle",
            request: SigV4Request(method: "GET", path: "/", query: "lifecycle", headers: [Documented.host]),
            payload: .empty, signedHeaders: "host;x-amz-content-sha256;x-amz-date",
            signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        Example(
            testDescription: "List objects",
            request: SigV4Request(method: "GET", path: "/", query: "max-keys=2&prefix=J", headers: [Documented.host]),
            payload: .empty, signedHeaders: "host;x-amz-content-sha256;x-amz-date",
            signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ]

    @Test(arguments: examples)
    func `the documented requests sign and verify`(example: Example) throws {
        var request = example.request
        Documented.signer.sign(&request, payload: example.payload, at: Documented.time)
        #expect(
            request.value(of: "authorization")
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=\(example.signedHeaders), Signature=\(example.signature)"
        )
        let claim = try #require(try Documented.verifier.parse(request, at: Documented.time))
        #expect(claim.accessKeyID == "AKIAIOSFODNN7EXAMPLE")
        let verified = try claim.verify(secretAccessKey: Documented.credentials.secretAccessKey)
        #expect(verified.payload == example.payload)
        #expect(verified.type == .header)
    }

    @Test func `the documented canonical request is spelled out`() {
        var request = Self.examples[3].request
        Documented.signer.sign(&request, payload: .empty, at: Documented.time)
        let canonical = CanonicalRequest(
            request, signedHeaders: ["host", "x-amz-content-sha256", "x-amz-date"], payloadHash: PayloadHash.empty.headerValue)
        #expect(
            canonical.text == """
                GET
                /
                max-keys=2&prefix=J
                host:examplebucket.s3.amazonaws.com
                x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
                x-amz-date:20130524T000000Z

                host;x-amz-content-sha256;x-amz-date
                e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
                """)
        #expect(canonical.hash == "df57d21db20da04d7fa30298dd4488ba3a2b47ca3a489c74750e0f1e7df1b9b7")
    }

    @Test func `the documented URL presigns and verifies`() throws {
        var request = SigV4Request(method: "GET", path: "/test.txt", headers: [Documented.host])
        request.query = Documented.signer.presignedQuery(for: request, expiresSeconds: 86_400, at: Documented.time)
        #expect(
            request.query
                == "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        )
        let claim = try #require(try Documented.verifier.parse(request, at: Documented.time))
        let verified = try claim.verify(secretAccessKey: Documented.credentials.secretAccessKey)
        #expect(verified.type == .presigned(expiresSeconds: 86_400))
        #expect(verified.payload == .unsigned)
    }

    @Test func `the documented chunked upload gives its four signatures`() {
        var request = Documented.streamingRequest([("Content-Length", "66824")])
        var chain = Documented.signer.sign(&request, payload: .streamingSigned, at: Documented.time)
        #expect(chain.previous == "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9")
        #expect(
            chain.sign(chunk: repeatElement(UInt8(ascii: "a"), count: 65_536))
                == "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648")
        #expect(
            chain.sign(chunk: repeatElement(UInt8(ascii: "a"), count: 1024))
                == "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497")
        #expect(chain.sign(chunk: []) == "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9")
    }

    @Test func `the documented trailer gives its five signatures`() {
        var request = Documented.streamingRequest([("x-amz-trailer", "x-amz-checksum-crc32c")])
        var chain = Documented.signer.sign(&request, payload: .streamingSignedTrailer, at: Documented.time)
        #expect(chain.previous == "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e")
        #expect(
            chain.sign(chunk: repeatElement(UInt8(ascii: "a"), count: 65_536))
                == "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2")
        #expect(
            chain.sign(chunk: repeatElement(UInt8(ascii: "a"), count: 1024))
                == "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7")
        #expect(chain.sign(chunk: []) == "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992")
        #expect(
            chain.sign(trailers: [Trailer(name: "x-amz-checksum-crc32c", value: "sOO8/Q==")])
                == "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435")
    }
}
