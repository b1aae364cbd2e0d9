// The Vary field over any number of lines (RFC 9110 section 12.5.5).

package import HTTPTypes

/// What a response's selection depended on besides the target.
package enum Vary: Hashable, Sendable {
    /// Nothing.
    case none
    /// `*`, anywhere in any line, or an element that is no field name: no later request can be known to match.
    case any
    /// These request fields, without repetition, in order of first mention.
    case fields([HTTPField.Name])

    /// Reads the Vary lines of a response.
    package init(_ fields: HTTPFields) {
        var names: [HTTPField.Name] = []
        var isAny = false
        fields.forEachElement(of: .vary) { element in
            guard element != "*", let name = HTTPField.Name(element) else {
                isAny = true
                return
            }
            if !names.contains(name) { names.append(name) }
        }
        self = isAny ? .any : names.isEmpty ? .none : .fields(names)
    }

    /// Whether responses differ by that request field.
    package func names(_ name: HTTPField.Name) -> Bool {
        switch self {
        case .none: false
        case .any: true
        case .fields(let names): names.contains(name)
        }
    }

    /// The field value to send; nil for `.none`.
    package var fieldValue: String? {
        switch self {
        case .none: nil
        case .any: "*"
        case .fields(let names): names.map(\.rawName).joined(separator: ", ")
        }
    }
}
