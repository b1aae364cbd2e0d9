// What makes two partial responses parts of one and the same sequence of bytes (RFC 9110 sections 8.8.1, 13.1.5 and 15.3.7.3).

package import HTTPSemantics
package import HTTPTypes

/// A validator that differs whenever a single byte does.
package enum StrongValidator: Hashable, Sendable {
    /// A strong ETag, byte for byte as the origin sent it.
    case entityTag(String)
    /// Last-Modified, at least one second older than the response's Date (RFC 9110 section 8.8.2.2).
    case lastModified(String)

    /// The strong validator among the fields of an origin's response; nil when it has none. A weak ETag rules Last-Modified out:
    /// the origin says that bytes may differ.
    package init?(_ fields: HTTPFields, now: HTTPDate) {
        if fields.contains(.eTag) {
            guard let text = fields.single(.eTag), let tag = EntityTag(text), !tag.isWeak else { return nil }
            self = .entityTag(text)
            return
        }
        guard let text = fields.single(.lastModified), let modified = HTTPDate(text, now: now),
            let date = fields.single(.date).flatMap({ HTTPDate($0, now: now) }), date.seconds(since: modified) >= 1
        else { return nil }
        self = .lastModified(text)
    }

    /// Value of If-Range.
    package var ifRange: String {
        switch self {
        case .entityTag(let text), .lastModified(let text): text
        }
    }
}

/// One sequence of bytes that a resource has had.
package struct RepresentationVersion: Hashable, Sendable {
    /// Nil when nothing tells this version from the next: then nothing may be joined to it.
    package var validator: StrongValidator?
    /// Its length in bytes.
    package var complete: Int64

    package init(validator: StrongValidator?, complete: Int64) { (self.validator, self.complete) = (validator, complete) }

    /// Whether parts of the two may be joined (RFC 9110 section 15.3.7.3, RFC 9111 section 3.4): the same strong validator. A
    /// length that differs under one validator is an origin's mistake, and joins nothing.
    package func combines(with other: RepresentationVersion) -> Bool {
        validator != nil && validator == other.validator && complete == other.complete
    }
}
