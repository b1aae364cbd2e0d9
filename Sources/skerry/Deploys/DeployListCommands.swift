import ArgumentParser
import DeployModel
import HTTPSemantics
import JSONDocuments
import SiteDeploy

struct DeploysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploys", abstract: "What was deployed of a site.", subcommands: [List.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a site's deploys, newest first.",
            discussion: "Each line: id, when it was deployed last, files, size, aliases that show it, until when it is wanted, by whom.")

        @OptionGroup var target: SiteOptions

        func run() async throws {
            let deploys = try await target.withDeployer { deployer, _ in try await deployer.deploys() }
            if target.storage.json {
                Terminal.result(JSONValue.array(deploys.map(Self.json)).text)
            } else {
                for deploy in deploys { Terminal.result(Self.line(deploy)) }
            }
            Terminal.note("\(deploys.count) deploy\(deploys.count == 1 ? "" : "s") of \(target.site)")
        }

        private static func line(_ deploy: ListedDeploy) -> String {
            let size = deploy.byteCount.map { GitHubTexts.size($0) } ?? "?"
            let aliases = deploy.aliases.isEmpty ? "-" : deploy.aliases.map(\.description).joined(separator: ",")
            let end = deploy.expiresAt.map { "  until \($0.iso8601)" } ?? ""
            let by = deploy.by.summary
            return "\(deploy.id)  \(deploy.deployedAt.iso8601)  \(deploy.fileCount.map(String.init) ?? "?") files  \(size)  \(aliases)\(end)"
                + (by.isEmpty ? "" : "  \(by)")
        }

        private static func json(_ deploy: ListedDeploy) -> JSONValue {
            .object([
                "deploy_id": .string(deploy.id.description), "deployed_at": .string(deploy.deployedAt.iso8601),
                "expires_at": deploy.expiresAt.map { .string($0.iso8601) }, "files": deploy.fileCount.map { .integer(Int64($0)) },
                "bytes": deploy.byteCount.map { .integer(Int64($0)) },
                "aliases": .array(deploy.aliases.map { .string($0.description) }), "by": deploy.by.json,
            ])
        }
    }
}

struct AliasesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aliases", abstract: "What a site's aliases show.", subcommands: [List.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a site's aliases.", discussion: "Each line: alias, deploy, since when, until when, by whom. --json has the history.")

        @OptionGroup var target: SiteOptions

        func run() async throws {
            let aliases = try await target.withDeployer { deployer, _ in try await deployer.aliases() }
            if target.storage.json {
                Terminal.result(JSONValue.array(aliases.map(Self.json)).text)
            } else {
                for alias in aliases {
                    let end = alias.expiresAt.map { "  until \($0.iso8601)" } ?? ""
                    let by = alias.current.by.summary
                    Terminal.result("\(alias.name)  \(alias.deploy)  since \(alias.current.at.iso8601)\(end)\(by.isEmpty ? "" : "  \(by)")")
                }
            }
            Terminal.note("\(aliases.count) alias\(aliases.count == 1 ? "" : "es") of \(target.site)")
        }

        private static func json(_ alias: AliasDocument) -> JSONValue {
            .object([
                "alias": .string(alias.name.description), "deploy_id": .string(alias.deploy.description),
                "created_at": .string(alias.createdAt.iso8601), "expires_at": alias.expiresAt.map { .string($0.iso8601) },
                "history": .array(
                    alias.history.map {
                        .object([
                            "deploy_id": .string($0.deploy.description), "at": .string($0.at.iso8601), "action": .string($0.action.rawValue),
                            "withdrawn_at": $0.withdrawnAt.map { .string($0.iso8601) }, "by": $0.by.json,
                        ])
                    }),
            ])
        }
    }
}

struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "What changed from one deploy to another.",
        discussion: "A and B are deploys, the start of their ids, or aliases. Lines start with + (new), - (gone), ~ (other content), . (other headers).")

    @Argument(help: "The older deploy.") var a: String
    @Argument(help: "The newer deploy.") var b: String
    @OptionGroup var target: SiteOptions

    func run() async throws {
        let (old, new, difference) = try await target.withDeployer { deployer, _ in
            let old = try await deployer.resolve(a)
            let new = try await deployer.resolve(b)
            return (old, new, try await deployer.difference(from: old, to: new))
        }
        if target.storage.json {
            func list(_ paths: [String]) -> JSONValue { .array(paths.map(JSONValue.string)) }
            Terminal.result(
                JSONValue.object([
                    "from": .string(old.description), "to": .string(new.description), "added": list(difference.added),
                    "removed": list(difference.removed), "changed": list(difference.changed), "retouched": list(difference.retouched),
                    "rules_changed": .boolean(difference.rulesChanged),
                ]).text)
            return
        }
        let marked = [("+", difference.added), ("-", difference.removed), ("~", difference.changed), (".", difference.retouched)]
        for (path, mark) in marked.flatMap({ mark, paths in paths.map { ($0, mark) } }).sorted(by: { $0.0 < $1.0 }) {
            Terminal.result("\(mark) \(path)")
        }
        if difference.rulesChanged { Terminal.note("redirects, headers or options differ") }
        if difference.isEmpty { Terminal.note("\(old) and \(new) are the same") }
    }
}
