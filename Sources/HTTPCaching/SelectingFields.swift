// Selection by Vary (RFC 9111 section 4.1): the request fields that a response names, brought to one spelling, as part of a
// key. Two requests select the same response when these bytes are equal.
//
// Normalising: lines are joined, whitespace around list members goes. Accept-Language, Accept-Encoding and Accept-Charset
// are lists of case-insensitive members whose order means nothing, so they are also lowered and sorted, weights in one form.

import HTTPSemantics
package import HTTPTypes

/// The names by which responses of one URI are told apart.
package struct SelectingFields: Hashable, Sendable {
    /// Sorted by canonical name.
    package let names: [HTTPField.Name]

    /// The nominated fields of a response; nil for `*`, which nothing matches.
    package init?(_ response: HTTPFields) {
        switch Vary(response) {
        case .none: names = []
        case .any: return nil
        case .fields(let named): names = named.sorted { $0.canonicalName < $1.canonicalName }
        }
    }

    package static let none = SelectingFields(names: [])

    private init(names: [HTTPField.Name]) { self.names = names }

    package var isEmpty: Bool { names.isEmpty }

    /// The key of the response that a request selects among those of `base`; `base` itself when nothing is nominated.
    ///
    /// - Parameter request: the fields as the origin sees them.
    package func key(from base: CacheKey, for request: HTTPFields) -> CacheKey {
        guard !isEmpty else { return base }
        var builder = CacheKey.Builder(extending: base)
        for name in names {
            let value = Self.normalized(name, of: request)
            builder.appendSelecting(name, value: value)
        }
        return builder.finish()
    }

    /// One spelling for all values that mean the same; nil when the field is absent.
    static func normalized(_ name: HTTPField.Name, of request: HTTPFields) -> String? {
        guard request.contains(name) else { return nil }
        var members: [String] = []
        request.forEachElement(of: name, readBy: { $0.distinctValue }) { members.append($0) }
        if name == .acceptLanguage || name == .acceptEncoding || name == .acceptCharset {
            members = members.map(Self.weighted).sorted()
        }
        return members.joined(separator: ",")
    }

    /// `De ; q=0.50` as `de;q=0.5`, a weight of 1 left out.
    private static func weighted(_ member: String) -> String {
        var parts = member.lowercased().split(separator: ";", omittingEmptySubsequences: false).map {
            $0.filter { $0 != " " && $0 != "\t" }
        }
        if parts.count == 2, parts[1].hasPrefix("q=") {
            var weight = parts[1].dropFirst(2)
            if weight.contains(".") {
                while weight.hasSuffix("0") { weight = weight.dropLast() }
                if weight.hasSuffix(".") { weight = weight.dropLast() }
            }
            if weight == "1" { parts.removeLast() } else { parts[1] = "q=\(weight)" }
        }
        return parts.joined(separator: ";")
    }
}
