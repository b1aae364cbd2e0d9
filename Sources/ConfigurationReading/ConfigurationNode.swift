// A YAML document as a tree of our own: every node and key knows its place, duplicate keys are still there to be reported.

/// One node of a configuration file.
package struct ConfigurationNode: Sendable, Hashable {
    package enum Content: Sendable, Hashable {
        /// `isPlain` is false for quoted and block text, which is never read as a number, a boolean or nothing.
        case scalar(String, isPlain: Bool)
        case sequence([ConfigurationNode])
        case mapping([Entry])
    }

    package struct Entry: Sendable, Hashable {
        package var key: String
        package var keyLocation: SourceLocation
        package var value: ConfigurationNode
    }

    package var content: Content
    package var location: SourceLocation

    package init(_ content: Content, at location: SourceLocation) {
        self.content = content
        self.location = location
    }

    /// Whether nothing was written: `key:`, `~` or `null`.
    package var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// What stands here, for the `found` of a problem. Long text is cut.
    package var summary: String {
        switch content {
        case .scalar where isNull: return "nothing"
        case .scalar(let text, let isPlain):
            let number = isPlain && (Int(text) != nil || Double(text) != nil || text == "true" || text == "false")
            return number ? text : quoted(text)
        case .sequence(let items): return "a list of \(items.count)"
        case .mapping(let entries): return "a mapping of \(entries.count) key\(entries.count == 1 ? "" : "s")"
        }
    }
}

/// The text in double quotes with control characters escaped, cut after 60 characters.
package func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars.prefix(60) {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\t": result += "\\t"
        case "\r": result += "\\r"
        default:
            if scalar.value < 0x20 || scalar.value == 0x7F {
                result += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }
    return result + (text.unicodeScalars.count > 60 ? "...\"" : "\"")
}
