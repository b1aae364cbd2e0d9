import ArgumentParser
import DeployModel
import Foundation
import HTTPSemantics
import JSONDocuments
import SiteDeploy

struct DeployCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy", abstract: "Publish a folder as a deploy of a site.",
        discussion: """
            Uploads the contents that the bucket does not have yet, stores the manifest, and at last makes the alias show it, all at \
            once. The same folder deployed again uploads nothing. _headers and _redirects at the folder's root are taken along; \
            .skerryignore names what is left out. In CI the job's outputs, summary and annotations are written.
            --mode sync sends the folder into a plain bucket instead, for a website or distribution that reads it there: what differs by \
            content or headers, files before pages, and at last, with --delete, away what is not in the folder.
            Examples: skerry deploy public --site hello --alias prod
                      skerry deploy public --mode sync --bucket www --delete --distribution EHELLO00000001
            """)

    enum Mode: String, ExpressibleByArgument, CaseIterable { case deploy, sync }

    @Argument(help: "The folder.", completion: .directory)
    var folder: String

    @Option(help: "The site's name; not with --mode sync.")
    var site: String?

    @Option(help: "The bucket that keeps deploys, of any number of sites; otherwise SKERRY_BUCKET, skerry-deploys. With --mode sync: the site's own.")
    var bucket: String?

    @OptionGroup var storage: StorageOptions

    @Option(help: "deploy: immutable deploys and aliases; sync: the files of a plain bucket.")
    var mode: Mode = .deploy

    @Option(help: "What shall show this deploy: prod, a label such as pr-12, a branch; auto for CI's pull request or branch.")
    var alias: String?

    @Option(help: "How long a preview lives, such as 7d: the deploy, and its alias unless that is prod. Without it: no end.")
    var ttl: String?

    @Option(name: .customLong("clean-urls"), help: "What /about means when there is about.html: off, redirect (and /about.html leads there), rewrite.")
    var cleanURLs: Manifest.CleanURLs = .off

    @Flag(help: "Answer navigations to paths that are no file with index.html.")
    var spa = false

    @Flag(help: "Publish files that symbolic links outside the folder lead to; otherwise such links are left out.")
    var followLinks = false

    @Flag(help: "Ask the bucket for every blob, also for those that earlier deploys need.")
    var verify = false

    @Flag(help: "Make the bucket if there is none; at a server on this machine that is done anyway.")
    var createBucket = false

    @Option(help: "Where an edge serves the site, for the addresses that are printed.")
    var edgeURL = "http://localhost:8080"

    @Option(help: "Write Markdown for a comment on the pull request to this file.", completion: .file())
    var commentFile: String?

    @Option(help: "Write the outputs as a dotenv report for GitLab to this file.", completion: .file())
    var dotenvFile: String?

    @OptionGroup(title: "Options of --mode sync") var sync: SyncArguments

    func validate() throws {
        switch mode {
        case .sync:
            guard site == nil, alias == nil, ttl == nil, cleanURLs == .off, !spa, !verify, commentFile == nil, dotenvFile == nil else {
                throw ValidationError(
                    "--mode sync has no deploys: leave out --site, --alias, --ttl, --clean-urls, --spa, --verify, --comment-file and --dotenv-file")
            }
            guard bucket != nil else { throw ValidationError("--mode sync needs --bucket, as it changes every object there") }
            return
        case .deploy:
            guard let site else { throw ValidationError("--site is missing") }
            guard SiteName(site) != nil else { throw ValidationError("--site \(site): expected \(SiteName.rule)") }
            guard sync.isEmpty else {
                throw ValidationError("--delete, --trust-headers, --dry-run, --distribution and --control go with --mode sync")
            }
        }
        if let ttl {
            guard let seconds = LifeSpan.seconds(ttl), DeployLimits.lifeSeconds.contains(seconds) else {
                throw ValidationError("--ttl \(ttl): expected a time from 60s to 3650d, such as 12h or 7d")
            }
        }
        guard EdgeURL(edgeURL) != nil else { throw ValidationError("--edge-url \(edgeURL): expected a URL such as http://localhost:8080") }
    }

    func run() async throws {
        guard mode == .deploy, let site = site.flatMap({ SiteName($0) }) else {
            return try await SyncRun(
                folder: folder, bucket: bucket ?? "", storage: storage, options: sync, createsBucket: createBucket, followsLinks: followLinks
            ).run()
        }
        let ci = CIEnvironment(ProcessInfo.processInfo.environment)
        let aliasName = try chosenAlias(site, ci)
        let start = ContinuousClock.now
        let build = try await read()
        let findings = build.lints.map {
            DeployReport.Finding(isError: $0.severity == .error, file: $0.file, line: $0.line, message: $0.message)
        }
        CIFiles.annotate(findings, ci, folder: folder)
        for lint in build.lints { Terminal.note("\(lint)") }
        guard !build.hasErrors else { throw CommandFailure("\(folder) is not deployed, as it has errors") }
        let target = SiteTarget(site: site, bucket: BucketOption.name(bucket), storage: storage)
        let outcome = try await target.withDeployer { deployer, connection in
            var options = DeployOptions()
            options.alias = aliasName
            options.lifeSeconds = ttl.flatMap { LifeSpan.seconds($0) }
            options.by = ci.facts
            options.verifies = verify
            options.createsBucket = createBucket || connection.address.isLoopback
            return try await deployer.deploy(build, options)
        }
        var report = report(outcome, site, ci)
        report.findings = findings
        report.milliseconds = Int(start.duration(to: .now) / .milliseconds(1))
        try CIFiles.write(report, ci, comment: commentFile, dotenv: dotenvFile)
        try show(report)
    }

    private func read() async throws -> SiteBuild {
        var options = SiteBuildOptions()
        options.cleanURLs = cleanURLs
        options.fallbackPage = spa ? "index.html" : nil
        let parent = URL(filePath: folder).standardizedFileURL.deletingLastPathComponent().path(percentEncoded: false)
        options.surroundings = [parent, FileManager.default.currentDirectoryPath]
        options.followsLinks = followLinks
        options.parallelism = ProcessInfo.processInfo.activeProcessorCount
        do throws(SiteDeployError) {
            defer { Terminal.progressDone() }
            return try await SiteBuild.read(folder: folder, options) { done, total in
                if done % 100 == 0 { Terminal.progress("\(done)/\(total) files read") }
            }
        } catch {
            throw CommandFailure(error)
        }
    }

    private func chosenAlias(_ site: SiteName, _ ci: CIEnvironment) throws -> AliasName? {
        guard let alias else { return nil }
        let name: AliasName
        if alias == "auto" {
            guard let found = ci.alias(of: site) else {
                throw CommandFailure("--alias auto: no pull request and no branch, as this is neither GitHub Actions nor GitLab CI", .usage)
            }
            name = found
        } else {
            name = try AliasName.option(alias, of: site)
            if name.description != alias { Terminal.note("\(alias) becomes the alias \(name)") }
        }
        return name
    }

    private func report(_ outcome: DeployOutcome, _ site: SiteName, _ ci: CIEnvironment) -> DeployReport {
        let edge = EdgeURL(edgeURL)
        var report = DeployReport(
            site: site, deploy: outcome.id, digest: outcome.digest, url: edge?.url(of: .deploy(outcome.id, site)) ?? "")
        if let alias = outcome.alias {
            report.alias = alias
            report.aliasURL = edge?.url(of: alias.isProduction ? .production(site) : .alias(alias, site))
        }
        report.previous = outcome.previous
        report.aliasMoved = outcome.aliasMoved
        report.existed = outcome.existed
        report.files = outcome.fileCount
        report.bytes = outcome.byteCount
        report.blobs = outcome.blobCount
        report.uploaded = outcome.uploadedCount
        report.uploadedBytes = outcome.uploadedBytes
        report.expiresAt = outcome.expiresAt
        report.by = ci.facts
        return report
    }

    private func show(_ report: DeployReport) throws {
        let was = report.existed ? "was there already" : "is new"
        Terminal.note(
            "deploy \(report.deploy) of \(report.site) \(was): \(report.files) files, \(GitHubTexts.size(report.bytes)); "
                + "\(report.uploaded) uploaded (\(GitHubTexts.size(report.uploadedBytes))), \(report.reused) reused, \(report.milliseconds) ms")
        if let alias = report.alias {
            let before = report.previous.map { "\($0)" } ?? "nothing"
            Terminal.note(report.aliasMoved ? "\(alias) shows it now, instead of \(before)" : "\(alias) shows it already")
        }
        if let end = report.expiresAt { Terminal.note("wanted until \(end.iso8601)") }
        Terminal.result(storage.json ? report.json.text : report.aliasURL ?? report.url)
    }
}

extension Manifest.CleanURLs: ExpressibleByArgument {}

/// Where an edge serves sites: a scheme, a domain below which every site is a name, perhaps a port.
struct EdgeURL {
    private let scheme: String
    private let authority: String

    init?(_ text: String) {
        guard let scheme = ["http://", "https://"].first(where: { text.hasPrefix($0) }) else { return nil }
        var rest = text.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard !rest.isEmpty, rest.utf8.allSatisfy({ "abcdefghijklmnopqrstuvwxyz0123456789.-:".utf8.contains($0) }) else { return nil }
        self.scheme = scheme
        authority = String(rest)
    }

    func url(of address: DeployAddress) -> String { "\(scheme)\(address.label).\(authority)/" }
}
