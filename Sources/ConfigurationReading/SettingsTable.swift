// The table of every setting of one file, and its printed form.

/// All settings of one configuration file, in the order its documentation lists them.
package struct SettingsTable: Sendable, Hashable {
    /// `edge.conf` or `origin.conf`.
    package var file: String
    package var settings: [Setting]
    /// Keys the original service knows and this file may one day have, with what to say about them now.
    package var unsupported: [String: String]
    private var positions: [String: Int] = [:]

    package init(file: String, settings: [Setting], unsupported: [String: String] = [:]) {
        self.file = file
        self.settings = settings
        self.unsupported = unsupported
        for (position, setting) in settings.enumerated() {
            precondition(positions[setting.path] == nil, "two rows for \(setting.path)")
            positions[setting.path] = position
        }
    }

    package subscript(path: String) -> Setting? { positions[path].map { settings[$0] } }

    /// The keys a section may hold; `section` ends in `[]` for the elements of a list.
    package func keys(inSection section: String) -> [String] {
        settings.filter { $0.section == section }.map(\.key)
    }
}

extension SettingsTable {
    /// One Markdown heading and table per section of the file.
    package var markdown: String {
        var sections: [String] = []
        for setting in settings where !sections.contains(setting.section) { sections.append(setting.section) }
        var text = "## `\(file)`\n"
        for section in sections {
            text += "\n### \(section.isEmpty ? "Top level" : "`\(section)`")\n\n"
            text += "| key | type | bounds | default | meaning |\n|---|---|---|---|---|\n"
            for setting in settings where setting.section == section {
                let cells = ["`\(setting.key)`", setting.type.name, setting.type.bounds, setting.defaultCell, setting.meaning]
                text += "| " + cells.map(Self.escape).joined(separator: " | ") + " |\n"
            }
        }
        if !unsupported.isEmpty {
            text += "\n### Refused for now\n\n| key | expected instead |\n|---|---|\n"
            for (path, instead) in unsupported.sorted(by: { $0.key < $1.key }) {
                text += "| `\(path)` | \(Self.escape(instead)) |\n"
            }
        }
        return text
    }

    private static func escape(_ cell: String) -> String {
        cell.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}

extension Setting {
    fileprivate var defaultCell: String {
        switch presence {
        case .required: "required"
        case .optional: "none"
        case .byDefault where type == .section: "its keys' defaults"
        case .byDefault(let text): text.isEmpty ? "empty" : "`\(text)`"
        }
    }
}

extension SettingType {
    /// One or two words for the documentation's type column, with the unit.
    package var name: String {
        switch self {
        case .text: "text"
        case .boolean: "`true` or `false`"
        case .integer: "integer"
        case .bytes: "bytes"
        case .duration: "seconds"
        case .choice: "word"
        case .address: "address:port"
        case .texts: "list of texts"
        case .pairs: "names with texts"
        case .section: "section"
        case .sections: "list of sections"
        }
    }

    fileprivate var bounds: String {
        switch self {
        case .text(let lengths, let form): form.isEmpty ? "\(lengths.lowerBound) to \(lengths.upperBound) characters" : form
        case .boolean, .section: ""
        case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .bytes(let range): "\(ByteSize.text(range.lowerBound)) to \(ByteSize.text(range.upperBound))"
        case .duration(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .choice(let words, _, _): words.map { "`\($0)`" }.joined(separator: ", ")
        case .address: "port 0 to 65535"
        case .texts(let max, let form): "at most \(max)" + (form.isEmpty ? "" : "; each \(form)")
        case .pairs(let max, let form): "at most \(max)" + (form.isEmpty ? "" : "; \(form)")
        case .sections(let max): "at most \(max)"
        }
    }

    /// What a value of this type looks like, for the `expected` of a problem.
    package var expectation: String {
        switch self {
        case .text(let lengths, let form):
            form.isEmpty ? "text of \(lengths.lowerBound) to \(lengths.upperBound) characters" : form
        case .boolean: "true or false"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .bytes(let range):
            "a size from \(ByteSize.text(range.lowerBound)) to \(ByteSize.text(range.upperBound)), such as 4096, 16KiB or 256MiB"
        case .duration(let range): "seconds from \(range.lowerBound) to \(range.upperBound), such as 10 or 10s"
        case .choice(let words, _, _): words.count == 1 ? words[0] : "one of " + words.joined(separator: ", ")
        case .address: "a numeric address and port, such as 127.0.0.1:8080 or [::1]:8080"
        case .texts(let max, let form): "a list of at most \(max)" + (form.isEmpty ? " texts" : ", each \(form)")
        case .pairs(let max, let form): "a mapping of at most \(max) names to texts" + (form.isEmpty ? "" : ", \(form)")
        case .section: "a mapping"
        case .sections(let max): "a list of at most \(max) mappings"
        }
    }
}
