// When the edge compresses a response itself (CloudFront Developer Guide, "Serve compressed files"). Best effort as
// there: the caller may decline when busy, and then keeps and serves the plain copy until it expires.

import HTTPSemantics
package import HTTPTypes

/// The conditions under which a response is compressed.
package struct CompressionRule: Hashable, Sendable {
    /// The behaviour's Compress setting.
    package var isEnabled: Bool
    /// Refuses when Minimum TTL is 0, as a newer text of the guide says compressed objects are then not cached.
    package var requiresPositiveMinTTL: Bool
    /// Obeys `Cache-Control: no-transform`, a MUST of RFC 9111 section 5.2.2.6 that the guide does not mention.
    package var honorsNoTransform: Bool

    package init(isEnabled: Bool, requiresPositiveMinTTL: Bool = false, honorsNoTransform: Bool = true) {
        self.isEnabled = isEnabled
        self.requiresPositiveMinTTL = requiresPositiveMinTTL
        self.honorsNoTransform = honorsNoTransform
    }

    /// Bytes of the origin's Content-Length between which bodies are compressed.
    package static let bodyBytes: ClosedRange<Int64> = 1_000...10_000_000

    package enum Coding: String, Hashable, Sendable, CaseIterable {
        case brotli = "br"
        case gzip
    }

    package enum Decision: Hashable, Sendable {
        case compress(Coding)
        case identity(Reason)
    }

    /// Why a response is sent as it is.
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        case notEnabled
        /// The policy sets neither accept-encoding flag, or names Accept-Encoding as a header.
        case policyDoesNotCompress
        case minTTLIsZero
        /// The viewer names no coding that the policy enables.
        case notAccepted
        case viewerIsHTTP10
        /// A status other than 200, 403 and 404.
        case status
        /// No valid Content-Length.
        case lengthUnknown
        case tooSmall
        case tooLarge
        case alreadyEncoded
        case mediaType
        case noTransform
        /// HEAD, or nothing in the body.
        case noBody
    }

    /// Decides for one response of the origin.
    ///
    /// - Parameters:
    ///   - accepted: the request's class under `policy`.
    ///   - viewerIsHTTP10: whether the viewer speaks HTTP/1.0.
    package func decision(
        status: Int, fields: HTTPFields, hasBody: Bool = true, policy: CachePolicy, accepted: AcceptEncodingClass,
        viewerIsHTTP10: Bool
    ) -> Decision {
        guard isEnabled else { return .identity(.notEnabled) }
        guard policy.normalizesAcceptEncoding else { return .identity(.policyDoesNotCompress) }
        if requiresPositiveMinTTL, policy.minTTL == 0 { return .identity(.minTTLIsZero) }
        if viewerIsHTTP10 { return .identity(.viewerIsHTTP10) }
        guard accepted != .none else { return .identity(.notAccepted) }
        if let reason = refusal(status: status, fields: fields, hasBody: hasBody) { return .identity(reason) }
        return .compress(accepted.allowsBrotli ? .brotli : .gzip)
    }

    private func refusal(status: Int, fields: HTTPFields, hasBody: Bool) -> Reason? {
        guard status == 200 || status == 403 || status == 404 else { return .status }
        guard hasBody else { return .noBody }
        if fields.contains(.contentEncoding) { return .alreadyEncoded }
        guard let length = fields.single(.contentLength).flatMap({ FieldSyntax.digits($0.utf8, saturatingAt: .max) })
        else { return .lengthUnknown }
        if length < Self.bodyBytes.lowerBound { return .tooSmall }
        if length > Self.bodyBytes.upperBound { return .tooLarge }
        guard let type = fields.single(.contentType).flatMap({ MediaType($0) }), Self.types.contains(type.essence)
        else { return .mediaType }
        if honorsNoTransform, CacheControl(fields).noTransform { return .noTransform }
        return nil
    }

    /// The fields of the answer after compression: Content-Encoding set, the ETag weakened, Content-Length gone until
    /// the compressed length is known, and Content-MD5 gone as it describes the plain bytes.
    package static func rewritten(_ fields: HTTPFields, coding: Coding) -> HTTPFields {
        var result = fields
        result[.contentEncoding] = coding.rawValue
        result[.contentLength] = nil
        result[.known("Content-MD5")] = nil
        // A strong tag turns weak, a weak one stays, a malformed one goes.
        result[.eTag] = fields.single(.eTag).flatMap { EntityTag($0)?.weakened.description }
        return result
    }

    /// Media types that are compressed: the guide's list with application/wasm of its newer text. woff and woff2 are
    /// compressed already and absent on purpose.
    package static let types: Set<String> = {
        let application = [
            "dash+xml", "eot", "font", "font-sfnt", "javascript", "json", "opentype", "otf", "pkcs7-mime", "protobuf",
            "rss+xml", "truetype", "ttf", "vnd.apple.mpegurl", "vnd.mapbox-vector-tile", "vnd.ms-fontobject", "wasm",
            "xhtml+xml", "xml", "x-font-opentype", "x-font-truetype", "x-font-ttf", "x-httpd-cgi", "x-javascript",
            "x-mpegurl", "x-opentype", "x-otf", "x-perl", "x-ttf",
        ]
        let text = [
            "css", "csv", "html", "javascript", "js", "plain", "richtext", "tab-separated-values", "xml", "x-component",
            "x-java-source", "x-script",
        ]
        let font = ["eot", "opentype", "otf", "ttf"]
        return Set(
            application.map { "application/" + $0 } + text.map { "text/" + $0 } + font.map { "font/" + $0 }
                + ["image/svg+xml"])
    }()
}
