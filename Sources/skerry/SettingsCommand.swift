import ArgumentParser
import ConfigurationReading

struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "List every configuration key with its bounds and default.")

    @Argument(help: "edge, origin or seed; all of them when left out.")
    var kinds: [ConfigurationKind] = []

    @Flag(help: "Print the reference page as Markdown.")
    var markdown = false

    func run() throws {
        let document = SettingsDocument(tables: (kinds.isEmpty ? ConfigurationKind.allCases : kinds).map(\.table))
        let text = markdown ? document.markdown : document.text
        Terminal.result(text.hasSuffix("\n") ? String(text.dropLast()) : text)
    }
}
