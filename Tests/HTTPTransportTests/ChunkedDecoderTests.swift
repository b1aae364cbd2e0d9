import NIOCore
import Testing

@testable import HTTPTransport

struct ChunkedDecoderTests {
    /// Feeds `text` in pieces of `step` bytes; the content and what is left behind the end.
    private func decode(_ text: String, step: Int = .max) throws(RequestError) -> (content: String, rest: String)? {
        var decoder = ChunkedDecoder()
        var input = ByteBuffer()
        var content = ""
        var source = Array(text.utf8)[...]
        while true {
            switch try decoder.next(from: &input) {
            case .bytes(let bytes): content += String(buffer: bytes)
            case .end: return (content, String(buffer: input) + String(decoding: source, as: UTF8.self))
            case .needsMore:
                guard !source.isEmpty else { return nil }
                input.writeBytes(source.prefix(step))
                source = source.dropFirst(step)
            }
        }
    }

    @Test(arguments: [1, 2, 3, 7, .max])
    func `chunks, extensions and trailers are read however they are cut`(step: Int) throws {
        let text = "4\r\nWiki\r\n5;ext=\"a\"\r\npedia\r\n00\r\nTrailer: x\r\n\r\nGET"
        let decoded = try #require(try decode(text, step: step))
        #expect(decoded == ("Wikipedia", "GET"))
    }

    @Test func `an unfinished content is no content`() throws {
        #expect(try decode("4\r\nWiki\r\n") == nil)
        #expect(try decode("4\r\nWi") == nil)
        #expect(try decode("0\r\n") == nil)
    }

    @Test(arguments: [
        ("no hexadecimal", "x\r\n"), ("an empty size", "\r\n"), ("only an extension", ";a\r\n"), ("a prefix", "0x4\r\nWiki\r\n0\r\n\r\n"),
        ("a sign", "+4\r\n"), ("a space before", " 4\r\n"), ("a space behind", "4 \r\nWiki\r\n0\r\n\r\n"), ("a bare LF", "4\nWiki\r\n0\r\n\r\n"),
        ("too large a size", "ffffffffffffffff\r\n"), ("data longer than its size", "4\r\nWikip\r\n0\r\n\r\n"),
        ("data without its CRLF", "4\r\nWiki0\r\n\r\n"), ("NUL in an extension", "4;\0\r\nWiki\r\n0\r\n\r\n"),
        ("an endless extension", "4;" + String(repeating: "a", count: 600)),
        ("an endless trailer", "0\r\n" + String(repeating: "a", count: 9_000)),
        ("many trailers", "0\r\n" + String(repeating: "A: b\r\n", count: 2_000)),
    ])
    func `a chunk that could be read differently is refused (RFC 9112 7.1)`(name: String, text: String) {
        #expect(throws: RequestError.self, "\(name)") { try decode(text) }
    }
}
