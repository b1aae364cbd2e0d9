// The command line: parse, run, exit with the code that says how it went. Human text goes to standard error, results go to
// standard output.

import ArgumentParser

@main
struct Skerry {
    static func main() async {
        do {
            var command = try RootCommand.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            Terminal.error(failure.message)
            ExitStatus.exit(failure.status)
        } catch let error where RootCommand.exitCode(for: error).isSuccess {
            // Asked for: --help and --version.
            Terminal.result(RootCommand.fullMessage(for: error))
        } catch let code as ExitCode {
            ExitStatus.exit(ExitStatus(rawValue: code.rawValue) ?? .failed)
        } catch let error where RootCommand.exitCode(for: error) == .validationFailure {
            Terminal.note(RootCommand.fullMessage(for: error))
            ExitStatus.exit(.usage)
        } catch {
            Terminal.error("\(error)")
            ExitStatus.exit(.failed)
        }
    }
}

struct RootCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "skerry", abstract: "Static sites from a bucket, through a signed, caching edge.",
        discussion: """
            Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused by the server, 4 server unreachable.
            Results go to standard output, everything else to standard error.
            """,
        version: "0.1.0",
        subcommands: [
            UpCommand.self, ServeCommand.self, OriginCommand.self, EdgeCommand.self, CheckCommand.self, InvalidateCommand.self, ReloadCommand.self,
            StatsCommand.self, ClockCommand.self, SignCommand.self, CACommand.self, ReplayCommand.self, SettingsCommand.self,
            DeployCommand.self, DeploysCommand.self, AliasesCommand.self, DiffCommand.self, PromoteCommand.self, RollbackCommand.self,
            RemoveCommand.self, GCCommand.self,
        ])
}
