// What differs between personalities outside the rules proper: facts for the engine, which asks for a trait and never for a
// personality.

/// How the engine works under a personality.
package struct PersonalityTraits: Hashable, Sendable {
    /// Objects are kept by target URI, and among those of one URI selected by Vary; else the cache policy alone makes the key.
    package var selectsByVary: Bool
    /// A HEAD that can't be answered from the cache goes to the origin as HEAD, and what comes back updates the stored GET.
    package var sendsHead: Bool
    /// Successful unsafe requests invalidate what they changed, and a POST's answer may be stored.
    package var heedsWrites: Bool
    /// Where all methods are allowed, those that CloudFront doesn't know are too.
    package var allowsUnknownMethods: Bool
    /// An origin that can't be reached is remembered for a while.
    package var remembersFailures: Bool
    /// Requests share a fetch also where cookies are forwarded: what may be shared is the response's to say.
    package var sharesFetchesWithCookies: Bool
    /// Max-Forwards is counted down, and answered where it ends.
    package var countsForwards: Bool
    /// Vary goes to viewers as it came, not as this edge uses it.
    package var passesVary: Bool
    /// How the edge names itself.
    package var marks: AnswerMarks
    /// What becomes of ranges and of objects too large for one entry.
    package var parts: PartsRules

    static let cloudFront = PersonalityTraits(
        selectsByVary: false, sendsHead: false, heedsWrites: false, allowsUnknownMethods: false, remembersFailures: true,
        sharesFetchesWithCookies: false, countsForwards: false, passesVary: false, marks: .cloudFront, parts: .cloudFront)
    static let rfc9111 = PersonalityTraits(
        selectsByVary: true, sendsHead: true, heedsWrites: true, allowsUnknownMethods: true, remembersFailures: false,
        sharesFetchesWithCookies: true, countsForwards: true, passesVary: true, marks: .cacheStatus, parts: .rfc9111)
}

/// The fields by which an edge makes itself known, to origins and to viewers.
package enum AnswerMarks: Hashable, Sendable {
    /// X-Cache, X-Amz-Cf-Pop, X-Amz-Cf-Id, and Via with CloudFront's comment.
    case cloudFront
    /// Cache-Status (RFC 9211) and Via.
    case cacheStatus

    /// The name in Via, Cache-Status and Server where it is not CloudFront's.
    package static let name = "skerry"

    /// Server of answers that the edge makes itself.
    package var server: String { self == .cloudFront ? "CloudFront" : Self.name }

    /// User-Agent when no policy forwards the viewer's; nil to send none.
    package var userAgent: String? { self == .cloudFront ? "Amazon CloudFront" : nil }

    /// One member of Via.
    package func via(version: String, domain: String) -> String {
        self == .cloudFront ? "\(version) \(domain) (CloudFront)" : "\(version) \(Self.name)"
    }
}
