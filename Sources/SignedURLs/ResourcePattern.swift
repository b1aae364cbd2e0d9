// The Resource of a policy: a URL in which `*` stands for any characters and `?` for one, each within its section.
//
// Sections are protocol, domain, path and query. A `*` at the end of the path takes any query along, a `*` at the end of the
// domain any path and query, and `*` alone matches everything. `\?` is a question mark itself. An unescaped `?` may also
// stand for the question mark before the query: AWS's own SDKs write URLs with a query into custom policies without escaping it.
// A domain is compared without regard to case, and with its port where the viewer sent one.

/// Which URLs a policy is for.
package struct ResourcePattern: Sendable, Hashable {
    package let text: String
    private let shape: Shape

    private enum Shape: Sendable, Hashable {
        case everything
        /// `rest` is nil when the domain's trailing `*` takes it along.
        case sections(scheme: [Element], domain: [Element], rest: [Element]?, takesAnyQuery: Bool)
    }

    private enum Element: Sendable, Hashable {
        case byte(UInt8)
        case one
        case many
    }

    /// Nil for a text that has no protocol and domain, or a path that does not start with `/`.
    package init?(_ text: String) {
        self.text = text
        if text == "*" {
            shape = .everything
            return
        }
        let bytes = Array(text.utf8)
        guard let colon = bytes.indices.first(where: { bytes[$0...].starts(with: "://".utf8) }), colon > 0 else { return nil }
        let scheme = Array(bytes[..<colon])
        let after = bytes[(colon + 3)...]
        let slash = after.firstIndex(of: UInt8(ascii: "/")) ?? after.endIndex
        let domain = after[..<slash].map(Self.lowercased)
        let rest = Array(after[slash...])
        guard !domain.isEmpty, !scheme.contains(UInt8(ascii: "/")), !domain.contains(UInt8(ascii: "\\")) else { return nil }
        let elements = Self.elements(rest)
        if rest.isEmpty {
            guard domain.last == UInt8(ascii: "*") else { return nil }
            shape = .sections(scheme: Self.elements(scheme), domain: Self.elements(domain), rest: nil, takesAnyQuery: true)
        } else {
            let hasQuery = elements.contains(Self.questionMark)
            shape = .sections(
                scheme: Self.elements(scheme), domain: Self.elements(domain), rest: elements,
                takesAnyQuery: !hasQuery && elements.last == .many)
        }
    }

    /// Whether a URL, in its parts as the viewer sent them, is meant.
    ///
    /// - Parameter query: without the signing parameters; nil when there is none.
    package func matches(scheme: String, host: String, path: String, query: String?) -> Bool {
        guard case .sections(let schemes, let domain, let rest, let takesAnyQuery) = shape else { return true }
        guard Self.matches(schemes[...], Array(scheme.utf8)), Self.matches(domain[...], host.utf8.map(Self.lowercased)) else { return false }
        guard let rest else { return true }
        let path = Array(path.utf8)
        if query == nil || takesAnyQuery, Self.matches(rest[...], path) { return true }
        guard let query = query.map({ Array($0.utf8) }) else { return false }
        // The query begins at the first `\?`, or without one wherever an unescaped `?` makes it fit.
        let literal = rest.firstIndex(of: Self.questionMark)
        return rest.indices.contains { index in
            guard literal.map({ $0 == index }) ?? (rest[index] == .one) else { return false }
            return Self.matches(rest[..<index], path) && Self.matches(rest[(index + 1)...], query)
        }
    }

    private static let questionMark = Element.byte(UInt8(ascii: "?"))

    private static func elements(_ bytes: some Collection<UInt8>) -> [Element] {
        var result: [Element] = []
        var isEscaped = false
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "?") where isEscaped:
                result[result.count - 1] = .byte(byte)
                isEscaped = false
            case UInt8(ascii: "*"): if result.last != .many { result.append(.many) }
            case UInt8(ascii: "?"): result.append(.one)
            default: result.append(.byte(byte))
            }
            isEscaped = byte == UInt8(ascii: "\\")
        }
        return result
    }

    /// Greedy, with the last `*` to return to. Cost: linear for most patterns, at worst the product of both lengths.
    private static func matches(_ pattern: ArraySlice<Element>, _ subject: [UInt8]) -> Bool {
        var (at, position) = (pattern.startIndex, 0)
        var retry: (at: Int, position: Int)?
        while position < subject.count || at < pattern.endIndex {
            if at < pattern.endIndex {
                if pattern[at] == .many {
                    retry = (at, position)
                    at += 1
                    continue
                }
                if position < subject.count, pattern[at] == .one || pattern[at] == .byte(subject[position]) {
                    (at, position) = (at + 1, position + 1)
                    continue
                }
            }
            guard let again = retry, again.position < subject.count else { return false }
            retry = (again.at, again.position + 1)
            (at, position) = (again.at + 1, again.position + 1)
        }
        return true
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
