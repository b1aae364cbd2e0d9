import ArgumentParser
import HTTPTypes

struct ClockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clock", abstract: "Look at, or move, the time of an edge that runs with clock: movable.",
        subcommands: [Show.self, Advance.self], defaultSubcommand: Show.self)

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the edge's time, and how far it is ahead.")

        @OptionGroup var listener: ControlListenerOptions

        func run() async throws { Terminal.result(try await listener.send(.get, "/clock")) }
    }

    struct Advance: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Move the edge's time forward.",
            discussion: "What is cached ages at once. The clock can't be moved back: a restart brings the real time.")

        @Argument(help: "Seconds.")
        var seconds: Int64

        @OptionGroup var listener: ControlListenerOptions

        func validate() throws {
            guard seconds >= 0 else { throw ValidationError("the clock can only be moved forward") }
        }

        func run() async throws { Terminal.result(try await listener.send(.post, "/clock/advance?seconds=\(seconds)")) }
    }
}
