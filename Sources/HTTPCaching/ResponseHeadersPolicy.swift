// What is taken from and put into a response on its way to the viewer (API type ResponseHeadersPolicyConfig; CloudFront
// Developer Guide, "Add or remove HTTP headers in CloudFront responses with a policy"). Applied at delivery, to hits as to
// misses; what is stored stays the origin's. CORS is in `CORSPolicy.swift`, the managed policies and the refusals are in
// files of their own, and so is the Server-Timing field, which needs more than a response to be made.

package import HTTPSemantics
package import HTTPTypes

/// Headers that a behaviour's responses lose and gain.
package struct ResponseHeadersPolicy: Hashable, Sendable {
    /// A header of one fixed value.
    package struct Header: Hashable, Sendable {
        package var name: HTTPField.Name
        package var value: String
        /// Whether it replaces the origin's header of the same name.
        package var override: Bool

        package init(_ name: HTTPField.Name, _ value: String, override: Bool) {
            (self.name, self.value, self.override) = (name, value, override)
        }
    }

    package var cors: CORSPolicy?
    /// Security and custom headers, in the order in which they are added.
    package var headers: [Header]
    package var removed: [HTTPField.Name]
    /// Percent of responses that get Server-Timing unasked, 0 to 100; nil where nobody does.
    package var serverTimingSamplingRate: Double?

    package init(
        cors: CORSPolicy? = nil, headers: [Header] = [], removed: [HTTPField.Name] = [], serverTimingSamplingRate: Double? = nil
    ) {
        self.cors = cors
        self.headers = headers
        self.removed = removed
        self.serverTimingSamplingRate = serverTimingSamplingRate
    }

    /// Removes, then adds.
    ///
    /// Server and Date are not left out when they are removed: the edge writes its own.
    ///
    /// - Parameters:
    ///   - request: what the viewer's request says about its origin; nil when it is none of CORS.
    ///   - now: for a Date of the edge's own.
    package func apply(to fields: inout HTTPFields, for request: CORSPolicy.Request?, now: HTTPDate) {
        for name in removed { fields[name] = nil }
        if removed.contains(.server) { fields[.server] = "CloudFront" }
        if removed.contains(.date) { fields[.date] = now.formatted }
        cors?.apply(to: &fields, for: request)
        for header in headers where header.override || !fields.contains(header.name) {
            fields[header.name] = nil
            fields.append(HTTPField(name: header.name, value: header.value))
        }
    }

    /// Whether the result for a request without Origin is always the stored fields, followed by the same ones, as long as the
    /// stored fields have none of `touchedNames`.
    package var isConstantWithoutOrigin: Bool {
        serverTimingSamplingRate == nil && !removed.contains(.server) && !removed.contains(.date) && !removed.contains(.age)
    }

    /// The names that make a difference where stored fields have them.
    package var touchedNames: [HTTPField.Name] {
        removed + headers.map(\.name) + ((cors?.dependsOnOrigin ?? false) ? [.vary] : [])
    }

    /// The fields a request without Origin gets beside the stored ones.
    package var constantFields: HTTPFields {
        var fields = HTTPFields()
        apply(to: &fields, for: nil, now: HTTPDate(secondsSince1970: 0))
        return fields
    }
}

// MARK: - Security headers

extension ResponseHeadersPolicy.Header {
    package static func contentSecurityPolicy(_ value: String, override: Bool) -> Self {
        Self(.contentSecurityPolicy, value, override: override)
    }

    package static func contentTypeOptions(override: Bool) -> Self { Self(.xContentTypeOptions, "nosniff", override: override) }

    /// - Parameter option: `DENY` or `SAMEORIGIN`.
    package static func frameOptions(_ option: String, override: Bool) -> Self {
        Self(.known("X-Frame-Options"), option, override: override)
    }

    package static func referrerPolicy(_ policy: String, override: Bool) -> Self {
        Self(.known("Referrer-Policy"), policy, override: override)
    }

    /// - Parameter maxAge: in seconds.
    package static func strictTransportSecurity(
        maxAge: Int, includeSubdomains: Bool = false, preload: Bool = false, override: Bool
    ) -> Self {
        var value = "max-age=\(maxAge)"
        if includeSubdomains { value += "; includeSubDomains" }
        if preload { value += "; preload" }
        return Self(.strictTransportSecurity, value, override: override)
    }

    package static func xssProtection(
        _ protection: Bool, modeBlock: Bool = false, reportURI: String? = nil, override: Bool
    ) -> Self {
        var value = protection ? "1" : "0"
        if protection, modeBlock { value += "; mode=block" }
        if protection, let reportURI { value += "; report=\(reportURI)" }
        return Self(.known("X-XSS-Protection"), value, override: override)
    }
}
