// The lints that look at the whole manifest.

import DeployModel
import WebsiteRouting

/// Checks a manifest with the lines its rules come from.
struct SiteLints {
    /// A lifetime from which on a browser won't see a change of a file with a fixed name for too long, seconds.
    static let longLifeSeconds = 86_400
    /// Findings of one kind that are listed one by one.
    static let listedMax = 10

    var manifest: Manifest
    var redirectLines: [Int]
    var headerLines: [Int]

    var all: [DeployLint] { loops + destinations + mixedCase + longLives + entrance }

    private var loops: [DeployLint] {
        RedirectLoop.all(in: manifest).map { loop in
            let isCertain = !manifest.redirects[loop.rule].source.isDynamic
            return DeployLint(
                isCertain ? .error : .warning, "_redirects", line: redirectLines[loop.rule],
                "redirects for ever: \(loop.chain.prefix(5).joined(separator: " -> "))\(loop.chain.count > 5 ? " ..." : "")")
        }
    }

    /// Destinations without variable parts that lead nowhere.
    private var destinations: [DeployLint] {
        zip(manifest.redirects, redirectLines).compactMap { rule, line in
            guard rule.destination.hasPrefix("/"), !rule.destination.contains(":") else { return nil }
            let path = String(rule.destination.prefix { $0 != "?" && $0 != "#" })
            let answer = manifest.decide(ManifestRequest(path: path, isNavigation: true))
            switch answer {
            case .file(_, 404, .notFoundPage), .notFound, .badRequest:
                return DeployLint(.warning, "_redirects", line: line, "leads to \(path), where there is nothing")
            case .file, .redirect: return nil
            }
        }
    }

    private var mixedCase: [DeployLint] {
        var byLowercase: [String: [String]] = [:]
        for path in manifest.files.keys { byLowercase[path.lowercased(), default: []].append(path) }
        return byLowercase.values.filter { $0.count > 1 }.map { $0.sorted() }.sorted { $0[0] < $1[0] }.prefix(Self.listedMax).map {
            DeployLint(.warning, $0[0], "differs from \($0[1]) only in case; some machines can keep only one of them")
        }
    }

    /// `_headers` that keep files with fixed names in browsers for days.
    private var longLives: [DeployLint] {
        zip(manifest.headers, headerLines).compactMap { rule, line in
            guard let value = rule.set.last(where: { $0.name.lowercased() == "cache-control" })?.value, Self.isLong(value) else { return nil }
            let unhashed = manifest.files.keys.filter {
                rule.path.match("/" + $0) != nil && CacheControlRule.of(fileName: $0) != .immutable
            }
            guard let first = unhashed.min() else { return nil }
            let others = unhashed.count > 1 ? " and \(unhashed.count - 1) more" : ""
            return DeployLint(
                .warning, "_headers", line: line,
                "\"\(value)\" on \(first)\(others), whose name has no content hash: browsers will not see its next version")
        }
    }

    static func isLong(_ cacheControl: String) -> Bool {
        let directives = cacheControl.lowercased().split(separator: ",").map { $0.filter { $0 != " " } }
        if directives.contains("no-store") || directives.contains("no-cache") { return false }
        return directives.contains("immutable")
            || directives.contains { $0.hasPrefix("max-age=") && (Int($0.dropFirst("max-age=".count)) ?? 0) > Self.longLifeSeconds }
    }

    private var entrance: [DeployLint] {
        switch manifest.decide(ManifestRequest(path: "/", isNavigation: true)) {
        case .file(_, 200, _), .redirect: []
        case .file, .notFound, .badRequest: [DeployLint(.warning, "index.html", "is missing, so that / is not found")]
        }
    }
}
