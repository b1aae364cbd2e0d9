// An answer out of an object that is stored in parts, as far as it is settled before its first byte: what the viewer gets, and
// where the first of what is missing comes from. Until then a changed object only means another answer; later it means a cut.

import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore

/// What a viewer gets of an object in parts.
struct PartsReply: Sendable {
    var reader: PartsReader
    var selection: Selection
    var type: ResultType
    /// The first source that isn't in the store, found out before anything was sent.
    var prepared: (position: Int64, source: PartSource)?

    var object: PartedObject { reader.object }

    /// Bytes that this viewer gets, ascending; none for a HEAD, a 304 or a 416.
    var ranges: [Range<Int64>] { selection.ranges(of: object.complete, method: reader.request.method) }

    init(_ reader: PartsReader, _ type: ResultType, now: HTTPDate) {
        self.reader = reader
        self.type = type
        selection = Selection(reader.request, status: 200, fields: reader.object.entry.fields, length: Int(reader.object.complete), now: now)
    }
}

extension Selection {
    /// The bytes to send out of an object of known length.
    func ranges(of complete: Int64, method: HTTPRequest.Method) -> [Range<Int64>] {
        guard method != .head else { return [] }
        switch self {
        case .whole: return [0..<complete]
        case .part(let range): return [Int64(range.lowerBound)..<Int64(range.upperBound)]
        case .parts(let ranges): return ranges.map { Int64($0.lowerBound)..<Int64($0.upperBound) }
        case .notModified, .unsatisfiable: return []
        }
    }
}
