import ContentCoding
import Testing

/// Text that repeats with noise in it, so that matches and literals alternate.
private func sampleText(bytes count: Int) -> [UInt8] {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    var text: [UInt8] = []
    while text.count < count {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += Array("<p class=\"c\(state >> 60)\">island \(state >> 33)</p>\n".utf8)
    }
    return Array(text.prefix(count))
}

/// Bytes that do not compress.
private func noise(bytes count: Int) -> [UInt8] {
    var state: UInt64 = 42
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
    }
}

private func compress(_ body: [UInt8], _ coding: ContentCoding, level: Int? = nil, chunk: Int, flushing: Bool = false) throws -> [UInt8] {
    var compressor = try Compressor(coding, level: level)
    var output: [UInt8] = []
    for start in stride(from: 0, to: body.count, by: chunk) {
        let end = min(start + chunk, body.count)
        try compressor.compress(body.span.extracting(start..<end).bytes, into: &output, flushing ? .flush : .process)
    }
    try compressor.finish(into: &output)
    return output
}

@Suite struct CompressorTests {
    @Test(arguments: ContentCoding.allCases, [0, 1, 2, 999, 1000, 16_383, 16_384, 16_385, 70_000])
    func `a body comes back whole`(coding: ContentCoding, size: Int) throws {
        for body in [sampleText(bytes: size), noise(bytes: size), [UInt8](repeating: 0, count: size)] {
            let packed = try Compressor.compressed(body, coding)
            #expect(try Decompressor.decompressed(packed, coding, atMost: size + 1) == body)
        }
    }

    @Test(arguments: ContentCoding.allCases, [1, 2, 3, 7, 100, 4096, 65_536])
    func `chunk boundaries do not matter`(coding: ContentCoding, chunk: Int) throws {
        let body = sampleText(bytes: 20_000)
        let packed = try compress(body, coding, chunk: chunk)
        var decompressor = try Decompressor(coding)
        var output: [UInt8] = []
        for start in stride(from: 0, to: packed.count, by: chunk) {
            try packed[start..<min(start + chunk, packed.count)].withUnsafeBytes { bytes in
                let progress = try decompressor.decompress(bytes, into: &output, atMost: 1 << 20)
                #expect(progress.consumed == bytes.count)
            }
        }
        try decompressor.finish()
        #expect(output == body)
    }

    @Test(arguments: ContentCoding.allCases)
    func `every level works and levels beyond are refused`(coding: ContentCoding) throws {
        let body = sampleText(bytes: 50_000)
        var sizes: [Int] = []
        for level in coding.levels {
            let packed = try Compressor.compressed(body, coding, level: level)
            #expect(try Decompressor.decompressed(packed, coding, atMost: body.count) == body)
            sizes.append(packed.count)
        }
        #expect(sizes.last! < sizes.first!)
        for level in [coding.levels.lowerBound - 1, coding.levels.upperBound + 1] {
            #expect(throws: ContentCodingError.unsupportedSetting(name: "\(coding.rawValue) level", value: level, allowed: coding.levels)) {
                _ = try Compressor.compressed([], coding, level: level)
            }
        }
        #expect(throws: ContentCodingError.unsupportedSetting(name: "brotli window bits", value: 25, allowed: 10...24)) {
            _ = try Compressor(coding, brotliWindowBits: 25)
        }
    }

    @Test(arguments: ContentCoding.allCases)
    func `a flush lets the reader have everything so far`(coding: ContentCoding) throws {
        var compressor = try Compressor(coding)
        var decompressor = try Decompressor(coding)
        var read: [UInt8] = []
        for part in ["first ", "second ", "third"] {
            var packed: [UInt8] = []
            try compressor.compress(Array(part.utf8).span.bytes, into: &packed, .flush)
            try packed.withUnsafeBytes { _ = try decompressor.decompress($0, into: &read, atMost: 1000) }
            #expect(String(decoding: read, as: UTF8.self).hasSuffix(part))
        }
    }

    @Test(arguments: ContentCoding.allCases)
    func `nothing may follow the end`(coding: ContentCoding) throws {
        var compressor = try Compressor(coding)
        var output: [UInt8] = []
        try compressor.finish(into: &output)
        var failure: ContentCodingError?
        do { try compressor.finish(into: &output) } catch { failure = error }
        #expect(failure == .finished)
    }

    @Test(arguments: ContentCoding.allCases)
    func `text shrinks and noise grows by little`(coding: ContentCoding) throws {
        #expect(try Compressor.compressed(sampleText(bytes: 100_000), coding).count < 25_000)
        #expect(try Compressor.compressed(noise(bytes: 100_000), coding).count < 100_200)
    }

    @Test func `gzip output has the header of RFC 1952 and the published CRC`() throws {
        let packed = try Compressor.compressed(Array("123456789".utf8), .gzip)
        #expect(packed.prefix(3) == [0x1F, 0x8B, 8])
        #expect(Array(packed[3..<8]) == [0, 0, 0, 0, 0], "no name, no comment, no time: equal bodies give equal bytes")
        // CRC-32 of "123456789" is CBF43926, then the length, both little-endian.
        #expect(Array(packed.suffix(8)) == [0x26, 0x39, 0xF4, 0xCB, 9, 0, 0, 0])
    }
}
