import Cryptography
import SigV4
import Testing

struct AWSChunkedTests {
    static let data = [UInt8](repeating: UInt8(ascii: "a"), count: 66_560)
    static let trailer = Trailer(name: "x-amz-checksum-crc32c", value: "sOO8/Q==")

    static func chain() -> ChunkSignatureChain {
        var request = Documented.streamingRequest([("Content-Length", "66824")])
        return Documented.signer.sign(&request, payload: .streamingSigned, at: Documented.time)
    }

    static func encoded(_ mode: AWSChunkedDecoder.Mode, _ chunks: [[UInt8]], trailers: [Trailer] = []) -> [UInt8] {
        var encoder = AWSChunkedEncoder(mode)
        var bytes: [UInt8] = []
        for chunk in chunks { bytes += encoder.encode(chunk: chunk) }
        return bytes + encoder.end(trailers: trailers)
    }

    /// What a decoder makes of the bytes fed in pieces of `size`: payload, then trailers or the refusal.
    static func outcome(
        _ mode: AWSChunkedDecoder.Mode, _ bytes: [UInt8], count: Int, announced: [String] = [], pieces size: Int = 1 << 20
    ) -> (payload: [UInt8], trailers: [Trailer], error: SigV4Error?) {
        var decoder = AWSChunkedDecoder(mode, decodedByteCount: Int64(count), announcedTrailers: announced)
        var payload: [UInt8] = []
        do throws(SigV4Error) {
            var at = 0
            while at < bytes.count {
                let piece = Array(bytes[at..<min(at + size, bytes.count)])
                var ranges: [Range<Int>] = []
                var failure: SigV4Error?
                piece.withUnsafeBytes { buffer in
                    do throws(SigV4Error) { try decoder.decode(buffer, payload: &ranges) } catch { failure = error }
                }
                for range in ranges { payload += piece[range] }
                if let failure { throw failure }
                at += size
            }
            return (payload, try decoder.finish(), nil)
        } catch { return (payload, [], error) }
    }

    static func unsigned(_ text: String, count: Int, announced: [String] = []) -> SigV4Error? {
        outcome(.unsignedTrailer, Array(text.utf8), count: count, announced: announced).error
    }

    @Test(arguments: [1, 2, 7, 100, 4096, 1 << 20])
    func `the documented upload decodes however it is cut`(size: Int) {
        let bytes = Self.encoded(.signed(Self.chain()), [Array(Self.data[..<65_536]), Array(Self.data[65_536...])])
        #expect(bytes.count == 66_824)
        let head = "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"
        #expect(bytes.starts(with: head.utf8))
        let result = Self.outcome(.signed(Self.chain()), bytes, count: 66_560, pieces: size)
        #expect(result.error == nil)
        #expect(result.payload == Self.data)
        #expect(result.trailers == [])
    }

    @Test(arguments: [1, 13, 1 << 20])
    func `a signed trailer is verified and handed over`(size: Int) {
        let bytes = Self.encoded(.signedTrailer(Self.chain()), [Self.data], trailers: [Self.trailer])
        let result = Self.outcome(
            .signedTrailer(Self.chain()), bytes, count: Self.data.count, announced: ["X-Amz-Checksum-Crc32c"], pieces: size)
        #expect(result.error == nil)
        #expect(result.payload == Self.data)
        #expect(result.trailers == [Self.trailer])
    }

    @Test(arguments: [1, 3, 1 << 20])
    func `an unsigned body with a trailer decodes`(size: Int) {
        let text = "5\r\nhello\r\n06\r\n world\r\n0\r\nx-amz-checksum-crc32: AAAAAA== \r\n\r\n"
        let result = Self.outcome(
            .unsignedTrailer, Array(text.utf8), count: 11, announced: ["x-amz-checksum-crc32"], pieces: size)
        #expect(result.error == nil)
        #expect(result.payload == Array("hello world".utf8))
        #expect(result.trailers == [Trailer(name: "x-amz-checksum-crc32", value: "AAAAAA==")])
    }

    @Test func `an empty body is one chunk of no bytes`() {
        #expect(Self.outcome(.signed(Self.chain()), Self.encoded(.signed(Self.chain()), []), count: 0).error == nil)
        #expect(Self.unsigned("0\r\n\r\n", count: 0) == nil)
    }

