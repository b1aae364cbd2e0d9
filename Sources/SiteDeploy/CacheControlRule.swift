// Cache-Control by file name, for sites that say nothing themselves.
//
// - A name with a content hash (`app.3f2a9c1b.css`, `chunk-3f2a9c1b.js`) never changes its content: a year, immutable.
// - Pages, and files that point at others by a fixed name (manifests, service workers, feeds): browsers ask every time, the
//   edge keeps them for a minute, so that a new version shows within one.
// - Everything else: an hour in browsers, a day at the edge, where an invalidation removes it at once.

/// The Cache-Control an object gets when nothing else decides it.
package enum CacheControlRule: String, Sendable, CaseIterable {
    case immutable = "public, max-age=31536000, immutable"
    case page = "public, max-age=0, s-maxage=60, must-revalidate"
    case asset = "public, max-age=3600, s-maxage=86400"

    package static func of(fileName: String) -> CacheControlRule {
        let name = fileName.split(separator: "/").last ?? ""
        if hasContentHash(name) { return .immutable }
        let lowercased = name.lowercased()
        guard let dot = lowercased.lastIndex(of: "."), dot != lowercased.startIndex else { return .page }
        let pages = ["html", "htm", "xhtml", "xml", "rss", "atom", "txt", "json", "webmanifest"]
        if pages.contains(String(lowercased[lowercased.index(after: dot)...])) { return .page }
        let workers = ["sw.js", "service-worker.js", "serviceworker.js"]
        return workers.contains(lowercased) ? .page : .asset
    }

    /// A part of 8 to 64 hexadecimal digits, with a digit and a letter among them, before the extension and set off by `.` or `-`.
    ///
    /// Base-32 and base-64 hashes look like words and are not recognised: a wrong year in caches is worse than a short one.
    static func hasContentHash(_ name: Substring) -> Bool {
        let parts = name.split(whereSeparator: { $0 == "." || $0 == "-" })
        guard parts.count >= 3, let dot = name.lastIndex(of: "."), dot != name.startIndex else { return false }
        return parts.dropFirst().dropLast().contains { part in
            (8...64).contains(part.utf8.count) && part.utf8.allSatisfy { "0123456789abcdefABCDEF".utf8.contains($0) }
                && part.utf8.contains { (0x30...0x39).contains($0) } && part.utf8.contains { $0 > 0x39 }
        }
    }
}
