// Fields that belong to one connection and are neither stored nor forwarded (RFC 9110 section 7.6.1, RFC 9111
// section 3.1).

import HTTPSemantics
package import HTTPTypes

/// Removal of hop-by-hop fields.
package enum HopByHop {
    /// Fields that end at each hop whether or not Connection names them.
    static let names: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade",
        "proxy-authenticate", "proxy-authentication-info", "proxy-authorization",
    ]

    /// The fields without hop-by-hop ones, without those any Connection line names, and without Trailer, as trailers
    /// are neither stored nor forwarded.
    package static func stripped(_ fields: HTTPFields) -> HTTPFields {
        var named: Set<String> = []
        fields.forEachElement(of: .connection) { named.insert($0.lowercased()) }
        var kept = HTTPFields()
        kept.reserveCapacity(fields.count)
        for field in fields {
            let name = field.name.canonicalName
            if names.contains(name) || name == "trailer" || named.contains(name) { continue }
            kept.append(field)
        }
        return kept
    }
}