    @Test func `one flipped byte anywhere in a signed body is refused`() {
        let bytes = Self.encoded(.signedTrailer(Self.chain()), [Self.data], trailers: [Self.trailer])
        for at in Array(0..<90) + [5000, 60_000] + Array(bytes.count - 260..<bytes.count) {
            var broken = bytes
            broken[at] ^= 1
            let result = Self.outcome(
                .signedTrailer(Self.chain()), broken, count: Self.data.count, announced: ["x-amz-checksum-crc32c"])
            // A change of case in a hexadecimal size or a header name is no change of meaning; one bit flips no case.
            #expect(result.error != nil, "byte \(at)")
        }
    }

    @Test func `chunks out of order or left out break the chain`() {
        let (first, second) = (Array(Self.data[..<8192]), [UInt8](repeating: 0, count: 8192))
        let whole = Self.encoded(.signed(Self.chain()), [first, second])
        let frame = 4 + 17 + 64 + 2 + 8192 + 2
        let swapped = Array(whole[frame..<2 * frame]) + whole[..<frame] + whole[(2 * frame)...]
        #expect(Self.outcome(.signed(Self.chain()), swapped, count: 16_384).error?.code == "SignatureDoesNotMatch")
        let cut = Array(whole[..<frame] + whole[(2 * frame)...])
        #expect(Self.outcome(.signed(Self.chain()), cut, count: 8192).error?.code == "SignatureDoesNotMatch")
    }

    @Test func `a refused chunk reports the string it should have signed`() throws {
        var bytes = Self.encoded(.signed(Self.chain()), [Self.data])
        bytes[200] ^= 1
        guard case .signatureDoesNotMatch(let mismatch) = Self.outcome(.signed(Self.chain()), bytes, count: 66_560).error else {
            Issue.record("the signature was accepted")
            return
        }
        let lines = mismatch.stringToSign.split(separator: "\n")
        #expect(lines.prefix(4) == ["AWS4-HMAC-SHA256-PAYLOAD", "20130524T000000Z", "20130524/us-east-1/s3/aws4_request", lines[3]])
        #expect(lines[3] == Self.chain().previous)
        #expect(mismatch.canonicalRequest == nil)
    }

    @Test func `signed chunks but the last hold at least 8192 bytes, and none more than the maximum`() {
        let exact = Self.encoded(.signed(Self.chain()), [Array(Self.data[..<8192]), [1]])
        #expect(Self.outcome(.signed(Self.chain()), exact, count: 8193).error == nil)
        let small = Self.encoded(.signed(Self.chain()), [Array(Self.data[..<8191]), [1]])
        #expect(Self.outcome(.signed(Self.chain()), small, count: 8192).error?.code == "InvalidChunkSizeError")
        let signature = String(repeating: "0", count: 64)
        let large = Array("1000001;chunk-signature=\(signature)\r\n".utf8)
        #expect(Self.outcome(.signed(Self.chain()), large, count: 1 << 30).error?.code == "InvalidChunkSizeError")
        let largest = Array("1000000;chunk-signature=\(signature)\r\n".utf8)
        #expect(Self.outcome(.signed(Self.chain()), largest, count: 1 << 30).error?.code == "IncompleteBody")
    }

    @Test(arguments: [
        ("5\r\nhello\r\n", 5), ("5\r\nhel", 5), ("", 0), ("0\r\n", 0), ("5\r\nhello\r\n0\r\n\r\n", 6), ("5\r\nhello\r\n0\r\n\r\n", 4),
        ("fffffffffffffff\r\n", 5),
    ])
    func `a body that ends early or has another length is incomplete`(text: String, count: Int) {
        #expect(Self.unsigned(text, count: count)?.code == "IncompleteBody")
    }

    @Test(arguments: [
        "5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\rhello\r\n0\r\n\r\n", "5\r\nhelloX\r\n0\r\n\r\n", " 5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n", "+5\r\nhello\r\n0\r\n\r\n", "\r\nhello\r\n0\r\n\r\n", "5;a=b\r\nhello\r\n0\r\n\r\n", "-5\r\n", "ffffffffffffffff\r\n",
        "00000000000000005\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\nx", "5\r\nhello\r\n0\r\n\r\n\r\n",
    ])
    func `framing is taken strictly`(text: String) {
        #expect(Self.unsigned(text, count: 5)?.code == "InvalidRequest")
    }

