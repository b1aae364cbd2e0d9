// An origin that does ranges: what it holds can be replaced, and how it answers can be bent.

import HTTPSemantics
import HTTPTypes
import Synchronization

@testable import EdgeService

/// One object, answered for whole, in ranges and under If-Range.
final class RangeOrigin: Sendable {
    struct Version: Sendable {
        var bytes: [UInt8]
        var fields: HTTPFields
    }

    private let state: Mutex<Version>
    let lacksRanges: Bool

    init(bytes: [UInt8], _ fields: HTTPFields = [.eTag: "\"v1\"", .contentType: "text/plain"], lacksRanges: Bool = false) {
        state = Mutex(Version(bytes: bytes, fields: fields))
        self.lacksRanges = lacksRanges
    }

    /// Bytes that tell where they are from and of which version.
    static func bytes(_ count: Int, version: UInt8 = 1) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: ($0 / 7 &* 31) &+ $0 &+ Int(version) &* 101) }
    }

    var version: Version { state.withLock { $0 } }
    func replace(bytes: [UInt8], _ fields: HTTPFields) { state.withLock { $0 = Version(bytes: bytes, fields: fields) } }

    func answer(_ request: RecordedFetch) -> OriginReply {
        let version = self.version
        let tag = version.fields[.eTag]
        if let tag, request.fields[.ifNoneMatch] == tag { return OriginReply(.notModified, version.fields, "") }
        let honors = request.fields[.ifRange].map { $0 == tag || $0 == version.fields[.lastModified] } ?? true
        guard !lacksRanges, honors else { return OriginReply(.ok, version.fields, bytes: version.bytes) }
        var fields = version.fields
        switch RangeRequest(request.fields).resolved(length: Int64(version.bytes.count)) {
        case .parts(let parts) where parts.count == 1:
            fields[.contentRange] = ContentRange.part(parts[0], complete: Int64(version.bytes.count)).description
            return OriginReply(.partialContent, fields, bytes: Array(version.bytes[Int(parts[0].lowerBound)..<Int(parts[0].upperBound)]))
        case .unsatisfiable:
            return OriginReply(.rangeNotSatisfiable, [.contentRange: "bytes */\(version.bytes.count)"], "")
        case .parts, .whole: return OriginReply(.ok, fields, bytes: version.bytes)
        }
    }
}
