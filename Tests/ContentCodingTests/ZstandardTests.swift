import Testing

@testable import ContentCoding

struct ZstandardTests {
    /// `printf 'hello, hello, hello\n' | zstd`, with its checksum.
    private static let frame: [UInt8] = [
        0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x58, 0x75, 0x00, 0x00, 0x40, 0x68, 0x65, 0x6C, 0x6C, 0x6F, 0x2C, 0x20, 0x0A, 0x01, 0x00, 0xE2, 0x8A, 0x11, 0x21, 0x69, 0x9D, 0x87,
    ]

    private func decompressed(_ input: [UInt8], pieceBytes: Int, limit: Int) throws(ContentCodingError) -> String {
        var decompressor = try ZstandardDecompressor()
        var output: [UInt8] = []
        var rest = input[...]
        var mayHaveMore = false
        while !rest.isEmpty || mayHaveMore {
            let piece = Array(rest.prefix(pieceBytes))
            var failure: ContentCodingError?
            piece.withUnsafeBytes { bytes in
                do throws(ContentCodingError) {
                    let progress = try decompressor.decompress(bytes, into: &output, atMost: limit)
                    rest = rest.dropFirst(progress.consumed)
                    mayHaveMore = progress.mayHaveMore
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
        }
        try decompressor.finish()
        return String(decoding: output, as: UTF8.self)
    }

    @Test(arguments: [1, 3, 1000], [1, 7, 1000])
    func `a frame is read in pieces of any size, within any limit`(pieceBytes: Int, limit: Int) throws {
        #expect(try decompressed(Self.frame, pieceBytes: pieceBytes, limit: limit) == "hello, hello, hello\n")
    }

    @Test func `frames may follow one another`() throws {
        #expect(try decompressed(Self.frame + Self.frame, pieceBytes: 10, limit: 100) == "hello, hello, hello\nhello, hello, hello\n")
    }

    @Test func `a stream that ends early, or is none, is an error`() {
        #expect(throws: ContentCodingError.truncated) { try decompressed(Array(Self.frame.dropLast()), pieceBytes: 10, limit: 100) }
        var damaged = Self.frame
        damaged[damaged.count - 1] ^= 1
        #expect(throws: ContentCodingError.self) { try decompressed(damaged, pieceBytes: 100, limit: 100) }
        #expect(throws: ContentCodingError.self) { try decompressed(Array("not zstd at all".utf8), pieceBytes: 100, limit: 100) }
    }
}
