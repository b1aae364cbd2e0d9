// Cross-origin resource sharing in a response headers policy. Only requests that carry Origin get these headers, and only
// when that origin is allowed; preflights (OPTIONS with Access-Control-Request-Method) also get those that answer them.
// The edge answers no preflight by itself: it goes to the origin, as at CloudFront, when the behaviour allows OPTIONS.

import HTTPSemantics
package import HTTPTypes

/// The CORS part of a response headers policy.
package struct CORSPolicy: Hashable, Sendable {
    package var allowOrigins: [CORSOrigin]
    /// Header names, or `*` alone.
    package var allowHeaders: [String]
    /// Methods by name; `ALL` has been written out.
    package var allowMethods: [String]
    package var allowCredentials: Bool
    /// Header names, or `*` alone.
    package var exposeHeaders: [String]
    /// Seconds a preflight's answer may be remembered; nil leaves that to the browser.
    package var maxAge: Int?
    /// Whether these headers replace the origin's. If not, one CORS header from the origin keeps all of these out.
    package var originOverride: Bool

    /// What `ALL` stands for.
    package static let allMethods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]

    package init(
        allowOrigins: [CORSOrigin], allowHeaders: [String] = [], allowMethods: [String] = [], allowCredentials: Bool = false,
        exposeHeaders: [String] = [], maxAge: Int? = nil, originOverride: Bool
    ) {
        self.allowOrigins = allowOrigins
        self.allowHeaders = allowHeaders
        self.allowMethods = allowMethods
        self.allowCredentials = allowCredentials
        self.exposeHeaders = exposeHeaders
        self.maxAge = maxAge
        self.originOverride = originOverride
    }

    /// What a request says about where it comes from.
    package struct Request: Hashable, Sendable {
        package var origin: String
        package var isPreflight: Bool

        /// Nil for a request without Origin.
        package init?(method: HTTPRequest.Method, fields: HTTPFields) {
            guard let origin = fields.first(.origin) else { return nil }
            self.origin = origin
            isPreflight = method == .options && fields.contains(.accessControlRequestMethod)
        }
    }

    /// Whether Access-Control-Allow-Origin differs from origin to origin, so that caches further on must know.
    package var dependsOnOrigin: Bool { !allowOrigins.contains(.any) }

    package func apply(to fields: inout HTTPFields, for request: Request?) {
        if let request, allowOrigins.contains(where: { $0.allows(request.origin) }),
            originOverride || !fields.contains(where: { Self.names.contains($0.name) })
        {
            for header in headers(for: request) { fields[header.name] = header.value }
        }
        if dependsOnOrigin { addVary(to: &fields) }
    }

    private func headers(for request: Request) -> [HTTPField] {
        var result = [
            HTTPField(name: .accessControlAllowOrigin, value: dependsOnOrigin ? request.origin : "*")
        ]
        if allowCredentials { result.append(HTTPField(name: .accessControlAllowCredentials, value: "true")) }
        if !exposeHeaders.isEmpty {
            result.append(HTTPField(name: .accessControlExposeHeaders, value: exposeHeaders.joined(separator: ", ")))
        }
        guard request.isPreflight else { return result }
        if !allowMethods.isEmpty {
            result.append(HTTPField(name: .accessControlAllowMethods, value: allowMethods.joined(separator: ", ")))
        }
        if !allowHeaders.isEmpty {
            result.append(HTTPField(name: .accessControlAllowHeaders, value: allowHeaders.joined(separator: ", ")))
        }
        if let maxAge { result.append(HTTPField(name: .accessControlMaxAge, value: String(maxAge))) }
        return result
    }

    private func addVary(to fields: inout HTTPFields) {
        var isNamed = false
        fields.forEachElement(of: .vary) { if $0 == "*" || HTTPField.Name($0) == .origin { isNamed = true } }
        guard !isNamed else { return }
        let named = fields[values: .vary].filter { !$0.isEmpty }
        fields[.vary] = (named + ["Origin"]).joined(separator: ", ")
    }

    private static let names: Set<HTTPField.Name> = [
        .accessControlAllowOrigin, .accessControlAllowCredentials, .accessControlExposeHeaders, .accessControlAllowMethods,
        .accessControlAllowHeaders, .accessControlMaxAge,
    ]
}

/// An origin as a CORS policy lists it: `*`, or a host with an optional scheme and port whose leftmost label may be `*`.
package enum CORSOrigin: Hashable, Sendable {
    case any
    /// - Parameters:
    ///   - scheme: nil stands for http and https.
    ///   - host: lower-case; for a wildcard without the `*`, so that it starts with a dot.
    ///   - port: nil stands for none written, which is the scheme's own.
    case host(scheme: String?, host: String, isWildcard: Bool, port: String?)

    /// Longest text of an origin.
    package static let lengthMax = 300

    package init?(_ text: String) {
        if text == "*" {
            self = .any
            return
        }
        guard text.utf8.count <= Self.lengthMax, let parts = Self.parts(text), parts.scheme.map({ $0 == "http" || $0 == "https" }) ?? true
        else { return nil }
        let isWildcard = parts.host.hasPrefix("*.")
        let host = isWildcard ? String(parts.host.dropFirst()) : parts.host
        let labels = (isWildcard ? host.dropFirst() : host[...]).split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ label in !label.isEmpty && label.utf8.allSatisfy(Self.isHostByte) }),
            parts.port.map({ port in Int(port).map { (1...65_535).contains($0) } ?? false && port.utf8.first != 0x2B }) ?? true
        else { return nil }
        self = .host(scheme: parts.scheme, host: host, isWildcard: isWildcard, port: parts.port)
    }

    /// Whether an Origin field's value is one of these. `null` is allowed by `*` only.
    package func allows(_ origin: String) -> Bool {
        switch self {
        case .any: return true
        case .host(let scheme, let host, let isWildcard, let port):
            guard let parts = Self.parts(origin), let given = parts.scheme, given == "http" || given == "https",
                scheme == nil || scheme == given, parts.port == port
            else { return false }
            // A wildcard stands for at least one character, and for labels without end: `a.b` too.
            return isWildcard ? parts.host.count > host.count && parts.host.hasSuffix(host) : parts.host == host
        }
    }

    /// Scheme, host and port, each lower-case; nil for more than that.
    private static func parts(_ text: String) -> (scheme: String?, host: String, port: String?)? {
        var rest = text.lowercased()[...]
        var scheme: String?
        if let mark = rest.firstRange(of: "://") {
            scheme = String(rest[..<mark.lowerBound])
            rest = rest[mark.upperBound...]
        }
        var port: String?
        if let colon = rest.lastIndex(of: ":") {
            port = String(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        }
        guard !rest.isEmpty, !rest.contains(where: { $0 == "/" || $0 == "@" || $0 == ":" || $0 == "?" }) else { return nil }
        return (scheme, String(rest), port)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
