import Foundation
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import EdgeStorage

struct DiskEntryFormatTests {
    /// A response in which nothing has its default value.
    private static func response(bytes: Int = 10) -> CachedResponse {
        var object = identity("/päth", query: "a=b")
        object.primary = identity("/primary").key
        object.selecting = SelectingFields([.vary: "accept-language, x-b"]) ?? .none
        object.tags = CacheTags(["one", "two"].compactMap { CacheTag($0) })
        var freshness = Freshness(
            lifetimeSeconds: -5, source: .expires, bound: .loweredToMaxTTL, initialAgeSeconds: 7, staleWhileRevalidateSeconds: 8,
            staleIfError: .window(seconds: 9), forbidsStale: true, refetchesUnconditionally: true)
        freshness.mustValidate = true
        freshness.isImmutable = true
        let fields: HTTPFields = [
            .contentType: "text/plain", .setCookie: "a=1", .setCookie: "b=2", .eTag: "W/\"x\"", .init("X-Latin")!: "caf\u{e9}",
        ]
        return CachedResponse(
            identity: object,
            facts: EntryFacts(
                status: 206, storedAt: HTTPDate(secondsSince1970: 1_780_000_123), freshness: freshness,
                conditionals: ConditionalFields(ifNoneMatch: "\"x\"", ifModifiedSince: "Mon, 01 Jan 2024 00:00:00 GMT")),
            status: .init(code: 206, reasonPhrase: "Some"), fields: fields, body: CachedBody(copying: [pattern(bytes)]),
            isEdgeCompressed: true, preparedHead: ByteBuffer(string: "HTTP/1.1 206 Some\r\n"))
    }

    private static func encoded(_ response: CachedResponse) throws -> (bytes: [UInt8], file: Int) {
        let head = DiskEntryHead(response, scope: "s", table: ShortDigest(of: [1, 2, 3]))
        let bytes = try #require(head.encoded(bodyBytes: response.body.byteCount))
        return (bytes, DiskEntryFormat.headOffset(of: response.body.byteCount) + bytes.count)
    }

    @Test func `a head comes back as it was`() throws {
        let response = Self.response()
        let (bytes, file) = try Self.encoded(response)
        let footer = try DiskEntryFooter(bytes.suffix(DiskEntryFormat.footerBytes), fileBytes: file)
        #expect(footer.bodyBytes == 10)
        let head = try DiskEntryHead(bytes[...], footer)
        #expect(head.scope == "s")
        #expect(head.table == ShortDigest(of: [1, 2, 3]))
        let back = head.response(response.body)
        #expect(back.identity == response.identity)
        #expect(back.facts == response.facts)
        #expect(back.status == response.status)
        #expect(back.status.reasonPhrase == "Some")
        #expect(Array(back.fields) == Array(response.fields))
        #expect(back.isEdgeCompressed)
        #expect(back.preparedHead == response.preparedHead)
    }

    @Test func `everything that a response is made of is in the format`() {
        // When one of these numbers changes, DiskEntryFormat has to learn of what is new, and its version to go up.
        let response = Self.response()
        #expect(Mirror(reflecting: response).children.count == 7, "CachedResponse")
        #expect(Mirror(reflecting: response.identity).children.count == 7, "ObjectIdentity")
        #expect(Mirror(reflecting: response.facts).children.count == 5, "EntryFacts")
        #expect(Mirror(reflecting: response.facts.freshness).children.count == 10, "Freshness")
        #expect(Mirror(reflecting: response.facts.conditionals).children.count == 2, "ConditionalFields")
        #expect(DiskEntryFormat.version == 2)
    }

    @Test func `any changed byte and any missing end is found`() throws {
        let (bytes, file) = try Self.encoded(Self.response())
        func isAccepted(_ bytes: [UInt8], file: Int) -> Bool {
            guard let footer = try? DiskEntryFooter(bytes.suffix(DiskEntryFormat.footerBytes), fileBytes: file),
                footer.headBytes + DiskEntryFormat.footerBytes == bytes.count
            else { return false }
            return (try? DiskEntryHead(bytes[...], footer)) != nil
        }
        #expect(isAccepted(bytes, file: file))
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x10
            #expect(!isAccepted(changed, file: file), "byte \(index)")
        }
        for count in 0..<bytes.count {
            #expect(!isAccepted(Array(bytes.prefix(count)), file: file - bytes.count + count), "\(count) bytes")
        }
        #expect(!isAccepted(bytes, file: file + 1))
        #expect(!isAccepted(bytes, file: file - 1))
    }

    @Test func `a head with a good digest but wrong content is refused`() throws {
        for bad in [[], [0, 0, 0, 1], [0xFF, 0xFF, 0xFF, 0xFF], Array(repeating: UInt8(0), count: 200)] as [[UInt8]] {
            var writer = DiskRecordWriter(bytes: bad)
            writer.bytes += DiskEntryFormat.magic
            writer.number(UInt64(DiskEntryFormat.version), 4)
            writer.number(UInt64(bad.count), 4)
            writer.number(0, 8)
            writer.number(0, 8)
            ShortDigest(of: writer.bytes).append(to: &writer.bytes)
            let footer = try DiskEntryFooter(writer.bytes.suffix(DiskEntryFormat.footerBytes), fileBytes: writer.bytes.count)
            #expect(throws: DiskEntryFlaw.headMalformed) { try DiskEntryHead(writer.bytes[...], footer) }
        }
    }

    @Test(arguments: [0, 1, DiskEntryFormat.chunkBytes - 1, DiskEntryFormat.chunkBytes, DiskEntryFormat.chunkBytes + 1, 3 * DiskEntryFormat.chunkBytes])
    func `digests of chunks don't depend on the pieces`(count: Int) {
        let bytes = Array(pattern(count).readableBytesView)
        func table(step: Int) -> [UInt8] {
            var digester = ChunkDigester()
            var start = 0
            while start < bytes.count {
                let end = min(start + step, bytes.count)
                bytes[start..<end].withUnsafeBytes { digester.update($0) }
                start = end
            }
            return digester.finish()
        }
        let whole = table(step: max(1, count))
        #expect(whole.count == DiskEntryFormat.tableBytes(of: count))
        #expect(table(step: 1_000) == whole)
        #expect(table(step: 300_000) == whole)
    }

    @Test func `a file's name leads to its digest and back`() {
        let digest = ShortDigest(identity("/a").key)
        #expect(digest.name.count == 32)
        #expect(ShortDigest(name: digest.name) == digest)
        #expect(ShortDigest(name: digest.name.uppercased()) == nil)
        #expect(ShortDigest(name: String(digest.name.dropLast())) == nil)
        #expect(ShortDigest(name: "+" + digest.name.dropFirst()) == nil)
    }
}
