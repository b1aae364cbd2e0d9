// What an origin's answer to a request for missing parts means (RFC 9110 sections 13.1.5, 14.2 and 15.3.7, RFC 9111 section 3.4).
// The request went out with Range, and with If-Range where the stored version has a strong validator.

import HTTPSemantics

/// The meaning of an answer to a completing request.
package enum PartsAnswer: Hashable, Sendable {
    /// Bytes of the stored version, the first that was asked for among them; perhaps fewer, perhaps more.
    case part(PartialContent)
    /// 200 with the stored version whole: the origin doesn't do ranges.
    case wholeOfSame
    /// 200 with something else: that is the object now.
    case newWhole
    /// The stored version is no more; the whole has to be asked for.
    case changed(Reason)
    /// The origin failed; what is stored stays.
    case originFailed
    /// A 206 that can't be used.
    case invalid(PartialContent.Refusal)

    package enum Reason: String, Hashable, Sendable, CaseIterable {
        /// A 206 of another version, or one that shows no validator.
        case otherVersion
        /// 412.
        case preconditionFailed
        /// 416: the object has become shorter.
        case unsatisfiable
        /// Another status below 500: what was stored can no longer be had.
        case status
    }

    /// - Parameters:
    ///   - response: the answer's head.
    ///   - version: what is stored.
    ///   - asked: the range that was asked for.
    package init(_ response: ResponseFacts, version: RepresentationVersion, asked: Range<Int64>, rules: PartsRules) {
        switch response.status {
        case 206: self = Self.partial(response, version, asked, rules)
        case 200:
            let other = RepresentationVersion(
                validator: StrongValidator(response.fields, now: response.receivedAt), complete: response.bodyLength ?? version.complete)
            self = version.combines(with: other) ? .wholeOfSame : .newWhole
        case 412: self = .changed(.preconditionFailed)
        case 416: self = .changed(.unsatisfiable)
        case 500...: self = .originFailed
        default: self = .changed(.status)
        }
    }

    private static func partial(
        _ response: ResponseFacts, _ version: RepresentationVersion, _ asked: Range<Int64>, _ rules: PartsRules
    ) -> PartsAnswer {
        let part: PartialContent
        do throws(PartialContent.Refusal) {
            part = try PartialContent(response.fields, contentLength: response.bodyLength, rules: rules)
        } catch {
            return .invalid(error)
        }
        guard part.isConsistent else { return .invalid(.lengthsDiffer) }
        let other = RepresentationVersion(
            validator: StrongValidator(response.fields, now: response.receivedAt), complete: part.complete)
        guard version.combines(with: other) else { return .changed(.otherVersion) }
        // More than was asked for will do: what comes before is left out.
        return part.range.contains(asked.lowerBound) ? .part(part) : .invalid(.otherRange)
    }
}
