// A folder read into a manifest: every file hashed, `_headers` and `_redirects` taken along, everything suspicious noted.
// Nothing is sent.

import ConfigurationReading
package import DeployModel
import Foundation
import WebsiteRouting

/// What is wanted of a folder beyond its files.
package struct SiteBuildOptions: Sendable, Hashable {
    package var cleanURLs = Manifest.CleanURLs.off
    /// The page for navigations to paths that are no file.
    package var fallbackPage: String?
    /// Folders outside of the site in which configuration is sometimes left.
    package var surroundings: [String] = []
    /// Take files outside the folder that links lead to.
    package var followsLinks = false
    /// Files hashed at one time.
    package var parallelism = 4

    package init() {}
}

/// A folder as it will be deployed.
package struct SiteBuild: Sendable {
    package var encoded: EncodedManifest
    /// Where each blob can be read; one file stands for all that are equal.
    package var sources: [Blob: String]
    /// In the order in which they were found.
    package var lints: [DeployLint]

    package var manifest: Manifest { encoded.manifest }
    package var hasErrors: Bool { lints.contains { $0.severity == .error } }

    static let configurationNames = ["_headers", "_redirects", IgnoreRules.fileName]
    /// Configuration of other hosts, which nothing here reads.
    static let foreignNames = ["netlify.toml", "vercel.json", "staticwebapp.config.json", "firebase.json", "wrangler.toml"]

    /// Reads a folder. Throws for what can't be read; what can but should not be deployed becomes lints. Files that `known` has seen as
    /// they are now are not read again.
    package static func read(
        folder path: String, _ options: SiteBuildOptions, known: KnownBlobs? = nil, progress: @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) async throws(SiteDeployError) -> SiteBuild {
        let ignored = try ignoreRules(of: path)
        var lints = ignored.lints
        let folder = try SiteFolder(path: path, ignore: ignored.rules, fileBytesMax: DeployLimits.fileBytesMax, followsLinks: options.followsLinks)
        for (key, reason) in folder.skipped { lints.append(DeployLint(.warning, key, "was left out: \(reason)")) }
        let redirects = RedirectsFile(reading: try text(of: "_redirects", in: path), file: "_redirects")
        let headers = HeadersFile(reading: try text(of: "_headers", in: path), file: "_headers")
        lints += (redirects.problems + headers.problems).map { DeployLint($0) }
        lints += misplaced(path, folder, options.surroundings)
        let published = folder.files.filter { !configurationNames.contains($0.key) }
        guard !published.isEmpty else { throw .file(path: path, reason: "has no files to deploy") }
        guard published.count <= DeployLimits.filesMax else {
            throw .file(path: path, reason: "has \(published.count) files; a deploy takes at most \(DeployLimits.filesMax)")
        }
        for file in published where !Manifest.isPath(file.key) {
            throw .file(path: file.key, reason: "has a path of more than \(DeployLimits.pathBytesMax) bytes")
        }
        let blobs = try await hash(published, known, parallelism: options.parallelism, progress)
        var (files, sources) = entries(published, blobs)
        lints += try await dropStaleSiblings(&files, sources, parallelism: options.parallelism)
        if let page = options.fallbackPage, files[page] == nil {
            lints.append(DeployLint(.error, page, "is to answer navigations, but there is no such file"))
        }
        let manifest = Manifest(
            files: files, redirects: redirects.rules.map(\.rule), headers: headers.rules.map(\.rule), cleanURLs: options.cleanURLs,
            fallbackPage: options.fallbackPage)
        lints += SiteLints(manifest: manifest, redirectLines: redirects.rules.map(\.line), headerLines: headers.rules.map(\.line)).all
        let encoded = EncodedManifest(manifest)
        guard encoded.bytes.count <= DeployLimits.manifestBytesMax else {
            throw .file(path: path, reason: "makes a manifest of more than \(DeployLimits.manifestBytesMax >> 20) MiB")
        }
        return SiteBuild(encoded: encoded, sources: sources, lints: lints)
    }

    /// Files with their types and lifetimes. `app.js.br` and `app.js.gz` beside `app.js` are that file compressed, and no paths.
    private static func entries(
        _ files: [SiteFile], _ blobs: [Blob]
    ) -> (files: [String: Manifest.File], sources: [Blob: String]) {
        var byKey: [String: Blob] = [:]
        var sources: [Blob: String] = [:]
        for (file, blob) in zip(files, blobs) {
            byKey[file.key] = blob
            if sources[blob] == nil { sources[blob] = file.path }
        }
        let siblings: [(suffix: String, coding: Manifest.Encoding)] = [(".br", .brotli), (".gz", .gzip)]
        var entries: [String: Manifest.File] = [:]
        for (key, blob) in byKey {
            let isSibling = siblings.contains { key.hasSuffix($0.suffix) && byKey[String(key.dropLast($0.suffix.count))] != nil }
            if isSibling { continue }
            var entry = Manifest.File(
                blob: blob, contentType: ContentType.of(fileName: key), cacheControl: CacheControlRule.of(fileName: key).rawValue)
            for sibling in siblings { entry.encodings[sibling.coding] = byKey[key + sibling.suffix] }
            entries[key] = entry
        }
        return (entries, sources)
    }

    /// Siblings that do not unpack to the file beside them are not taken.
    private static func dropStaleSiblings(
        _ files: inout [String: Manifest.File], _ sources: [Blob: String], parallelism: Int
    ) async throws(SiteDeployError) -> [DeployLint] {
        struct Sibling: Sendable {
            var path: String
            var encoding: Manifest.Encoding
            var blob: Blob
            var of: Blob
        }
        let siblings = files.flatMap { path, file in
            file.encodings.map { Sibling(path: path, encoding: $0.key, blob: $0.value, of: file.blob) }
        }
        var stale: [Sibling] = []
        try await forEachBounded(siblings, width: parallelism) { sibling throws(SiteDeployError) in
            guard let source = sources[sibling.blob] else { return (sibling, false) }
            return (sibling, try SiblingCheck.unpacks(source, sibling.encoding, to: sibling.of))
        } collect: { sibling, isSound in if !isSound { stale.append(sibling) } }
        for sibling in stale { files[sibling.path]?.encodings[sibling.encoding] = nil }
        return stale.map {
            DeployLint(.warning, $0.path + ($0.encoding == .brotli ? ".br" : ".gz"), "is not \($0.path) compressed, and was left out")
        }.sorted { $0.file < $1.file }
    }

    private static func hash(
        _ files: [SiteFile], _ known: KnownBlobs?, parallelism: Int, _ progress: @Sendable (Int, Int) -> Void
    ) async throws(SiteDeployError) -> [Blob] {
        var blobs = [Blob?](repeating: nil, count: files.count)
        var done = 0
        try await forEachBounded(files.indices, width: parallelism) { (index) throws(SiteDeployError) in
            let path = files[index].path
            if let known { return (index, try known.blob(at: path)) }
            return (index, try StableFile.blob(at: path))
        } collect: { index, blob in
            blobs[index] = blob
            done += 1
            progress(done, files.count)
        }
        return blobs.compactMap { $0 }
    }

    static func ignoreRules(of path: String) throws(SiteDeployError) -> (rules: IgnoreRules, lints: [DeployLint]) {
        let text = try text(of: IgnoreRules.fileName, in: path)
        do throws(IgnoreRulesError) {
            return (try IgnoreRules(text), [])
        } catch {
            return (IgnoreRules(), [DeployLint(.error, IgnoreRules.fileName, line: error.line, "expected \(error.expected)")])
        }
    }

    /// The text of a file of configuration; empty when there is none.
    static func text(of name: String, in folder: String) throws(SiteDeployError) -> String {
        let path = folder + "/" + name
        guard FileManager.default.fileExists(atPath: path) else { return "" }
        let bytes = try StableFile.bytes(at: path, bytesMax: 1 << 20)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .file(path: path, reason: "is not UTF-8") }
        return text
    }

    /// Files of configuration that are not where they have an effect.
    private static func misplaced(_ path: String, _ folder: SiteFolder, _ surroundings: [String]) -> [DeployLint] {
        var lints: [DeployLint] = []
        for file in folder.files {
            let name = file.key.split(separator: "/").last.map(String.init) ?? file.key
            if file.key != name, ["_headers", "_redirects"].contains(name) {
                lints.append(DeployLint(.warning, file.key, "has no effect below the folder's root, and is deployed as a file"))
            } else if foreignNames.contains(name) {
                lints.append(DeployLint(.warning, file.key, "is not read, and is deployed as a file"))
            }
        }
        let root = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
        var seen: Set<String> = [root]
        for place in surroundings {
            let place = URL(filePath: place).resolvingSymlinksInPath().path(percentEncoded: false)
            guard seen.insert(place).inserted else { continue }
            for name in ["_headers", "_redirects", IgnoreRules.fileName] + foreignNames {
                let outside = (place.hasSuffix("/") ? place : place + "/") + name
                guard FileManager.default.fileExists(atPath: outside) else { continue }
                let reason = foreignNames.contains(name) ? "is not read" : "has no effect, as it is not in the deployed folder"
                lints.append(DeployLint(.warning, outside, reason))
            }
        }
        return lints
    }
}
