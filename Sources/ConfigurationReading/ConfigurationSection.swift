// Reading one mapping of a configuration file against its settings table.
//
// Each verb reads one key and returns its typed value, or nil after noting a problem; nothing stops at the first one.
// `finish()` reports the keys nobody asked for. One `ConfigurationReader` collects the problems of all sections.

/// The state of reading one file: its table and the problems found so far.
package final class ConfigurationReader {
    package let file: String
    package let table: SettingsTable
    package private(set) var problems: [ConfigurationProblem] = []
    /// Table paths that were asked for; a test holds them against the whole table.
    package private(set) var consulted: Set<String> = []
    /// Lists may have so many times the entries that the table says.
    package var listFactor = 1

    package init(file: String, table: SettingsTable) {
        self.file = file
        self.table = table
    }

    package func report(
        _ severity: ConfigurationProblem.Severity = .error, at location: SourceLocation, _ keyPath: String, found: String,
        expected: String
    ) {
        problems.append(
            ConfigurationProblem(
                severity: severity, file: file, location: location, keyPath: keyPath, found: found, expected: expected))
    }

    /// The table's row; a path without one is a mistake in the reader, not in the file.
    package func setting(_ path: String) -> Setting {
        consulted.insert(path)
        guard let setting = table[path] else { preconditionFailure("no setting \(path) in the table of \(table.file)") }
        return setting
    }

    /// The value with its warnings, or every problem in file order.
    package func conclude<Value: Sendable>(_ value: Value?) throws(ConfigurationErrors) -> CheckedConfiguration<Value> {
        let ordered = problems.sorted { ($0.location, $0.keyPath) < ($1.location, $1.keyPath) }
        guard let value, !ordered.contains(where: { $0.severity == .error }) else { throw ConfigurationErrors(ordered) }
        return CheckedConfiguration(value: value, warnings: ordered)
    }
}

/// A value with the place it stands at, for problems found later.
package struct Located<Value> {
    package var value: Value
    package var location: SourceLocation
    package var keyPath: String

    package init(_ value: Value, at location: SourceLocation, _ keyPath: String) {
        self.value = value
        self.location = location
        self.keyPath = keyPath
    }
}

extension Located: Sendable where Value: Sendable {}

