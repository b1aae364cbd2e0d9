// The Vary field as viewers see it (CloudFront Developer Guide, "Response behavior", and A9 of our digest): only what
// really chose the answer at this edge stays.

import HTTPSemantics
package import HTTPTypes

/// Rewriting of Vary toward the viewer.
package enum ViewerVary {
    /// The Vary value to deliver; nil to deliver none.
    ///
    /// Accept-Encoding and Cookie stay, as do names that are forwarded to the origin, and User-Agent when device
    /// headers (`CloudFront-Is-*-Viewer`) are; `*` is stripped like any other name that was not forwarded.
    /// Accept-Encoding is added when the edge compressed.
    package static func rewritten(
        _ fields: HTTPFields, forwarded: (HTTPField.Name) -> Bool, forwardsDeviceHeaders: Bool, edgeCompressed: Bool
    ) -> String? {
        var kept: [HTTPField.Name] = []
        fields.forEachElement(of: .vary) { element in
            guard element != "*", let name = HTTPField.Name(element), !kept.contains(name) else { return }
            let stays = name == .acceptEncoding || name == .cookie || forwarded(name)
                || (name == .userAgent && forwardsDeviceHeaders)
            if stays { kept.append(name) }
        }
        if edgeCompressed, !kept.contains(.acceptEncoding) { kept.append(.acceptEncoding) }
        return kept.isEmpty ? nil : kept.map(\.rawName).joined(separator: ", ")
    }

    /// The same, for a behaviour's policies.
    package static func rewritten(
        _ fields: HTTPFields, cachePolicy: CachePolicy, originRequestPolicy: OriginRequestPolicy?, edgeCompressed: Bool
    ) -> String? {
        rewritten(
            fields,
            forwarded: { cachePolicy.headers.contains($0) || (originRequestPolicy?.headers.selects($0) ?? false) },
            forwardsDeviceHeaders: forwardsDeviceHeaders(cachePolicy, originRequestPolicy), edgeCompressed: edgeCompressed)
    }

    private static func forwardsDeviceHeaders(_ cachePolicy: CachePolicy, _ originRequestPolicy: OriginRequestPolicy?) -> Bool {
        (cachePolicy.headers + (originRequestPolicy?.headers.names ?? [])).contains {
            $0.canonicalName.hasPrefix("cloudfront-is-")
        }
    }
}
