import Cryptography
import TestKeyMaterial
import Testing

struct SignatureTests {
    static let message = Array("the message".utf8)

    struct Vector: Sendable, CustomTestStringConvertible {
        var publicKey: String
        var digest: DigestAlgorithm
        var signature: String
        var testDescription: String { "\(digest) \(signature.prefix(8))" }
    }

    @Test(arguments: [
        Vector(publicKey: TestKeys.rsaPublic, digest: .sha1, signature: KeyVectors.rsaSHA1),
        Vector(publicKey: TestKeys.rsaPublic, digest: .sha256, signature: KeyVectors.rsaSHA256),
        Vector(publicKey: TestKeys.ecPublic, digest: .sha1, signature: KeyVectors.ecSHA1),
        Vector(publicKey: TestKeys.ecPublic, digest: .sha256, signature: KeyVectors.ecSHA256),
    ])
    func `another signer's signature verifies, and no other`(vector: Vector) throws {
        let key = try PublicKey(pem: vector.publicKey)
        let signature = try #require(Hex.decode(vector.signature))
        #expect(key.verifies(signature, of: Self.message, digest: vector.digest))
        #expect(!key.verifies(signature, of: Self.message + [0], digest: vector.digest))
        #expect(!key.verifies(signature, of: [UInt8](), digest: vector.digest))
        #expect(!key.verifies(signature, of: Self.message, digest: vector.digest == .sha1 ? .sha256 : .sha1))
        #expect(!key.verifies(signature.dropLast(), of: Self.message, digest: vector.digest))
        #expect(!key.verifies(signature + [0], of: Self.message, digest: vector.digest))
        #expect(!key.verifies([UInt8](), of: Self.message, digest: vector.digest))
        var changed = signature
        changed[changed.count / 2] ^= 1
        #expect(!key.verifies(changed, of: Self.message, digest: vector.digest))
        let other = try PublicKey(pem: vector.publicKey == TestKeys.rsaPublic ? TestKeys.ecPublic : TestKeys.rsaPublic)
        #expect(!other.verifies(signature, of: Self.message, digest: vector.digest))
    }

    @Test func `RSA signs as another signer does, byte for byte`() throws {
        for pem in [TestKeys.rsaPrivate, KeyVectors.rsaTraditional] {
            let key = try PrivateKey(pem: pem)
            #expect(key.kind == .rsa)
            #expect(Hex.encode(try key.signature(of: Self.message, digest: .sha1)) == KeyVectors.rsaSHA1)
            #expect(Hex.encode(try key.signature(of: Self.message, digest: .sha256)) == KeyVectors.rsaSHA256)
        }
    }

    @Test func `ECDSA signs what its public key verifies`() throws {
        let verifier = try PublicKey(pem: TestKeys.ecPublic)
        for pem in [TestKeys.ecPrivate, KeyVectors.ecTraditional] {
            let key = try PrivateKey(pem: pem)
            #expect(key.kind == .ecdsaP256)
            for digest in [DigestAlgorithm.sha1, .sha256] {
                let signature = try key.signature(of: Self.message, digest: digest)
                #expect(verifier.verifies(signature, of: Self.message, digest: digest))
                #expect(signature.first == 0x30, "a DER sequence")
            }
        }
    }

    @Test(arguments: [
        ("", KeyError.missing("PUBLIC KEY")), ("no key", .missing("PUBLIC KEY")), (TestKeys.ecPrivate, .missing("PUBLIC KEY")),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", .malformed("PUBLIC KEY")),
        (String(TestKeys.rsaPublic.dropLast(40)), .malformed("PUBLIC KEY")), (KeyVectors.rsa1024, .size(bits: 1024)),
        (KeyVectors.rsa2047, .size(bits: 2047)), (KeyVectors.p384, .unsupportedCurve("secp384r1")),
        (KeyVectors.ed25519, .unsupported(algorithm: "ED25519")),
        (TestKeys.ecPublic + String(repeating: "\n", count: 32_768), .malformed("PUBLIC KEY")),
    ])
    func `a public key of no use is refused with its reason`(pem: String, error: KeyError) {
        #expect(throws: error) { try PublicKey(pem: pem) }
    }

    @Test(arguments: [
        ("", KeyError.missing("PRIVATE KEY")), (TestKeys.ecPublic, .missing("PRIVATE KEY")), (KeyVectors.encrypted, .encrypted),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", .malformed("PRIVATE KEY")),
    ])
    func `a private key of no use is refused with its reason`(pem: String, error: KeyError) {
        #expect(throws: error) { try PrivateKey(pem: pem) }
    }

    @Test func `text before a block, and Windows line ends, do not hide it`() throws {
        #expect(try PublicKey(pem: "a comment\n" + TestKeys.ecPublic + "\n").kind == .ecdsaP256)
        let windows = TestKeys.rsaPublic.split(separator: "\n").joined(separator: "\r\n") + "\r\n"
        #expect(try PublicKey(pem: windows).kind == .rsa)
    }

    @Test func `CloudFront's base 64 is standard base 64 in other letters`() {
        #expect(Base64.cloudFront.encode([0xFB, 0xEF, 0xFF, 0xFF]) == "--~~~w__")
        #expect(Base64.cloudFront.decode(Base64.cloudFront.encode([0xFB])) == [0xFB])
        for wrong in ["+w__", "-w==", "-w", "-x__", "/w__"] { #expect(Base64.cloudFront.decode(wrong) == nil, "\(wrong)") }
    }
}
