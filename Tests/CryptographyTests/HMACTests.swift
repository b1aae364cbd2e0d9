import Cryptography
import Testing

struct HMACTests {
    /// RFC 4231 cases 1 to 4, 6 and 7 (5 is truncated).
    static let rfc4231: [(key: [UInt8], message: [UInt8], expected: String)] = [
        (
            Array(repeating: 0x0B, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            Array(repeating: 0xAA, count: 20), Array(repeating: 0xDD, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            Array(1...25), Array(repeating: 0xCD, count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        (
            Array(repeating: 0xAA, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            Array(repeating: 0xAA, count: 131),
            Array(
                "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm."
                    .utf8),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ]

    @Test(arguments: rfc4231)
    func `HMAC-SHA256 gives RFC 4231's values`(key: [UInt8], message: [UInt8], expected: String) {
        #expect(Hex.encode(HMAC.sha256(key: key, message: message)) == expected)
    }

    @Test func `HMAC-SHA1 gives RFC 2202's values`() {
        #expect(
            Hex.encode(HMAC.sha1(key: Array("Jefe".utf8), message: "what do ya want for nothing?"))
                == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
        #expect(
            Hex.encode(HMAC.sha1(key: Array(repeating: 0x0B, count: 20), message: "Hi There"))
                == "b617318655057264e28bc0b6fb378c8ef146be00")
    }

    @Test func `an empty key and an empty message have a code`() {
        #expect(
            Hex.encode(HMAC.sha256(key: [], message: [UInt8]()))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
        #expect(Hex.encode(HMAC.sha1(key: [], message: [UInt8]())) == "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d")
    }

    @Test func `comparison looks at every byte and at the length`() {
        #expect(constantTimeEqual([1, 2, 3], [1, 2, 3]))
        #expect(constantTimeEqual([], [UInt8]()))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2, 4]))
        #expect(!constantTimeEqual([0, 2, 3], [1, 2, 3]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2]))
    }

    @Test func `random bytes are as many as asked for and never the same`() {
        #expect(secureRandomBytes(0).isEmpty)
        let first = secureRandomBytes(32)
        #expect(first.count == 32)
        #expect(first != secureRandomBytes(32))
    }
}
