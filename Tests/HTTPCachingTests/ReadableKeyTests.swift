import HTTPTypes
import Testing

@testable import HTTPCaching

@Suite struct ReadableKeyTests {
    private static func key(_ parts: (inout CacheKey.Builder) -> Void) -> CacheKey {
        var builder = CacheKey.Builder()
        "/a".utf8.withContiguousStorageIfAvailable {
            builder.reset(method: .read, distribution: "E1", path: UnsafeRawBufferPointer($0), acceptEncoding: .none)
        }
        parts(&builder)
        return builder.finish()
    }

    private static func with(_ text: String, _ use: (UnsafeRawBufferPointer) -> Void) {
        var text = text
        text.withUTF8 { use(UnsafeRawBufferPointer($0)) }
    }

    @Test func `keys of the rfc9111 personality are read in step`() throws {
        let name = try #require(HTTPField.Name("Accept-Language"))
        let key = Self.key { builder in
            Self.with("www.example.com") { builder.appendAuthority($0, isSecure: true) }
            Self.with("x=1") { builder.appendQuery($0, selecting: .all) }
            builder.appendSelecting(name, value: nil)
            builder.appendSelecting(.accept, value: "a b")
        }
        #expect(key.readable == "read E1 /a https://www.example.com ?x=1 vary:accept-language(absent) vary:accept=a%20b")
    }

    @Test func `what looks like an escape is told from one`() {
        let texts = ["a b", "a%20b", "a%2520b", "a\"b", "a%22b", "", "é", "%C3%A9"]
        let readable = texts.map { text in
            Self.key { builder in Self.with(text) { builder.appendHeader(.accept, value: $0) } }.readable
        }
        #expect(Set(readable).count == texts.count, "\(readable)")
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `keys that differ print differently, in printable letters`(seed: UInt64) {
        var state = seed
        func draw(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(count))
        }
        let pieces = ["", "a", "b", " ", "%", "20", "=", "\u{0}", "\u{1}", "A", "a", "S", "v", "&", "?", "\"", "\\", "é", "http://", "(absent)"]
        func text() -> String { (0..<draw(6)).map { _ in pieces[draw(pieces.count)] }.joined() + String(repeating: "x", count: draw(8) == 0 ? 130 : 0) }
        var keys: [String: CacheKey] = [:]
        for _ in 0..<300 {
            let key = Self.key { builder in
                if draw(2) == 0 { Self.with(text()) { builder.appendAuthority($0, isSecure: draw(2) == 0) } }
                switch draw(3) {
                case 0: Self.with(text()) { builder.appendQuery($0, selecting: .all) }
                case 1: Self.with(text()) { builder.appendQuery($0, selecting: .allExcept(["b"])) }
                default: break
                }
                if draw(2) == 0 { Self.with(text()) { builder.appendHeader(draw(2) == 0 ? .accept : .origin, value: $0) } }
                if draw(2) == 0 { builder.appendCookies([text()], selecting: .all) }
                if draw(2) == 0 { builder.appendSelecting(.userAgent, value: draw(2) == 0 ? nil : text()) }
            }
            let readable = key.readable
            #expect(readable.utf8.allSatisfy { (0x20..<0x7F).contains($0) && $0 != 0x22 && $0 != 0x5C }, "seed \(seed): \(readable)")
            guard readable.utf8.count < CacheKey.readableBytesMax else { continue }
            if let other = keys[readable] { #expect(other == key, "seed \(seed): \(readable)") }
            keys[readable] = key
        }
    }
}
