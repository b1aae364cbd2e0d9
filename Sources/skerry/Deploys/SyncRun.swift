import ArgumentParser
import ConfigurationReading
import DeployModel
import Foundation
import JSONDocuments
import NIOPosix
import OriginFetch
import SiteDeploy

/// The options that only a synchronisation has.
struct SyncArguments: ParsableArguments {
    @Flag(help: "Take objects away that are not in the folder, after everything else.")
    var delete = false

    @Flag(help: "Don't compare types and lifetimes of files whose content is the same; saves a request for each.")
    var trustHeaders = false

    @Flag(help: "Say what would be done, and change nothing.")
    var dryRun = false

    @Option(help: "The distribution that shall forget what changed.")
    var distribution: String?

    @Option(help: "The control listener of the edge that has the distribution.")
    var control: String?

    var isEmpty: Bool { !delete && !trustHeaders && !dryRun && distribution == nil && control == nil }

    func validate() throws {
        guard control == nil || distribution != nil else { throw ValidationError("--control goes with --distribution") }
        if let control, ListenAddress(Self.authority(control)) == nil {
            throw ValidationError("--control takes a URL with a numeric address and port, such as http://127.0.0.1:8081")
        }
    }

    static func authority(_ url: String) -> String {
        var text = url[...]
        if text.hasPrefix("http://") { text = text.dropFirst("http://".count) }
        return String(text.hasSuffix("/") ? text.dropLast() : text)
    }
}

/// `skerry deploy --mode sync`.
struct SyncRun {
    static let controlAddress = "127.0.0.1:8081"

    var folder: String
    var bucket: String
    var storage: StorageOptions
    var options: SyncArguments
    var createsBucket: Bool
    var followsLinks: Bool

    func run() async throws {
        let connection = try StorageConnection(storage)
        defer { connection.fetcher.shutDown() }
        var wanted = SyncOptions()
        wanted.deletes = options.delete
        wanted.comparesHeaders = !options.trustHeaders
        wanted.followsLinks = followsLinks
        wanted.isDryRun = options.dryRun
        wanted.createsBucket = createsBucket || connection.address.isLoopback
        do {
            let sync = BucketSync(
                client: connection.client, bucket: bucket, parallelism: ProcessInfo.processInfo.activeProcessorCount)
            let outcome = try await sync.run(folder: folder, wanted) { done, total in Terminal.progress("\(done)/\(total) uploaded") }
            Terminal.progressDone()
            for finding in outcome.findings { Terminal.note("\(finding)") }
            guard !outcome.findings.contains(where: { $0.severity == .error }) else {
                throw CommandFailure("\(folder) is not sent, as it has errors")
            }
            let invalidation = try await invalidate(outcome.plan, connection.fetcher)
            show(outcome, invalidation)
        } catch let error as SiteDeployError {
            Terminal.progressDone()
            throw CommandFailure(error)
        }
    }

    private func invalidate(_ plan: SyncPlan, _ fetcher: NIOOriginFetcher) async throws -> Invalidation? {
        guard let distribution = options.distribution, !options.dryRun, !plan.invalidated.isEmpty else { return nil }
        guard let address = ListenAddress(SyncArguments.authority(options.control ?? Self.controlAddress)) else { return nil }
        let client = ControlClient(endpoint: OriginEndpoint(host: address.host, port: address.port), fetcher: fetcher)
        let batch = InvalidationBatch(items: plan.invalidated, callerReference: "skerry-\(UUID().uuidString)")
        return try await client.create(batch, distribution: distribution)
    }

    private func show(_ outcome: SyncOutcome, _ invalidation: Invalidation?) {
        let plan = outcome.plan
        if storage.json {
            Terminal.result(
                JSONValue.object([
                    "bucket": .string(bucket), "dry_run": .boolean(options.dryRun), "files": .integer(Int64(outcome.fileCount)),
                    "uploaded": .array(
                        plan.uploads.map { .object(["key": .string($0.key), "because": .string($0.reason.rawValue)]) }),
                    "deleted": .array(plan.deletes.map(JSONValue.string)), "unchanged": .integer(Int64(plan.unchanged)),
                    "bytes_uploaded": .integer(Int64(outcome.uploadedBytes)), "invalidated": .array(plan.invalidated.map(JSONValue.string)),
                    "invalidation_id": invalidation.map { .string($0.id) },
                ]).text)
        } else {
            for upload in plan.uploads { Terminal.result("upload \(upload.key) (\(upload.reason.rawValue))") }
            for key in plan.deletes { Terminal.result("delete \(key)") }
        }
        let did = options.dryRun ? "would be sent" : "sent"
        let after = invalidation.map { "; invalidation \($0.id) \($0.status)" } ?? ""
        Terminal.note(
            "\(plan.uploads.count) files \(did) (\(GitHubTexts.size(outcome.uploadedBytes))), \(plan.deletes.count) deleted, "
                + "\(plan.unchanged) unchanged\(after)")
    }
}
