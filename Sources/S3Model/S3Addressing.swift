// Which bucket and key a request names: from the Host (virtual-hosted style) or from the path (path style).

import HTTPSemantics

/// Bucket and key as the request spells them, decoded but not yet judged.
package struct S3Address: Sendable, Equatable {
    package var bucket: String?
    package var key: String?
    package var isVirtualHosted: Bool

    package init(bucket: String?, key: String?, isVirtualHosted: Bool = false) {
        self.bucket = bucket
        self.key = key
        self.isVirtualHosted = isVirtualHosted
    }

    /// Reads the address from Host and the undecoded path.
    ///
    /// A host that is one of `baseHosts` under exactly one further label sequence is virtual-hosted; every other host is
    /// path style. Ports and letter case of the host don't matter. InvalidURI for a path that cannot be decoded.
    package init(host: some StringProtocol, path: some StringProtocol, baseHosts: [String]) throws(S3Error) {
        guard path.hasPrefix("/"), let decoded = PercentCoding.decode(path) else {
            throw S3Error(.invalidURI, "The path has a broken percent escape or is not UTF-8")
        }
        guard !decoded.utf8.contains(0) else { throw S3Error(.invalidURI, "The path holds a zero byte") }
        let rest = decoded.utf8.dropFirst()
        let name = Self.hostName(host)
        if let base = baseHosts.first(where: { name.hasSuffix("." + $0) }), name.utf8.count > base.utf8.count + 1 {
            bucket = String(name.dropLast(base.count + 1))
            key = rest.isEmpty ? nil : String(Substring(rest))
            isVirtualHosted = true
            return
        }
        isVirtualHosted = false
        guard !rest.isEmpty else { return }
        if let slash = rest.firstIndex(of: UInt8(ascii: "/")) {
            bucket = String(Substring(rest[..<slash]))
            let after = rest[rest.index(after: slash)...]
            key = after.isEmpty ? nil : String(Substring(after))
        } else {
            bucket = String(Substring(rest))
        }
    }

    /// The host without its port and trailing dot, in lower case.
    package static func hostName(_ host: some StringProtocol) -> String {
        var name = host.lowercased()
        if name.hasPrefix("["), let close = name.firstIndex(of: "]") { return String(name[...close]) }
        if let colon = name.lastIndex(of: ":") { name = String(name[..<colon]) }
        if name.hasSuffix(".") { name.removeLast() }
        return name
    }
}
