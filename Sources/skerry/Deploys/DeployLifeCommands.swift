import ArgumentParser
import DeployModel
import Foundation
import HTTPSemantics
import JSONDocuments
import OriginFetch
import SiteDeploy

struct PromoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote", abstract: "Make an alias show a deploy that is there already.",
        discussion: "Example: skerry promote pr-12 --site hello makes production show what pr-12 shows.")

    @Argument(help: "A deploy, the start of its id, or an alias that shows it.") var deploy: String
    @OptionGroup var target: SiteOptions
    @Option(help: "The alias that shall show it.") var alias = "prod"
    @Flag(help: "Ask the bucket for every blob first.") var verify = false

    func run() async throws {
        let alias = try target.alias(alias)
        let by = CIEnvironment(ProcessInfo.processInfo.environment).facts
        let (id, moved) = try await target.withDeployer { deployer, _ in
            let id = try await deployer.resolve(deploy)
            return (id, try await deployer.promote(id, to: alias, by: by, verifies: verify))
        }
        AliasMove(alias: alias, deploy: id, previous: moved.previous, isMoved: moved.isMoved).show(target.storage)
    }
}

struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Bring an alias back to the deploy it showed before.",
        discussion: "Once more goes one further back. Nothing is uploaded and nothing is deleted.")

    @OptionGroup var target: SiteOptions
    @Option(help: "The alias.") var alias = "prod"
    @Option(help: "An earlier deploy of the alias to go back to, instead of the last.") var to: String?

    func run() async throws {
        let alias = try target.alias(alias)
        let moved = try await target.withDeployer { deployer, _ in
            var id: DeployID?
            if let to { id = try await deployer.resolve(to) }
            return try await deployer.rollBack(alias, to: id)
        }
        AliasMove(alias: alias, deploy: moved.to, previous: moved.from, isMoved: true).show(target.storage)
    }
}

/// What became of an alias, as promote and rollback print it.
private struct AliasMove {
    var alias: AliasName
    var deploy: DeployID
    var previous: DeployID?
    var isMoved: Bool

    func show(_ options: StorageOptions) {
        if options.json {
            Terminal.result(
                JSONValue.object([
                    "alias": .string(alias.description), "deploy_id": .string(deploy.description),
                    "previous_deploy_id": previous.map { .string($0.description) }, "alias_moved": .boolean(isMoved),
                ]).text)
        } else {
            Terminal.result("\(alias) \(deploy)")
        }
        let before = previous.map { "\($0)" } ?? "nothing"
        Terminal.note(isMoved ? "\(alias) shows \(deploy) now, instead of \(before)" : "\(alias) shows \(deploy) already")
    }
}

struct RemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove an alias, or a deploy that no alias shows.",
        discussion: "When a pull request is closed: skerry remove --alias pr-12 --site hello. What nothing needs any more goes with skerry gc.")

    @Argument(help: "A deploy, or the start of its id.") var deploy: String?
    @OptionGroup var target: SiteOptions
    @Option(help: "The alias to remove; what it shows stays.") var alias: String?

    func validate() throws {
        guard (deploy == nil) != (alias == nil) else { throw ValidationError("expected either a deploy or --alias") }
    }

    func run() async throws {
        let name = try alias.map { try target.alias($0) }
        let removed = try await target.withDeployer { deployer, _ in
            if let name {
                try await deployer.remove(name)
                return JSONValue.object(["alias": .string(name.description)])
            }
            let id = try await deployer.resolve(deploy ?? "")
            try await deployer.remove(id)
            return JSONValue.object(["deploy_id": .string(id.description)])
        }
        if target.storage.json { Terminal.result(JSONValue.object(["removed": removed]).text) }
        Terminal.note("removed \(name?.description ?? deploy ?? "")")
    }
}

struct GCCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc", abstract: "Remove what has expired and what nothing needs, of all sites of a bucket.",
        discussion: """
            Aliases go when their time is over; deploys when theirs is, or when --keep-last newer ones are there and no alias shows them; \
            blobs when no deploy has needed them for the grace period. Running deploys lose nothing. Safe to run at any time and twice at once.
            """)

    @Option(help: "The bucket; otherwise SKERRY_BUCKET, skerry-deploys.") var bucket: String?
    @OptionGroup var storage: StorageOptions
    @Option(help: "Newest deploys of each site that stay without an alias and without --ttl.") var keepLast = 10
    @Option(help: "Earlier deploys of each alias that stay for a rollback.") var keepEarlier = 3
    @Option(help: "How long something has to be unneeded before it goes.") var grace = "1h"
    @Flag(help: "Say what would go, and change nothing.") var dryRun = false

    func validate() throws {
        guard (0...10_000).contains(keepLast) else { throw ValidationError("--keep-last takes 0 to 10000") }
        guard (0...DeployLimits.historyMax).contains(keepEarlier) else { throw ValidationError("--keep-earlier takes 0 to \(DeployLimits.historyMax)") }
        guard LifeSpan.seconds(grace) != nil else { throw ValidationError("--grace \(grace): expected a time such as 1h or 2d") }
    }

    func run() async throws {
        let connection = try StorageConnection(storage)
        defer { connection.fetcher.shutDown() }
        let policy = CollectionPolicy(keepLast: keepLast, keepEarlier: keepEarlier, graceSeconds: LifeSpan.seconds(grace) ?? 3600)
        let outcome: CollectionOutcome
        do throws(SiteDeployError) {
            outcome = try await Collector(
                bucket: DeployBucket(client: connection.client, name: BucketOption.name(bucket)), clock: StorageConnection.clock,
                policy: policy, isDryRun: dryRun
            ).run()
        } catch {
            throw CommandFailure(error)
        }
        show(outcome)
    }

    private func show(_ outcome: CollectionOutcome) {
        if storage.json {
            Terminal.result(
                JSONValue.object([
                    "busy": .boolean(outcome.isBusy), "dry_run": .boolean(outcome.isDryRun),
                    "expired_aliases": .array(outcome.expiredAliases.map(JSONValue.string)),
                    "removed": .array(outcome.removed.map(Self.json)), "kept": .array(outcome.kept.map(Self.json)),
                    "deleted_blobs": .integer(Int64(outcome.deletedBlobs)), "deleted_bytes": .integer(Int64(outcome.deletedBytes)),
                    "waiting_blobs": .integer(Int64(outcome.waitingBlobs)), "needed_blobs": .integer(Int64(outcome.neededBlobs)),
                    "aborted_uploads": .integer(Int64(outcome.abortedUploads)),
                ]).text)
        } else {
            for alias in outcome.expiredAliases { Terminal.result("alias \(alias): expired") }
            for deploy in outcome.removed { Terminal.result("deploy \(deploy.site)/\(deploy.id): \(deploy.fate)") }
        }
        if outcome.isBusy {
            Terminal.note("another garbage collection is under way; nothing was done")
            return
        }
        let would = outcome.isDryRun ? "would go" : "gone"
        Terminal.note(
            "\(outcome.expiredAliases.count) aliases, \(outcome.removed.count) deploys and \(outcome.deletedBlobs) blobs "
                + "(\(GitHubTexts.size(outcome.deletedBytes))) \(would); \(outcome.kept.count) deploys and \(outcome.neededBlobs) blobs stay, "
                + "\(outcome.waitingBlobs) blobs wait for the grace period")
    }

    private static func json(_ deploy: CollectionOutcome.Deploy) -> JSONValue {
        .object([
            "site": .string(deploy.site.description), "deploy_id": .string(deploy.id.description),
            "because": .string(deploy.fate.description),
        ])
    }
}