    @Test func `a chunk header and the trailer have a longest length`() {
        #expect(Self.unsigned(String(repeating: "0", count: 300), count: 5)?.code == "InvalidRequest")
        let name = "x-amz-checksum-crc32"
        let long = "0\r\n\(name):" + String(repeating: "a", count: AWSChunkedDecoder.trailerBytesMax)
        #expect(Self.unsigned(long, count: 0, announced: [name])?.code == "InvalidRequest")
    }

    @Test(arguments: [
        "x-amz-checksum-crc32:A\r\nx-amz-checksum-crc32:A\r\n\r\n", "\r\n", "x-other:A\r\n\r\n", ":A\r\n\r\n", "x-amz-checksum-crc32\r\n\r\n",
        "x-amz-checksum-crc32:A\r\nx-amz-trailer-signature:A\r\n\r\n",
    ])
    func `the trailer is what was announced and nothing else`(trailer: String) {
        #expect(Self.unsigned("0\r\n" + trailer, count: 0, announced: ["x-amz-checksum-crc32"])?.code == "MalformedTrailerError")
    }

    @Test func `a signed trailer needs its signature, last`() {
        var encoder = AWSChunkedEncoder(.signed(Self.chain()))
        let bytes = encoder.end().dropLast(2) + Array("x-amz-checksum-crc32c:sOO8/Q==\r\n\r\n".utf8)
        let result = Self.outcome(.signedTrailer(Self.chain()), Array(bytes), count: 0, announced: [Self.trailer.name])
        #expect(result.error?.code == "MalformedTrailerError")
    }

    @Test func `a failed decoder stays failed`() {
        var decoder = AWSChunkedDecoder(.unsignedTrailer, decodedByteCount: 5, announcedTrailers: [])
        var ranges: [Range<Int>] = []
        var errors: [SigV4Error] = []
        for text in ["x\r\n", "0\r\n\r\n"] {
            Array(text.utf8).withUnsafeBytes { bytes in
                do throws(SigV4Error) { try decoder.decode(bytes, payload: &ranges) } catch { errors.append(error) }
            }
        }
        do throws(SigV4Error) { _ = try decoder.finish() } catch { errors.append(error) }
        #expect(errors.count == 3 && Set(errors).count == 1)
        #expect(ranges.isEmpty)
    }

    @Test func `a verified request leads to its decoder`() throws {
        var request = Documented.streamingRequest([("x-amz-trailer", " x-amz-checksum-crc32c ,")])
        var encoder = AWSChunkedEncoder(
            .signedTrailer(Documented.signer.sign(&request, payload: .streamingSignedTrailer, at: Documented.time)))
        let body = encoder.encode(chunk: Self.data) + encoder.end(trailers: [Self.trailer])
        let claim = try #require(try Documented.verifier.parse(request, at: Documented.time))
        let verified = try claim.verify(secretAccessKey: Documented.credentials.secretAccessKey)
        var ranges: [Range<Int>] = []
        var trailers: [Trailer] = []
        if var decoder = try AWSChunkedDecoder.decoder(for: verified, request: request) {
            try body.withUnsafeBytes { try decoder.decode($0, payload: &ranges) }
            trailers = try decoder.finish()
        }
        #expect(ranges.map(\.count) == [66_560])
        #expect(trailers == [Self.trailer])
    }

    @Test(arguments: [(nil, "MissingContentLength"), ("", "MissingContentLength"), ("-1", "InvalidArgument"), ("1e3", "InvalidArgument")])
    func `the decoded length must be given as a number`(length: String?, code: String) {
        let headers = length.map { [(name: "x-amz-decoded-content-length", value: $0)] } ?? []
        var found: SigV4Error?
        do throws(SigV4Error) {
            _ = try AWSChunkedDecoder.unsignedDecoder(for: SigV4Request(method: "PUT", path: "/", headers: headers))
        } catch { found = error }
        #expect(found?.code == code)
    }
}
