// A request for a path of a deploy, reduced to what the answer depends on.

import HTTPSemantics

/// A GET or HEAD below a deploy's root.
package struct ManifestRequest: Sendable, Hashable {
    /// The target's path as it came, still percent-encoded.
    package var path: String
    /// What followed `?`, as it came; nil without `?`.
    package var query: String?
    /// Whether a browser goes to a page, rather than fetching a part of one.
    package var isNavigation: Bool

    package init(path: String, query: String? = nil, isNavigation: Bool = false) {
        self.path = path
        self.query = query
        self.isNavigation = isNavigation
    }

    /// Whether the fields of a request tell of a navigation: `Sec-Fetch-Mode` where a browser sends it (Fetch Metadata), else
    /// an `Accept` that names `text/html`.
    package static func isNavigation(secFetchMode: String?, accept: String?) -> Bool {
        if let secFetchMode { return secFetchMode == "navigate" }
        return accept?.lowercased().contains("text/html") ?? false
    }

    /// The path decoded: nil when it doesn't start with `/`, an escape is broken, or the result is no text without NUL.
    package var decodedPath: String? {
        var bytes: [UInt8] = []
        var rest = path.utf8[...]
        guard rest.first == UInt8(ascii: "/") else { return nil }
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(Self.digit), let low = rest.popFirst().flatMap(Self.digit) else { return nil }
            bytes.append(high << 4 | low)
        }
        guard !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46, 0x61...0x66: (byte | 0x20) - 0x61 + 10
        default: nil
        }
    }
}
