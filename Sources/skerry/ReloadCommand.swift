import ArgumentParser
import HTTPTypes

struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Make a running edge read its configuration again.",
        discussion: "No request is dropped. When the file has errors, they are printed and the edge keeps what it has.")

    @OptionGroup var listener: ControlListenerOptions

    func run() async throws { Terminal.result(try await listener.send(.post, "/reload")) }
}
