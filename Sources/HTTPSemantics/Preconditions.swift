// Conditional requests as one decision (RFC 9110 section 13). The order of evaluation is section 13.2.2's; what a
// cache may evaluate is RFC 9111 section 4.3.2's. The caller skips evaluation when its answer without
// conditions would be neither 2xx nor 412 (section 13.2.1). Nothing here reads or changes a store.

package import HTTPTypes

/// What is known of the selected representation when a condition is evaluated.
package struct RepresentationValidators: Hashable, Sendable {
    /// Whether there is a current representation; false lets `If-None-Match: *` hold.
    package var exists: Bool
    package var entityTag: EntityTag?
    package var lastModified: HTTPDate?
    /// The response's Date; Last-Modified is a strong validator only when at least one second older
    /// (RFC 9110 section 8.8.2.2). An origin passes its clock.
    package var date: HTTPDate?

    package init(exists: Bool = true, entityTag: EntityTag? = nil, lastModified: HTTPDate? = nil, date: HTTPDate? = nil) {
        (self.exists, self.entityTag, self.lastModified, self.date) = (exists, entityTag, lastModified, date)
    }

    /// The validators in a response's fields; a malformed ETag or Last-Modified counts as absent.
    package init(responseFields fields: HTTPFields, now: HTTPDate) {
        self.init(
            entityTag: fields.single(.eTag).flatMap { EntityTag($0) },
            lastModified: fields.single(.lastModified).flatMap { HTTPDate($0, now: now) },
            date: fields.single(.date).flatMap { HTTPDate($0, now: now) })
    }

    var lastModifiedIsStrong: Bool {
        guard let lastModified, let date else { return false }
        return date.seconds(since: lastModified) >= 1
    }
}

/// Evaluation of the conditional fields of one request.
package enum Preconditions {
    /// Who evaluates.
    package enum Role: Sendable {
        /// All five fields.
        case origin
        /// If-Match and If-Unmodified-Since are the origin's alone (RFC 9111 section 4.3.2); If-Modified-Since
        /// is compared with Date when Last-Modified is missing.
        case cache
    }

    /// What to do with the request.
    package enum Outcome: Hashable, Sendable {
        /// Perform the method; a Range field counts only when `honorsRange`.
        case proceed(honorsRange: Bool)
        /// 304: GET or HEAD and the client's copy is current.
        case notModified
        /// 412, with the field that was not satisfied.
        case failed(HTTPField.Name)
    }

    /// Evaluates the request's conditions in the order of RFC 9110 section 13.2.2.
    ///
    /// Fields with an unreadable date, or a date field on several lines, are ignored as section 13.1.3 demands.
    package static func evaluate(
        _ fields: HTTPFields, method: HTTPRequest.Method, validators: RepresentationValidators, role: Role = .origin,
        now: HTTPDate, tagSyntax: EntityTagCondition.Syntax = .strict
    ) -> Outcome {
        let isRead = method == .get || method == .head
        if role == .origin {
            if let condition = EntityTagCondition(fields, name: .ifMatch, syntax: tagSyntax) {
                guard condition.matchesStrongly(validators.entityTag, exists: validators.exists) else { return .failed(.ifMatch) }
            } else if let limit = date(.ifUnmodifiedSince, of: fields, now: now), let lastModified = validators.lastModified {
                guard lastModified <= limit else { return .failed(.ifUnmodifiedSince) }
            }
        }
        if let condition = EntityTagCondition(fields, name: .ifNoneMatch, syntax: tagSyntax) {
            if condition.matchesWeakly(validators.entityTag, exists: validators.exists) {
                return isRead ? .notModified : .failed(.ifNoneMatch)
            }
        } else if isRead, let since = date(.ifModifiedSince, of: fields, now: now) {
            let reference = validators.lastModified ?? (role == .cache ? validators.date : nil)
            if validators.exists, let reference, reference <= since { return .notModified }
        }
        return .proceed(honorsRange: method == .get && holdsIfRange(fields, validators: validators, now: now))
    }

    /// Whether If-Range lets a Range field count (RFC 9110 section 13.1.5): absent, or an exact strong match.
    package static func holdsIfRange(_ fields: HTTPFields, validators: RepresentationValidators, now: HTTPDate) -> Bool {
        guard fields.contains(.ifRange) else { return true }
        guard let value = fields.single(.ifRange) else { return false }
        if let tag = EntityTag(value) { return validators.entityTag?.matchesStrongly(tag) ?? false }
        guard let date = HTTPDate(value, now: now) else { return false }
        return validators.lastModified == date && validators.lastModifiedIsStrong
    }

    private static func date(_ name: HTTPField.Name, of fields: HTTPFields, now: HTTPDate) -> HTTPDate? {
        fields.single(name).flatMap { HTTPDate($0, now: now) }
    }
}