/// One mapping, read key by key.
package final class ConfigurationSection {
    package let reader: ConfigurationReader
    /// With list positions, as problems print it: `distributions[0].origins[1]`.
    package let keyPath: String
    /// Without them, as the table has it: `distributions[].origins[]`.
    package let tablePath: String
    package let location: SourceLocation
    private var entries: [String: ConfigurationNode.Entry] = [:]
    private var order: [ConfigurationNode.Entry] = []
    private var known: Set<String> = []

    /// Reads a node as a mapping and reports duplicate keys; anything but a mapping is a problem and reads as empty.
    package init(_ node: ConfigurationNode, reader: ConfigurationReader, keyPath: String = "", tablePath: String = "") {
        self.reader = reader
        self.keyPath = keyPath
        self.tablePath = tablePath
        location = node.location
        switch node.content {
        case .mapping(let pairs):
            for entry in pairs {
                if let first = entries[entry.key] {
                    reader.report(
                        at: entry.keyLocation, path(entry.key), found: "the key a second time",
                        expected: "it once (first given in line \(first.keyLocation.line))")
                } else {
                    entries[entry.key] = entry
                    order.append(entry)
                }
            }
        default:
            reader.report(at: node.location, keyPath, found: node.summary, expected: "a mapping of keys to values")
        }
    }

    package func path(_ key: String) -> String { keyPath.isEmpty ? key : keyPath + "." + key }
    private func tableKey(_ key: String) -> String { tablePath.isEmpty ? key : tablePath + "." + key }

    /// Where a key stands, or the section itself for an absent one.
    package func location(of key: String) -> SourceLocation { entries[key]?.keyLocation ?? location }
    package func valueLocation(of key: String) -> SourceLocation { entries[key]?.value.location ?? location }
    package func has(_ key: String) -> Bool { entries[key] != nil }

    /// Whether a list stands here that holds nothing.
    package func isEmptyList(_ key: String) -> Bool { entries[key]?.value.content == .sequence([]) }

    /// How many items stand in a list; nil when no list stands here.
    package func listCount(_ key: String) -> Int? {
        guard case .sequence(let items)? = entries[key]?.value.content else { return nil }
        return items.count
    }

    /// The text of a key as it stands, without counting as read and without noting a problem.
    package func peek(_ key: String) -> String? {
        guard case .scalar(let text, _)? = entries[key]?.value.content else { return nil }
        return text
    }

    package func report(
        _ key: String, found: String, expected: String, severity: ConfigurationProblem.Severity = .error
    ) {
        reader.report(severity, at: valueLocation(of: key), path(key), found: found, expected: expected)
    }

    /// Reports each key that no verb has asked for, with the key it was probably meant to be.
    package func finish() {
        let candidates = reader.table.keys(inSection: tablePath)
        for entry in order where !known.contains(entry.key) {
            if entry.key == "<<" {
                reader.report(at: entry.keyLocation, path("<<"), found: "a merge key", expected: "keys written out")
                continue
            }
            if let instead = reader.table.unsupported[tableKey(entry.key)] {
                reader.report(at: entry.keyLocation, path(entry.key), found: "a key that is not supported yet", expected: instead)
                continue
            }
            let expected =
                Suggestion.nearest(to: entry.key, among: candidates).map { "a known key (did you mean \($0)?)" }
                ?? "one of " + candidates.joined(separator: ", ")
            reader.report(at: entry.keyLocation, path(entry.key), found: "an unknown key", expected: expected)
        }
    }

    // MARK: One key

    /// The row of a key and the node to read: the file's, the default's, or none.
    private func lookup(_ key: String) -> (setting: Setting, node: ConfigurationNode?) {
        known.insert(key)
        let setting = reader.setting(tableKey(key))
        if let entry = entries[key] {
            if entry.value.isNull, setting.type != .section {
                report(key, found: "nothing", expected: setting.type.expectation)
                return (setting, nil)
            }
            return (setting, entry.value)
        }
        switch setting.presence {
        case .optional: return (setting, nil)
        case .byDefault(let text): return (setting, ConfigurationNode(.scalar(text, isPlain: true), at: location))
        case .required:
            reader.report(
                at: location, path(key), found: "no such key", expected: setting.type.expectation)
            return (setting, nil)
        }
    }

    private func scalar(_ key: String, plainOnly: Bool) -> (setting: Setting, text: String)? {
        let (setting, node) = lookup(key)
        guard let node else { return nil }
        guard case .scalar(let text, let isPlain) = node.content, isPlain || !plainOnly else {
            var found = node.summary
            if case .scalar = node.content { found += " in quotes" }
            report(key, found: found, expected: setting.type.expectation)
            return nil
        }
        return (setting, text)
    }

    private func mismatch<T>(_ key: String, _ setting: Setting, _ text: String) -> T? {
        // Where text is wanted, a number is text like any other and is shown as such.
        var isPlain = true
        if case .text = setting.type { isPlain = false }
        let node = ConfigurationNode(.scalar(text, isPlain: isPlain), at: location)
        report(key, found: node.summary, expected: setting.type.expectation)
        return nil
    }

    package func text(_ key: String) -> String? {
        guard let (setting, text) = scalar(key, plainOnly: false) else { return nil }
        guard case .text(let lengths, _) = setting.type else { preconditionFailure("\(setting.path) is not text") }
        let length = text.unicodeScalars.count
        guard length >= lengths.lowerBound else { return mismatch(key, setting, text) }
        guard length <= lengths.upperBound else {
            report(key, found: "\(length) characters", expected: "at most \(lengths.upperBound)")
            return nil
        }
        return text
    }

    /// Text that a failable initialiser turns into a value; its refusal is reported with the row's form.
    package func text<Value>(_ key: String, _ parse: (String) -> Value?) -> Value? {
        guard let text = text(key) else { return nil }
        if let value = parse(text) { return value }
        return mismatch(key, reader.setting(tableKey(key)), text)
    }

    package func boolean(_ key: String) -> Bool? {
        guard let (setting, text) = scalar(key, plainOnly: true) else { return nil }
        switch text {
        case "true": return true
        case "false": return false
        default: return mismatch(key, setting, text)
        }
    }

    package func integer(_ key: String) -> Int? {
        guard let (setting, text) = scalar(key, plainOnly: true) else { return nil }
        guard case .integer(let range) = setting.type else { preconditionFailure("\(setting.path) is no integer") }
        guard let value = wholeNumber(text[...]), range.contains(value) else { return mismatch(key, setting, text) }
        return value
    }

    package func bytes(_ key: String) -> Int? {
        guard let (setting, text) = scalar(key, plainOnly: true) else { return nil }
        guard case .bytes(let range) = setting.type else { preconditionFailure("\(setting.path) is no size") }
        guard let value = ByteSize.parse(text), range.contains(value) else { return mismatch(key, setting, text) }
        return value
    }

    package func seconds(_ key: String) -> Int? {
        guard let (setting, text) = scalar(key, plainOnly: true) else { return nil }
        guard case .duration(let range) = setting.type else { preconditionFailure("\(setting.path) is no time span") }
        guard let value = Seconds.parse(text), range.contains(value) else { return mismatch(key, setting, text) }
        return value
    }

    package func duration(_ key: String) -> Duration? { seconds(key).map { .seconds($0) } }

    package func choice<Word: RawRepresentable>(_ key: String, as type: Word.Type) -> Word? where Word.RawValue == String {
        guard let (setting, text) = scalar(key, plainOnly: false) else { return nil }
        guard case .choice(let words, let refused, let reason) = setting.type else {
            preconditionFailure("\(setting.path) is no choice")
        }
        if refused.contains(text) {
            report(key, found: quoted(text), expected: "\(setting.type.expectation) (\(reason))")
            return nil
        }
        guard words.contains(text), let word = Word(rawValue: text) else { return mismatch(key, setting, text) }
        return word
    }

    package func address(_ key: String) -> ListenAddress? {
        guard let (setting, text) = scalar(key, plainOnly: false) else { return nil }
        return ListenAddress(text) ?? mismatch(key, setting, text)
    }

    // MARK: Keys that hold more than one value

    /// The texts of a list with their places; nil when the key is absent, empty when it is refused as a whole.
    package func texts(_ key: String) -> [Located<String>]? {
        let (setting, node) = lookup(key)
        guard let node else { return nil }
        guard case .texts(let max, _) = setting.type else { preconditionFailure("\(setting.path) is no list of texts") }
        guard case .sequence(let items) = node.content, items.count <= max * reader.listFactor else {
            // A default is written as a list in flow style without brackets: `GET, HEAD`.
            if !has(key), case .scalar(let text, _) = node.content {
                return text.isEmpty ? [] : text.split(separator: ",").map { Located(trimmed($0), at: location, path(key)) }
            }
            report(key, found: node.summary, expected: setting.type.expectation)
            return []
        }
        var result: [Located<String>] = []
        for (position, item) in items.enumerated() {
            let itemPath = "\(path(key))[\(position)]"
            if case .scalar(let text, _) = item.content, !item.isNull {
                result.append(Located(text, at: item.location, itemPath))
            } else {
                reader.report(at: item.location, itemPath, found: item.summary, expected: "text")
            }
        }
        return result
    }

    /// The list's texts, each through a failable initialiser; duplicates and refused ones are reported and left out.
    package func texts<Value: Hashable>(_ key: String, form: String, _ parse: (String) -> Value?) -> [Located<Value>] {
        var seen: [Value: SourceLocation] = [:]
        var result: [Located<Value>] = []
        for item in texts(key) ?? [] {
            guard let value = parse(item.value) else {
                reader.report(at: item.location, item.keyPath, found: quoted(item.value), expected: form)
                continue
            }
            if let first = seen[value] {
                reader.report(
                    at: item.location, item.keyPath, found: quoted(item.value) + " a second time",
                    expected: "it once (first given in line \(first.line))")
                continue
            }
            seen[value] = item.location
            result.append(Located(value, at: item.location, item.keyPath))
        }
        return result
    }

    /// Freely named keys with text values, in file order.
    package func pairs(_ key: String) -> [(name: Located<String>, value: Located<String>)] {
        let (setting, node) = lookup(key)
        guard let node else { return [] }
        guard case .pairs(let max, _) = setting.type else { preconditionFailure("\(setting.path) holds no pairs") }
        guard case .mapping(let entries) = node.content, entries.count <= max * reader.listFactor else {
            report(key, found: node.summary, expected: setting.type.expectation)
            return []
        }
        var result: [(name: Located<String>, value: Located<String>)] = []
        for entry in entries {
            let entryPath = path(key) + "." + entry.key
            if case .scalar(let text, _) = entry.value.content, !entry.value.isNull {
                result.append(
                    (Located(entry.key, at: entry.keyLocation, entryPath), Located(text, at: entry.value.location, entryPath)))
            } else {
                reader.report(at: entry.value.location, entryPath, found: entry.value.summary, expected: "text")
            }
        }
        return result
    }

    /// A nested section; an absent one reads as empty unless it is optional, so that its defaults come out.
    package func section(_ key: String) -> ConfigurationSection? {
        known.insert(key)
        let setting = reader.setting(tableKey(key))
        let node: ConfigurationNode
        if let entry = entries[key] {
            node = entry.value.isNull ? ConfigurationNode(.mapping([]), at: entry.keyLocation) : entry.value
        } else {
            switch setting.presence {
            case .optional: return nil
            case .required:
                reader.report(at: location, path(key), found: "no such key", expected: setting.type.expectation)
                return nil
            case .byDefault: node = ConfigurationNode(.mapping([]), at: location)
            }
        }
        return ConfigurationSection(node, reader: reader, keyPath: path(key), tablePath: tableKey(key))
    }

    /// The mappings of a list.
    package func sections(_ key: String) -> [ConfigurationSection] {
        let (setting, node) = lookup(key)
        guard let node, has(key) else { return [] }
        guard case .sections(let max) = setting.type else { preconditionFailure("\(setting.path) is no list of sections") }
        guard case .sequence(let items) = node.content else {
            report(key, found: node.summary, expected: setting.type.expectation)
            return []
        }
        if items.count > max * reader.listFactor { report(key, found: "\(items.count) entries", expected: "at most \(max * reader.listFactor)") }
        return items.enumerated().map { position, item in
            ConfigurationSection(
                item, reader: reader, keyPath: "\(path(key))[\(position)]", tablePath: tableKey(key) + "[]")
        }
    }
}

private func trimmed(_ text: Substring) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
}
