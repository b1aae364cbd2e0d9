// YAML text -> ConfigurationNode, through Yams.
//
// Yams stops at the first mapping with a duplicate key and names only its first occurrence. To report all of them beside
// all other problems, the first occurrence is renamed in place (same number of scalars, so no position moves) and the
// text is composed again; conversion puts the name back, and both entries stay in the tree for the reader to report.
//
// Left out on purpose: merge keys (`<<` is an unknown key like any other), several documents in one file, keys that
// are not plain text.

import Yams

/// The limits of a configuration text.
package enum ConfigurationTextLimits {
    /// Largest file, in bytes.
    package static let bytesMax = 1 << 20
    /// Most nodes after aliases are resolved; stops aliases that multiply.
    package static let nodesMax = 100_000
    /// Most duplicate keys looked for.
    package static let duplicatesMax = 64
    /// Deepest nesting of lists and mappings.
    package static let depthMax = 64
}

extension ConfigurationNode {
    /// Parses a YAML text; an empty one gives an empty mapping.
    ///
    /// - Throws: one problem that says where the text stops being YAML.
    package static func parse(yaml text: String, file: String) throws(ConfigurationErrors) -> ConfigurationNode {
        func refuse(_ location: SourceLocation, _ found: String, _ expected: String) -> ConfigurationErrors {
            ConfigurationErrors([
                ConfigurationProblem(file: file, location: location, keyPath: "", found: found, expected: expected)
            ])
        }
        let start = SourceLocation(line: 1, column: 1)
        guard text.utf8.count <= ConfigurationTextLimits.bytesMax else {
            throw refuse(start, "\(text.utf8.count) bytes", "at most \(ConfigurationTextLimits.bytesMax) bytes")
        }
        if let deep = tooDeep(text) {
            throw refuse(deep, "deeper nesting", "at most \(ConfigurationTextLimits.depthMax) levels")
        }
        var renamed = RenamedKeys(text: text)
        while true {
            do {
                guard let node = try Yams.compose(yaml: renamed.text, .default, .default, .utf8) else {
                    return ConfigurationNode(.mapping([]), at: start)
                }
                var converter = Converter(originalNames: renamed.originalNames)
                return try converter.convert(node, depth: 0)
            } catch let error as YamlError {
                if case .duplicatedKeysInMapping(let names, let context) = error, let name = names.first {
                    let place = SourceLocation(context.mark)
                    if renamed.rename(name, at: place) { continue }
                    throw refuse(place, "the key \(quoted(name)) more than once", "each key once")
                }
                let (place, found) = Self.explain(error, text: text)
                throw refuse(place ?? start, found, "YAML")
            } catch let refusal as Converter.Refusal {
                throw refuse(refusal.location, refusal.found, refusal.expected)
            } catch {
                throw refuse(start, "\(error)", "YAML")
            }
        }
    }

    private static func explain(_ error: YamlError, text: String) -> (SourceLocation?, String) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            return (SourceLocation(mark), "a syntax error (\(problem))")
        case .reader(let problem, let offset, _, _):
            guard let offset else { return (nil, "unreadable text (\(problem))") }
            let before = text.prefix(offset)
            let line = before.count { $0.isNewline } + 1
            let column = before.reversed().prefix { !$0.isNewline }.count + 1
            return (SourceLocation(line: line, column: column), "an unreadable character (\(problem))")
        default:
            return (nil, "unreadable text")
        }
    }

    /// Where flow brackets or indentation go deeper than the limit. Composing is recursive, so this is checked before.
    private static func tooDeep(_ text: String) -> SourceLocation? {
        var line = 1
        var column = 0
        var open = 0
        var dashes = 0
        for scalar in text.unicodeScalars {
            column += 1
            switch scalar {
            case "\n": (line, column, dashes) = (line + 1, 0, 0)
            case "[", "{": open += 1
            case "]", "}": open = max(0, open - 1)
            case "-", "?": dashes += 1
            case " ": break
            default: dashes = 0
            }
            // Two columns are the least a block level takes; a long run of `- - -` opens levels within one line.
            let levels = ConfigurationTextLimits.depthMax
            if open > levels || dashes > 16 * levels { return SourceLocation(line: line, column: column) }
        }
        return nil
    }
}

