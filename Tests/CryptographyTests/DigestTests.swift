import Cryptography
import Testing

struct DigestTests {
    static let abc: [(DigestAlgorithm, String)] = [
        (.md5, "900150983cd24fb0d6963f7d28e17f72"),
        (.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (.sha384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"),
        (
            .sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
    ]

    @Test(arguments: abc)
    func `"abc" has the digest the specification prints`(algorithm: DigestAlgorithm, expected: String) {
        #expect(Hex.encode(algorithm.digest(of: "abc")) == expected)
        #expect(algorithm.digest(of: "abc").count == algorithm.byteCount)
    }

    @Test(arguments: [
        (DigestAlgorithm.md5, "d41d8cd98f00b204e9800998ecf8427e"),
        (.sha1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        (.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ])
    func `nothing has a digest`(algorithm: DigestAlgorithm, expected: String) {
        #expect(Hex.encode(algorithm.digest(of: [])) == expected)
        #expect(Hex.encode(Digest(algorithm).finalize()) == expected)
    }

    @Test(arguments: DigestAlgorithm.allCases)
    func `a digest does not depend on how the bytes are cut`(algorithm: DigestAlgorithm) {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var digest = Digest(algorithm)
        var at = 0
        for size in [0, 1, 63, 64, 65, 128, 679] {
            digest.update(bytes[at..<at + size])
            at += size
        }
        #expect(at == bytes.count)
        #expect(digest.finalize() == algorithm.digest(of: bytes))
    }

    @Test func `every way of feeding bytes feeds the same bytes`() {
        let bytes = Array("Skerry".utf8)
        var spans = Digest(.sha256)
        spans.update(bytes.span.bytes)
        var buffers = Digest(.sha256)
        bytes.withUnsafeBytes { buffers.update($0) }
        var text = Digest(.sha256)
        text.update("Skerry")
        var lazily = Digest(.sha256)
        lazily.update(bytes.lazy.map { $0 })
        let expected = DigestAlgorithm.sha256.digest(of: bytes.span.bytes)
        #expect(spans.finalize() == expected)
        #expect(buffers.finalize() == expected)
        #expect(text.finalize() == expected)
        #expect(lazily.finalize() == expected)
    }

    @Test func `the value so far is readable and the digest goes on`() {
        var digest = Digest(.md5)
        digest.update("ab")
        #expect(digest.current() == DigestAlgorithm.md5.digest(of: "ab"))
        digest.update("c")
        #expect(digest.current() == DigestAlgorithm.md5.digest(of: "abc"))
        digest.reset()
        digest.update("abc")
        #expect(digest.finalize() == DigestAlgorithm.md5.digest(of: "abc"))
    }
}
