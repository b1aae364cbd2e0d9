// Max-Forwards: how far an OPTIONS may go (RFC 9110 section 7.6.2). TRACE, the other method it is for, never passes a cache.

import HTTPSemantics
package import HTTPTypes

/// What the field asks of an intermediary.
package enum MaxForwards: Hashable, Sendable {
    /// Nothing: it is absent, unreadable, or the method is another.
    case uncounted
    /// Go on, with this value.
    case forward(Int64)
    /// Answer in the origin's place.
    case answerHere

    package init(_ fields: HTTPFields, method: HTTPRequest.Method) {
        guard method == .options, let value = fields.single(.maxForwards),
            let count = FieldSyntax.digits(value.utf8, saturatingAt: CacheControl.deltaSecondsMax)
        else {
            self = .uncounted
            return
        }
        self = count == 0 ? .answerHere : .forward(count - 1)
    }
}
