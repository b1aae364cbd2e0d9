import Cryptography
import Testing

struct TextEncodingTests {
    /// RFC 4648 section 10.
    static let rfc4648 = [
        ("", "", ""), ("f", "Zg==", "66"), ("fo", "Zm8=", "666f"), ("foo", "Zm9v", "666f6f"), ("foob", "Zm9vYg==", "666f6f62"),
        ("fooba", "Zm9vYmE=", "666f6f6261"), ("foobar", "Zm9vYmFy", "666f6f626172"),
    ]

    @Test(arguments: rfc4648)
    func `RFC 4648's examples hold both ways`(text: String, base64: String, hex: String) {
        #expect(Base64.standard.encode(text.utf8) == base64)
        #expect(Base64.standard.decode(base64) == Array(text.utf8))
        let unpadded = String(base64.prefix { $0 != "=" })
        #expect(Base64.urlSafeUnpadded.encode(text.utf8) == unpadded)
        #expect(Base64.urlSafeUnpadded.decode(unpadded) == Array(text.utf8))
        #expect(Hex.encode(text.utf8) == hex)
        #expect(Hex.decode(hex) == Array(text.utf8))
    }

    @Test func `the two alphabets differ in their last two characters`() {
        let bytes: [UInt8] = [0xFB, 0xFF, 0xBF]
        #expect(Base64.standard.encode(bytes) == "+/+/")
        #expect(Base64.urlSafe.encode(bytes) == "-_-_")
        #expect(Base64.standard.decode("-_-_") == nil)
        #expect(Base64.urlSafe.decode("+/+/") == nil)
    }

    @Test func `every byte value survives the round trip`() {
        let bytes = Array(UInt8.min...UInt8.max)
        #expect(Base64.standard.decode(Base64.standard.encode(bytes)) == bytes)
        #expect(Hex.decode(Hex.encode(bytes)) == bytes)
    }

    @Test(arguments: [
        "Z", "Zg", "Zg=", "Zg===", "=", "====", "Zg==Zg==", "Zm8=\n", " Zm8=", "Zm9v\r\n", "Zh==", "Zm9=", "Zm9vYmFy=", "Zm=v", "Zé==",
    ])
    func `base 64 that the encoder would not write is refused`(text: String) {
        #expect(Base64.standard.decode(text) == nil)
    }

    @Test(arguments: ["Zg==", "Z", "Zh"])
    func `unpadded base 64 takes no padding and no stray bits`(text: String) {
        #expect(Base64.urlSafeUnpadded.decode(text) == nil)
    }

    @Test(arguments: ["0", "0g", "0x", " 00", "00 ", "é"])
    func `hexadecimal is digits in pairs and nothing else`(text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test func `hexadecimal is read in either case`() {
        #expect(Hex.decode("DeadBeef") == [0xDE, 0xAD, 0xBE, 0xEF])
    }
}