extension SourceLocation {
    fileprivate init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}

/// The text with some keys replaced by stand-ins of equal length, and what those keys were.
private struct RenamedKeys {
    private(set) var text: String
    private(set) var originalNames: [SourceLocation: String] = [:]

    init(text: String) { self.text = text }

    /// False when the key does not stand at that place letter by letter (escapes, tags) or too many have been renamed.
    mutating func rename(_ name: String, at place: SourceLocation) -> Bool {
        guard originalNames.count < ConfigurationTextLimits.duplicatesMax, originalNames[place] == nil, !name.isEmpty else {
            return false
        }
        let scalars = text.unicodeScalars
        guard var index = Self.index(of: place, in: scalars) else { return false }
        if index < scalars.endIndex, scalars[index] == "\"" || scalars[index] == "'" { scalars.formIndex(after: &index) }
        let length = name.unicodeScalars.count
        guard let end = scalars.index(index, offsetBy: length, limitedBy: scalars.endIndex),
            scalars[index..<end].elementsEqual(name.unicodeScalars)
        else { return false }
        // Private-use characters cannot be meant for anything else; the serial number keeps stand-ins apart.
        guard let stand = Unicode.Scalar(0xE000 + UInt32(originalNames.count)) else { return false }
        var replaced = String.UnicodeScalarView()
        replaced.append(contentsOf: scalars[..<index])
        replaced.append(contentsOf: repeatElement(stand, count: length))
        replaced.append(contentsOf: scalars[end...])
        text = String(replaced)
        originalNames[place] = name
        return true
    }

    private static func index(of place: SourceLocation, in scalars: String.UnicodeScalarView) -> String.Index? {
        var index = scalars.startIndex
        var line = 1
        while line < place.line {
            guard let newline = scalars[index...].firstIndex(of: "\n") else { return nil }
            index = scalars.index(after: newline)
            line += 1
        }
        return scalars.index(index, offsetBy: place.column - 1, limitedBy: scalars.endIndex)
    }
}

/// Yams' tree -> ours, bounded in size and depth.
private struct Converter {
    struct Refusal: Error {
        var location: SourceLocation
        var found: String
        var expected: String
    }

    let originalNames: [SourceLocation: String]
    var nodes = 0

    init(originalNames: [SourceLocation: String]) { self.originalNames = originalNames }

    mutating func convert(_ node: Node, depth: Int) throws(Refusal) -> ConfigurationNode {
        let place = node.mark.map { SourceLocation(line: $0.line, column: $0.column) } ?? SourceLocation(line: 1, column: 1)
        nodes += 1
        guard nodes <= ConfigurationTextLimits.nodesMax else {
            throw Refusal(location: place, found: "more values", expected: "at most \(ConfigurationTextLimits.nodesMax)")
        }
        guard depth <= ConfigurationTextLimits.depthMax else {
            throw Refusal(
                location: place, found: "deeper nesting", expected: "at most \(ConfigurationTextLimits.depthMax) levels")
        }
        switch node {
        case .scalar(let scalar):
            return ConfigurationNode(.scalar(scalar.string, isPlain: scalar.style == .plain), at: place)
        case .sequence(let sequence):
            var items: [ConfigurationNode] = []
            for item in sequence { items.append(try convert(item, depth: depth + 1)) }
            return ConfigurationNode(.sequence(items), at: place)
        case .mapping(let mapping):
            var entries: [ConfigurationNode.Entry] = []
            for (key, value) in mapping {
                let keyPlace = key.mark.map { SourceLocation(line: $0.line, column: $0.column) } ?? place
                guard case .scalar(let scalar) = key else {
                    throw Refusal(location: keyPlace, found: "a list or mapping as a key", expected: "a word")
                }
                let name = originalNames[keyPlace] ?? scalar.string
                entries.append(.init(key: name, keyLocation: keyPlace, value: try convert(value, depth: depth + 1)))
            }
            return ConfigurationNode(.mapping(entries), at: place)
        case .alias(let alias):
            throw Refusal(location: place, found: "an unresolved alias *\(alias.anchor.rawValue)", expected: "a value")
        }
    }
}
