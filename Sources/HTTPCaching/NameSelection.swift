// Which query parameters, cookies or headers a policy names (CloudFront Developer Guide, "Control the cache key").

/// A choice among named things, in CloudFront's four modes.
package enum NameSelection: Hashable, Sendable {
    case none
    /// Only these.
    case whitelist([String])
    /// All but these.
    case allExcept([String])
    case all

    /// The listed names; empty for `none` and `all`.
    package var names: [String] {
        switch self {
        case .none, .all: []
        case .whitelist(let names), .allExcept(let names): names
        }
    }

    /// Whether a name is chosen, compared byte by byte: query names and cookie names are case-sensitive.
    package func selects(_ name: UnsafeRawBufferPointer) -> Bool {
        switch self {
        case .none: false
        case .all: true
        case .whitelist(let names): names.contains { Self.equal($0, name) }
        case .allExcept(let names): !names.contains { Self.equal($0, name) }
        }
    }

    /// Whether a name is chosen; see `selects(_:)` over raw bytes.
    package func selects(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { selects(UnsafeRawBufferPointer($0)) }
    }

    private static func equal(_ text: String, _ bytes: UnsafeRawBufferPointer) -> Bool {
        text.utf8.count == bytes.count && text.utf8.elementsEqual(bytes)
    }
}
