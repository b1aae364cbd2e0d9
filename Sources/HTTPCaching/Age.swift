// The Age field and the age a response has when it arrives (RFC 9111 sections 4.2.3 and 5.1).

package import HTTPSemantics
package import HTTPTypes

/// Age arithmetic.
package enum Age {
    /// The Age field of a response, in seconds; nil when absent or unusable.
    ///
    /// Of several members the first counts; a member that is not a non-negative integer (fraction, sign, text) is
    /// ignored, and overflow saturates at 2^31 (RFC 9111 sections 1.2.2 and 5.1).
    package static func field(_ fields: HTTPFields) -> Int64? {
        guard let value = fields.first(.age) else { return nil }
        let member = value.utf8.prefix { $0 != UInt8(ascii: ",") }
        let digits = Substring(member).trimmingSpaces()
        return FieldSyntax.digits(digits.utf8, saturatingAt: CacheControl.deltaSecondsMax)
    }

    /// The corrected initial age of RFC 9111 section 4.2.3, whole seconds.
    ///
    /// The larger of the apparent age (arrival minus Date) and the Age field plus the time the request took; clock
    /// skew cannot make it negative.
    package static func corrected(_ fields: HTTPFields, requestedAt: HTTPDate, receivedAt: HTTPDate) -> Int64 {
        let date = fields.single(.date).flatMap { HTTPDate($0, now: receivedAt, letters: .ignored) }
        let apparent = date.map { max(0, receivedAt.seconds(since: $0)) } ?? 0
        let delay = max(0, receivedAt.seconds(since: requestedAt))
        let (sum, overflowed) = (field(fields) ?? 0).addingReportingOverflow(delay)
        return min(max(apparent, overflowed ? .max : sum), CacheControl.deltaSecondsMax)
    }

    /// The age CloudFront's personality starts from: the Age field alone.
    ///
    /// The guide does not say how an origin's Age is treated. Counting it keeps `max-age` a promise over a chain of
    /// caches (a shield, another CDN as origin). Date is left out on purpose: an origin with a slow clock would
    /// otherwise never be cached, and CloudFront's TTLs run from arrival.
    package static func fromFieldOnly(_ fields: HTTPFields) -> Int64 { field(fields) ?? 0 }
}
