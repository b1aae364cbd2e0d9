// Small responses, keys and fills for the tests of this target.

import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import Testing

@testable import EdgeStorage

let start = HTTPDate(secondsSince1970: 1_780_000_000)

func identity(
    _ path: String, distribution: String = "E1", query: String? = nil, encoding: AcceptEncodingClass = .none
) -> ObjectIdentity {
    var builder = CacheKey.Builder()
    var text = path
    text.withUTF8 {
        builder.reset(method: .read, distribution: distribution, path: UnsafeRawBufferPointer($0), acceptEncoding: encoding)
    }
    if var query {
        query.withUTF8 { builder.appendQuery(UnsafeRawBufferPointer($0), selecting: .all) }
    }
    return ObjectIdentity(key: builder.finish(), distributionID: distribution, path: path, query: query)
}

func response(_ identity: ObjectIdentity, bytes: Int = 100, fields: HTTPFields = [:], byte: UInt8 = 0x61) -> CachedResponse {
    CachedResponse(
        identity: identity,
        facts: EntryFacts(status: 200, storedAt: start, freshness: Freshness(lifetimeSeconds: 60, source: .maxAge)),
        status: .ok, fields: fields, body: CachedBody(copying: [ByteBuffer(repeating: byte, count: bytes)]))
}

func response(_ path: String, bytes: Int = 100) -> CachedResponse { response(identity(path), bytes: bytes) }

func cache(bytes: Int = 1 << 20, object: Int = 1 << 20) -> EdgeCache {
    EdgeCache(limits: EdgeCacheLimits(memoryBytesMax: bytes, objectBytesMax: object))
}

func chunk(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }

extension FillReader {
    /// Everything from here to the end, as text.
    func rest() async throws -> String {
        var text = ""
        while let chunk = try await next() { text += String(buffer: chunk) }
        return text
    }
}

extension FillRole {
    var leader: (permit: FillPermit, reader: FillReader<FillOutcome>)? {
        if case .leader(let permit, let reader) = self { (permit, reader) } else { nil }
    }

    var follower: FillReader<FillOutcome>? {
        if case .follower(let reader) = self { reader } else { nil }
    }

    var isChanged: Bool {
        if case .changed = self { true } else { false }
    }
}

extension FillOutcome {
    var failedStatus: Int? {
        if case .failed(let status, _) = self { status } else { nil }
    }
}

/// Gives other tasks turns until something holds; records an issue when it never does.
func until(_ what: String, _ condition: () -> Bool) async {
    for _ in 0..<1_000_000 {
        if condition() { return }
        await Task.yield()
    }
    Issue.record("never happened: \(what)")
}

/// A small generator whose sequence its seed decides.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
