// Media types (RFC 9110 section 8.3.1).

/// A media type with its parameters.
package struct MediaType: Hashable, Sendable, CustomStringConvertible {
    /// Type in lower case, such as `text`.
    package let type: String
    /// Subtype in lower case, such as `html`.
    package let subtype: String
    /// Parameters in order; names in lower case, values with quotes resolved.
    package let parameters: [Parameter]

    package struct Parameter: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    /// Parameters beyond this count make the value malformed.
    package static let parametersMax = 32

    /// Reads a Content-Type value; nil when malformed. Empty parameters (`text/html;`) are allowed.
    package init?(_ value: String) {
        guard let parsed = ByteScanner.scanning(value, { Self.read(&$0) }) else { return nil }
        self = parsed
    }

    private init(type: String, subtype: String, parameters: [Parameter]) {
        (self.type, self.subtype, self.parameters) = (type, subtype, parameters)
    }

    /// `type/subtype` in lower case without parameters.
    package var essence: String { type + "/" + subtype }

    /// The first value of a parameter, by lower-case name.
    package func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    package var description: String {
        parameters.reduce(into: essence) { text, parameter in
            text += "; " + parameter.name + "="
            if FieldSyntax.isToken(parameter.value.utf8) {
                text += parameter.value
            } else {
                text += "\"" + parameter.value.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] } + "\""
            }
        }
    }

    private static func read(_ scanner: inout ByteScanner) -> MediaType? {
        scanner.skipWhitespace()
        guard let type = scanner.token(), scanner.consume("/"), let subtype = scanner.token() else { return nil }
        var parameters: [Parameter] = []
        while true {
            scanner.skipWhitespace()
            if scanner.isAtEnd { break }
            guard scanner.consume(";"), parameters.count < parametersMax else { return nil }
            scanner.skipWhitespace()
            guard let name = scanner.token() else { continue }
            guard scanner.consume("=") else { return nil }
            if scanner.peek == UInt8(ascii: "\"") {
                guard let value = scanner.quotedString() else { return nil }
                parameters.append(Parameter(name: scanner.string(name).lowercased(), value: value))
            } else {
                guard let value = scanner.token() else { return nil }
                parameters.append(Parameter(name: scanner.string(name).lowercased(), value: scanner.string(value)))
            }
        }
        return MediaType(
            type: scanner.string(type).lowercased(), subtype: scanner.string(subtype).lowercased(), parameters: parameters)
    }
}
