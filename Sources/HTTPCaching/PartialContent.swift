// Reading a 206 (RFC 9110 sections 14.4, 14.6 and 15.3.7): which bytes its content is, if that can be told. Multipart content is
// for the one who asked for several ranges, and is never taken apart.

import HTTPSemantics
package import HTTPTypes

/// The part of a representation that a 206 holds.
package struct PartialContent: Hashable, Sendable {
    /// Where its content belongs, in bytes from the start.
    package var range: Range<Int64>
    /// Length of the whole, in bytes.
    package var complete: Int64
    /// False when Content-Range and the content's length disagree: it may be served as it is, and joined to nothing.
    package var isConsistent = true

    /// Why a 206 can't be kept.
    package enum Refusal: String, Error, Hashable, Sendable, CaseIterable {
        /// multipart/byteranges.
        case multipart
        /// No Content-Range.
        case rangeMissing
        /// Several Content-Range lines.
        case rangeRepeated
        /// Another unit, an empty part, or a part that reaches beyond the complete length.
        case rangeMalformed
        /// `bytes 0-1/*`.
        case completeLengthUnknown
        /// Content-Length isn't the length that Content-Range gives: CloudFront's OriginContentRangeLengthError.
        case lengthsDiffer
        /// Without the first byte that was asked for.
        case otherRange
    }

    package init(range: Range<Int64>, complete: Int64, isConsistent: Bool = true) {
        (self.range, self.complete, self.isConsistent) = (range, complete, isConsistent)
    }

    /// Reads the fields of a 206.
    ///
    /// - Parameter contentLength: bytes of its content; nil while only its end tells, and then the one who reads it compares.
    package init(_ fields: HTTPFields, contentLength: Int64?, rules: PartsRules) throws(Refusal) {
        if let type = fields.first(.contentType), FieldSyntax.equalsIgnoringCase(type.utf8.prefix(10), "multipart/".utf8) {
            throw .multipart
        }
        guard fields.contains(.contentRange) else { throw .rangeMissing }
        guard let value = fields.single(.contentRange) else { throw .rangeRepeated }
        guard case .part(let range, let complete) = ContentRange(value) else { throw .rangeMalformed }
        guard let complete else { throw .completeLengthUnknown }
        self.init(range: range, complete: complete)
        guard let contentLength, contentLength != Int64(range.count) else { return }
        guard rules.trustsFraming, contentLength > 0 else { throw .lengthsDiffer }
        try stretch(to: contentLength)
    }

    /// Takes the length from the framing. A part that says it is the end of the whole then tells the whole's length as well.
    private mutating func stretch(to contentLength: Int64) throws(Refusal) {
        let (end, overflowed) = range.lowerBound.addingReportingOverflow(contentLength)
        guard !overflowed else { throw .lengthsDiffer }
        if range.upperBound == complete { complete = end }
        guard end <= complete else { throw .lengthsDiffer }
        range = range.lowerBound..<end
        isConsistent = false
    }
}
