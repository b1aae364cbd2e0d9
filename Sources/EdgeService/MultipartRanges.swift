// Several ranges in one answer: multipart/byteranges (RFC 9110 section 14.6).

import EdgeStorage
import HTTPSemantics
import NIOCore

/// The parts of a multipart answer, framed.
struct MultipartRanges {
    let ranges: [Range<Int>]
    let preambles: [ByteBuffer]
    let end: ByteBuffer
    let contentType: String

    /// - Parameter boundary: text that the content does not hold; a request id is long enough for that.
    init(_ ranges: [Range<Int>], complete: Int, contentType: String?, boundary: String) {
        // The id's padding is no boundary character.
        let boundary = boundary.filter { $0 != "=" }
        self.ranges = ranges
        self.contentType = "multipart/byteranges; boundary=\(boundary)"
        let typeLine = contentType.map { "Content-Type: \($0)\r\n" } ?? ""
        preambles = ranges.enumerated().map { index, range in
            let part = ContentRange.part(Int64(range.lowerBound)..<Int64(range.upperBound), complete: Int64(complete))
            return ByteBuffer(string: "\(index == 0 ? "" : "\r\n")--\(boundary)\r\n\(typeLine)Content-Range: \(part)\r\n\r\n")
        }
        end = ByteBuffer(string: "\r\n--\(boundary)--\r\n")
    }

    var byteCount: Int {
        preambles.reduce(end.readableBytes) { $0 + $1.readableBytes } + ranges.reduce(0) { $0 + $1.count }
    }

    func parts(of body: CachedBody) -> [ContentPart] {
        zip(preambles, ranges).flatMap { [.bytes($0)] + body.parts($1) } + [.bytes(end)]
    }
}
