import Cryptography
import SigV4
import Testing

struct BotocoreTests {
    static let verifier = SigV4Verifier(region: BotocoreVector.region)
    static let signer = SigV4Signer(credentials: BotocoreVector.credentials, region: BotocoreVector.region)

    @Test(arguments: BotocoreVector.header + BotocoreVector.presigned)
    func `what botocore signs verifies, and no other secret does`(vector: BotocoreVector) throws {
        let claim = try #require(try Self.verifier.parse(vector.request, at: BotocoreVector.time))
        _ = try claim.verify(secretAccessKey: BotocoreVector.credentials.secretAccessKey)
        #expect {
            try claim.verify(secretAccessKey: BotocoreVector.credentials.secretAccessKey + "x")
        } throws: {
            ($0 as? SigV4Error)?.code == "SignatureDoesNotMatch"
        }
    }

    @Test(arguments: BotocoreVector.header)
    func `signing the same request gives botocore's header`(vector: BotocoreVector) throws {
        var request = vector.request
        let expected = request.value(of: "authorization")
        Self.signer.sign(&request, payload: .of(vector.body.utf8), at: BotocoreVector.time)
        #expect(request.value(of: "authorization") == expected)
        #expect(request.values(of: "x-amz-date") == ["20260801T123456Z"])
    }

    @Test(arguments: BotocoreVector.presigned)
    func `presigning the same request gives botocore's query`(vector: BotocoreVector) throws {
        var request = vector.request
        let own = request.query.split(separator: "&").prefix { !$0.hasPrefix("X-Amz-") }
        request.query = own.joined(separator: "&")
        #expect(Self.signer.presignedQuery(for: request, expiresSeconds: 3600, at: BotocoreVector.time) == vector.query)
    }

    @Test(arguments: BotocoreVector.header + BotocoreVector.presigned)
    func `a change to any covered part breaks the signature`(vector: BotocoreVector) throws {
        var changed = [vector.request, vector.request, vector.request]
        changed[0].method = "HEAD"
        changed[1].path += "x"
        changed[2].query += "&y"
        for request in changed {
            let claim = try #require(try Self.verifier.parse(request, at: BotocoreVector.time))
            #expect {
                try claim.verify(secretAccessKey: BotocoreVector.credentials.secretAccessKey)
            } throws: { error in
                guard case .signatureDoesNotMatch(let mismatch) = error as? SigV4Error else { return false }
                return mismatch.accessKeyID == "AKIDEXAMPLE" && mismatch.canonicalRequest != nil
                    && mismatch.stringToSign.hasPrefix("AWS4-HMAC-SHA256\n20260801T123456Z\n20260801/eu-west-1/s3/aws4_request\n")
            }
        }
    }

    @Test(arguments: BotocoreVector.boto3)
    func `a request from boto3 with default settings verifies down to its last body byte`(vector: BotocoreVector) throws {
        let claim = try #require(try Self.verifier.parse(vector.request, at: BotocoreVector.time))
        let verified = try claim.verify(secretAccessKey: BotocoreVector.credentials.secretAccessKey)
        let body = Array(vector.body.utf8)
        var payload: [UInt8] = []
        var checksum = vector.request.value(of: "x-amz-checksum-crc32")
        if var decoder = try AWSChunkedDecoder.decoder(for: verified, request: vector.request) {
            var ranges: [Range<Int>] = []
            try body.withUnsafeBytes { try decoder.decode($0, payload: &ranges) }
            payload = ranges.flatMap { body[$0] }
            checksum = try decoder.finish().first { $0.name == "x-amz-checksum-crc32" }?.value
            #expect(checksum != nil)
        } else {
            payload = body
            try verified.payload.check(bodySHA256: DigestAlgorithm.sha256.digest(of: payload))
        }
        if let checksum { #expect(Base64.standard.encode(CRC32(of: payload).bytes) == checksum) }
    }
}
