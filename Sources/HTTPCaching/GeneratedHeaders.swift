// The `CloudFront-*` request headers that the edge writes about a viewer (CloudFront Developer Guide, "Add CloudFront request
// headers"). They can be named in origin request policies, and some of them in cache policies, where their values enter the
// key. Made here are those that follow from the connection and the request. Those that need a table of addresses or a TLS
// handshake's details are known by name, so that a policy which lists one is refused with the reason.

import HTTPSemantics
package import HTTPTypes

/// What is known of a viewer when headers are made about it.
package struct ViewerFacts: Sendable {
    package var address: String
    package var port: Int
    /// HTTP version as `Via` writes it: `1.0`, `1.1`, `2.0`.
    package var httpVersion: String
    /// Whether the viewer came over TLS.
    package var isSecure: Bool
    /// The request's fields as they arrived.
    package var fields: HTTPFields

    package init(address: String, port: Int, httpVersion: String, isSecure: Bool, fields: HTTPFields) {
        self.address = address
        self.port = port
        self.httpVersion = httpVersion
        self.isSecure = isSecure
        self.fields = fields
    }
}

/// The headers of the form `CloudFront-*`.
package enum GeneratedHeaders {
    /// What a policy may do with a header.
    package enum Standing: Hashable, Sendable {
        /// Not of the form `CloudFront-*`: a header of the viewer's own.
        case viewers
        case inAnyPolicy
        /// Different for nearly every viewer, so CloudFront keeps it out of cache keys.
        case inOriginRequestPolicyOnly
        /// Known, but never sent by this edge; why not.
        case unavailable(String)
        case unknown
    }

    package static func isGenerated(_ name: HTTPField.Name) -> Bool { name.canonicalName.hasPrefix("cloudfront-") }

    package static func standing(of name: HTTPField.Name) -> Standing {
        guard isGenerated(name) else { return .viewers }
        return switch name.canonicalName.dropFirst("cloudfront-".count) {
        case "forwarded-proto", "viewer-http-version", "is-android-viewer", "is-desktop-viewer", "is-ios-viewer",
            "is-mobile-viewer", "is-smarttv-viewer", "is-tablet-viewer":
            .inAnyPolicy
        case "viewer-address", "viewer-header-order", "viewer-header-count": .inOriginRequestPolicyOnly
        case "viewer-country", "viewer-country-name", "viewer-country-region", "viewer-country-region-name", "viewer-city",
            "viewer-latitude", "viewer-longitude", "viewer-metro-code", "viewer-postal-code", "viewer-time-zone":
            .unavailable("the edge has no table of places by address")
        case "viewer-asn": .unavailable("the edge has no table of networks by address")
        case "viewer-tls", "viewer-ja3-fingerprint", "viewer-ja4-fingerprint":
            .unavailable("the edge keeps no details of TLS handshakes")
        default: .unknown
        }
    }

    /// What is wrong with the `CloudFront-*` names of a policy.
    package static func problems(_ names: [HTTPField.Name], inCachePolicy: Bool) -> [PolicyProblem] {
        names.compactMap { name in
            switch standing(of: name) {
            case .viewers, .inAnyPolicy: nil
            case .inOriginRequestPolicyOnly: inCachePolicy ? .originRequestOnly(name: name.rawName) : nil
            case .unavailable(let reason): .unavailableHeader(name: name.rawName, reason: reason)
            case .unknown: .refusedName(kind: "header", name: name.rawName)
            }
        }
    }

    /// The fields for those of the names that can be made.
    package static func fields(named names: [HTTPField.Name], for viewer: ViewerFacts) -> HTTPFields {
        var result = HTTPFields()
        guard !names.isEmpty else { return result }
        let device = DeviceFamily(userAgent: viewer.fields.first(.userAgent) ?? "")
        for name in names where isGenerated(name) { result[name] = value(of: name, for: viewer, device) }
        return result
    }

    private static func value(of name: HTTPField.Name, for viewer: ViewerFacts, _ device: DeviceFamily) -> String? {
        switch name.canonicalName.dropFirst("cloudfront-".count) {
        case "forwarded-proto": viewer.isSecure ? "https" : "http"
        case "viewer-http-version": viewer.httpVersion
        case "viewer-address": "\(viewer.address):\(viewer.port)"
        case "viewer-header-order": headerOrder(viewer.fields)
        case "viewer-header-count": String(viewer.fields.count)
        case "is-android-viewer": String(device.isAndroid)
        case "is-ios-viewer": String(device.isIOS)
        case "is-desktop-viewer": String(device.kind == .desktop)
        case "is-mobile-viewer": String(device.kind == .mobile)
        case "is-smarttv-viewer": String(device.kind == .smartTV)
        case "is-tablet-viewer": String(device.kind == .tablet)
        default: nil
        }
    }

    /// Bytes of CloudFront-Viewer-Header-Order; what is beyond is cut off.
    package static let headerOrderBytesMax = 7_680

    private static func headerOrder(_ fields: HTTPFields) -> String {
        let names = fields.map(\.name.rawName).joined(separator: ":")
        return String(decoding: names.utf8.prefix(headerOrderBytesMax), as: UTF8.self)
    }
}
