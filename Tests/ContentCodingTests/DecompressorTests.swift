import ContentCoding
import Testing

private func bytes(_ hex: String) -> [UInt8] {
    var digits = hex.utf8.makeIterator()
    var result: [UInt8] = []
    while let high = digits.next(), let low = digits.next() {
        result.append(UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16) ?? 0)
    }
    return result
}

/// Written by Python's zlib module, level 9, `wbits=31`.
private let pythonZlib = bytes(
    "1f8b08000000000002030bce4e2d2aaa54284e2d2a4b2d56282e492cc94c5628ce2c492dd653081e0672003266e042e0000000")
/// Written by Python's gzip module, level 1, with a name and a time in the header.
private let pythonGzip = bytes(
    "1f8b080800f1536504ff736974652e747874002b4e4dcecf4b51c84dcd4d4a2de2020036184b0e0e000000")

@Suite struct DecompressorTests {
    @Test func `what Python wrote is read`() throws {
        let text = String(repeating: "Skerry serves static sites. ", count: 8)
        #expect(try Decompressor.decompressed(pythonZlib, .gzip, atMost: 1000) == Array(text.utf8))
        #expect(try Decompressor.decompressed(pythonGzip, .gzip, atMost: 1000) == Array("second member\n".utf8))
    }

    @Test(arguments: [1, 5, 48, 1000])
    func `members of one gzip stream are joined`(chunk: Int) throws {
        let stream = pythonZlib + pythonGzip
        var decompressor = try Decompressor(.gzip)
        var output: [UInt8] = []
        for start in stride(from: 0, to: stream.count, by: chunk) {
            try stream[start..<min(start + chunk, stream.count)].withUnsafeBytes { _ = try decompressor.decompress($0, into: &output, atMost: 1000) }
        }
        try decompressor.finish()
        #expect(output == Array((String(repeating: "Skerry serves static sites. ", count: 8) + "second member\n").utf8))
    }

    @Test func `brotli streams written by hand are read`() throws {
        // RFC 7932 section 9.1 and 9.2: window 16, last, empty.
        #expect(try Decompressor.decompressed([0x06], .brotli, atMost: 10) == [])
        // Window 16, an uncompressed meta-block of 5 bytes, then last and empty.
        #expect(try Decompressor.decompressed([0x40, 0x00, 0x10] + Array("hello".utf8) + [0x03], .brotli, atMost: 10) == Array("hello".utf8))
    }

    @Test(arguments: ContentCoding.allCases)
    func `output is bounded by what the caller grants`(coding: ContentCoding) throws {
        let packed = try Compressor.compressed([UInt8](repeating: 7, count: 500_000), coding)
        #expect(packed.count < 1000)
        var decompressor = try Decompressor(coding)
        var rest = packed[...]
        var total = 0
        var calls = 0
        while true {
            var output: [UInt8] = []
            let progress = try rest.withUnsafeBytes { try decompressor.decompress($0, into: &output, atMost: 10_000) }
            #expect(output.count <= 10_000)
            #expect(output.allSatisfy { $0 == 7 })
            total += output.count
            calls += 1
            rest = rest.dropFirst(progress.consumed)
            if progress.isAtEnd || (rest.isEmpty && !progress.mayHaveMore) { break }
        }
        try decompressor.finish()
        #expect(total == 500_000)
        #expect(calls >= 50)
        #expect(throws: ContentCodingError.truncated) { try Decompressor.decompressed(packed, coding, atMost: 1000) }
    }

    @Test(arguments: ContentCoding.allCases)
    func `every truncation is noticed`(coding: ContentCoding) throws {
        let packed = try Compressor.compressed(Array("a body of some length, a body of some length".utf8), coding)
        for count in 0..<packed.count {
            #expect(throws: ContentCodingError.truncated) {
                try Decompressor.decompressed(Array(packed.prefix(count)), coding, atMost: 1000)
            }
        }
    }

    @Test func `corruption and trailing bytes are noticed`() throws {
        #expect(throws: ContentCodingError.self) { try Decompressor.decompressed(Array("plain text".utf8), .gzip, atMost: 100) }
        #expect(throws: ContentCodingError.self) { try Decompressor.decompressed(pythonZlib + [0], .gzip, atMost: 1000) }
        #expect(throws: ContentCodingError.corrupt(inputOffset: 1)) { try Decompressor.decompressed([0x06, 0x06], .brotli, atMost: 10) }
        var damaged = pythonZlib
        damaged[damaged.count - 5] ^= 1
        #expect(throws: ContentCodingError.self) { try Decompressor.decompressed(damaged, .gzip, atMost: 1000) }
    }

    @Test func `after an error nothing more is read`() throws {
        var decompressor = try Decompressor(.gzip)
        var output: [UInt8] = []
        var failures: [ContentCodingError] = []
        for _ in 0..<2 {
            [UInt8]("junk and more junk".utf8).withUnsafeBytes { bytes in
                do throws(ContentCodingError) {
                    _ = try decompressor.decompress(bytes, into: &output, atMost: 100)
                } catch { failures.append(error) }
            }
        }
        #expect(failures.count == 2 && failures.last == .finished)
    }
}
