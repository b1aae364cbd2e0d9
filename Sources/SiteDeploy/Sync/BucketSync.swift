// `--mode sync`: a folder into a plain bucket, for S3 with CloudFront before it. Not atomic, as no such bucket is: files go
// before pages, and what is no longer there goes last.

import Cryptography
package import DeployModel
import SigV4
import Synchronization
import WebsiteRouting

func encodePath(_ key: String) -> String { URIEncoding.encode(key.utf8, keepingSlash: true) }

/// What is wanted of a synchronisation.
package struct SyncOptions: Sendable, Hashable {
    /// Take objects away that are no files of the folder.
    package var deletes = false
    /// Compare types and lifetimes of unchanged files too: one request each.
    package var comparesHeaders = true
    package var isDryRun = false
    /// Send files outside the folder that links lead to.
    package var followsLinks = false
    /// Make the bucket if there is none.
    package var createsBucket = false

    package init() {}
}

/// How a synchronisation went.
package struct SyncOutcome: Sendable, Hashable {
    package var plan: SyncPlan
    package var fileCount = 0
    package var uploadedBytes = 0
    package var findings: [DeployLint] = []
}

/// Makes a bucket hold what a folder holds.
package struct BucketSync: Sendable {
    static let hashField = "x-amz-meta-skerry-sha256"
    /// Fields of `_headers` that S3 keeps with an object and gives back.
    static let keptFields: Set<String> = ["cache-control", "content-disposition", "content-language", "content-type", "expires"]

    private let client: S3Client
    private let bucket: String
    private let parallelism: Int

    package init(client: S3Client, bucket: String, parallelism: Int) {
        self.client = client
        self.bucket = bucket
        self.parallelism = parallelism
    }

    package func run(
        folder path: String, _ options: SyncOptions, progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) async throws(SiteDeployError) -> SyncOutcome {
        let ignored = try SiteBuild.ignoreRules(of: path)
        let folder = try SiteFolder(path: path, ignore: ignored.rules, fileBytesMax: DeployLimits.fileBytesMax, followsLinks: options.followsLinks)
        let headers = HeadersFile(reading: try SiteBuild.text(of: "_headers", in: path), file: "_headers")
        var findings = ignored.lints + headers.problems.map { DeployLint($0) }
        findings += folder.skipped.map { DeployLint(.warning, $0.key, "was left out: \($0.reason)") }
        findings += try unsupported(path, headers.rules.map { ($0.line, $0.rule) })
        let files = folder.files.filter { !SiteBuild.configurationNames.contains($0.key) }
        guard !files.isEmpty else { throw .file(path: path, reason: "has no files to send") }
        guard !findings.contains(where: { $0.severity == .error }) else {
            return SyncOutcome(plan: SyncPlan(files: [], stored: [:], heads: [:], deletes: false), findings: findings)
        }
        let wanted = try await read(files, headers.rules.map(\.rule))
        let stored = try await listed(options)
        let heads = try await heads(wanted, stored, options)
        let plan = SyncPlan(files: wanted, stored: stored, heads: heads, deletes: options.deletes)
        var outcome = SyncOutcome(plan: plan, fileCount: files.count, findings: findings)
        guard !options.isDryRun else { return outcome }
        try await carryOut(plan, wanted, Dictionary(files.map { ($0.key, $0.path) }) { first, _ in first }, progress, &outcome)
        return outcome
    }

    private func unsupported(_ path: String, _ rules: [(line: Int, rule: HeaderRule)]) throws(SiteDeployError) -> [DeployLint] {
        var lints: [DeployLint] = []
        if !(try SiteBuild.text(of: "_redirects", in: path)).isEmpty {
            lints.append(DeployLint(.warning, "_redirects", "has no effect in a plain bucket"))
        }
        for (line, rule) in rules {
            let lost = rule.set.map(\.name).filter { !Self.isKept($0) }
            guard !lost.isEmpty else { continue }
            lints.append(
                DeployLint(.warning, "_headers", line: line, "S3 does not keep \(lost.joined(separator: ", ")); use a response headers policy"))
        }
        return lints
    }

    private static func isKept(_ name: String) -> Bool {
        keptFields.contains(name.lowercased()) || name.lowercased().hasPrefix("x-amz-meta-")
    }

    private func read(_ files: [SiteFile], _ rules: [HeaderRule]) async throws(SiteDeployError) -> [SyncFile] {
        var wanted: [SyncFile] = []
        try await forEachBounded(files, width: parallelism) { file throws(SiteDeployError) in
            let identity = try StableFile.identity(at: file.path, partBytes: BlobUploader.partBytes(of:))
            var headers = [
                "content-type": ContentType.of(fileName: file.key), "cache-control": CacheControlRule.of(fileName: file.key).rawValue,
            ]
            for field in HeaderRule.merged(rules, for: "/" + file.key) where Self.isKept(field.name) {
                headers[field.name.lowercased()] = field.value
            }
            return (
                file.key,
                SyncFile(
                    key: file.key, byteCount: identity.blob.byteCount, entityTag: identity.entityTag,
                    sha256: identity.blob.hash.description, headers: headers)
            )
        } collect: { _, file in wanted.append(file) }
        return wanted
    }

    private func listed(_ options: SyncOptions) async throws(SiteDeployError) -> [String: ListedObject] {
        let listing: ObjectListing
        do {
            listing = try await client.listObjects(bucket)
        } catch .refused(_, 404, "NoSuchBucket", _) where options.createsBucket && !options.isDryRun {
            try await client.createBucket(bucket)
            listing = ObjectListing()
        }
        return Dictionary(listing.objects.map { ($0.key, $0) }) { first, _ in first }
    }

    /// What the listing does not tell: headers, and the content of objects whose entity tag says nothing.
    private func heads(
        _ files: [SyncFile], _ stored: [String: ListedObject], _ options: SyncOptions
    ) async throws(SiteDeployError) -> [String: S3ObjectHead] {
        let asked = files.filter { file in
            guard let object = stored[file.key], object.byteCount == file.byteCount else { return false }
            return options.comparesHeaders || SyncPlan.unquoted(object.entityTag) != file.entityTag
        }
        var heads: [String: S3ObjectHead] = [:]
        try await forEachBounded(asked, width: BlobUploader.parallelism * 2) { file throws(SiteDeployError) in
            (file.key, try await client.headObject(bucket, key: file.key))
        } collect: { key, head in heads[key] = head }
        return heads
    }

    private func carryOut(
        _ plan: SyncPlan, _ files: [SyncFile], _ paths: [String: String], _ progress: @escaping @Sendable (Int, Int) -> Void,
        _ outcome: inout SyncOutcome
    ) async throws(SiteDeployError) {
        let byKey = Dictionary(files.map { ($0.key, $0) }) { first, _ in first }
        let wanted = plan.uploads.compactMap { byKey[$0.key] }
        let total = wanted.count
        var done = 0
        // Files first, pages after all of them.
        for group in [wanted.filter { !$0.isPage }, wanted.filter(\.isPage)] {
            try await forEachBounded(group, width: BlobUploader.parallelism) { file throws(SiteDeployError) in
                guard let path = paths[file.key], let hash = BlobHash(file.sha256) else { throw .missing(file.key) }
                let headers = file.headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } + [(Self.hashField, file.sha256)]
                try await BlobUploader(client: client, bucket: bucket).send(
                    Blob(hash: hash, byteCount: file.byteCount), from: path, to: file.key, headers: headers)
                return (file, ())
            } collect: { file, _ in
                outcome.uploadedBytes += file.byteCount
                done += 1
                progress(done, total)
            }
        }
        for start in stride(from: 0, to: plan.deletes.count, by: S3Client.deleteKeysMax) {
            try await client.deleteObjects(bucket, keys: Array(plan.deletes[start..<min(start + S3Client.deleteKeysMax, plan.deletes.count)]))
        }
    }
}
