/// The reference page of several configuration files: docs/settings.md.
package struct SettingsDocument: Sendable, Hashable {
    package var tables: [SettingsTable]

    package init(tables: [SettingsTable]) { self.tables = tables }

    package var markdown: String {
        """
        # Settings

        Written by `skerry settings --markdown` from the tables the readers use; a test holds this page against them. In a
        path, `[]` stands for each entry of a list. Sizes are whole bytes or have a unit (`16KiB`, `256MiB`, `1GiB`), times
        are whole seconds (`10` or `10s`). Relative paths start at the folder of the file they stand in.


        """ + tables.map(\.markdown).joined(separator: "\n")
    }

    /// One line for each key, for people at a terminal.
    package var text: String {
        tables.map { table in
            table.file + "\n" + table.settings.map { setting in
                let presence =
                    switch setting.presence {
                    case .required: "required"
                    case .optional: "optional"
                    case .byDefault(let text): text.isEmpty ? "may be left out" : "default \(text)"
                    }
                return "  \(setting.path): \(setting.type.expectation); \(presence). \(setting.meaning)\n"
            }.joined()
        }.joined(separator: "\n")
    }
}
