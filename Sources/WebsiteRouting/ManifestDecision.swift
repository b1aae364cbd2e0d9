// What a deploy answers, as a value with its reason.

package import DeployModel

/// The answer to one request.
package enum ManifestDecision: Sendable, Hashable {
    /// A file of the manifest, by its path there.
    case file(String, status: Int, because: FileReason)
    case redirect(String, status: Int, because: RedirectReason)
    /// No such path, and no page that says so.
    case notFound
    /// The path can't be read.
    case badRequest

    package enum FileReason: Sendable, Hashable {
        case exact
        case index
        case cleanURL
        /// A 200 rule of `_redirects`, by its source.
        case rewrite(String)
        /// A 404 rule of `_redirects`, by its source.
        case ruledNotFound(String)
        /// The page for navigations that lead nowhere else.
        case fallback
        /// The nearest 404.html.
        case notFoundPage
    }

    package enum RedirectReason: Sendable, Hashable {
        /// A rule of `_redirects`, by its source.
        case rule(String)
        case slash
        case cleanURL
    }
}

extension ManifestDecision {
    /// The fields that the manifest gives a file: type, lifetime and what `_headers` says of the path that was asked for.
    ///
    /// A page shown in the place of something else (fallback, not found) has the lifetime of its own path: what `_headers`
    /// says of the missing `/assets/*` must not keep it in caches for a year. Other deploys than production's are kept out of
    /// search engines.
    package func fields(of manifest: Manifest, at requestPath: String, isProduction: Bool) -> [HeaderRule.Field] {
        var fields: [HeaderRule.Field] = []
        var own = HeaderRule.merged(manifest.headers, for: requestPath)
        if case .file(let path, _, let reason) = self, let file = manifest.files[path] {
            if reason.standsIn {
                own.removeAll { $0.isCacheControl }
                own += HeaderRule.merged(manifest.headers, for: "/" + path).filter(\.isCacheControl)
            }
            fields = [.init("Content-Type", file.contentType), .init("Cache-Control", file.cacheControl)]
        }
        for field in own {
            fields.removeAll { $0.name.lowercased() == field.name.lowercased() }
            fields.append(field)
        }
        if !isProduction {
            fields.removeAll { $0.name.lowercased() == "x-robots-tag" }
            fields.append(.init("X-Robots-Tag", "noindex"))
        }
        return fields
    }
}

extension ManifestDecision.FileReason {
    /// Whether the file is another than the one asked for.
    fileprivate var standsIn: Bool {
        switch self {
        case .exact, .index, .cleanURL, .rewrite: false
        case .ruledNotFound, .fallback, .notFoundPage: true
        }
    }
}

extension HeaderRule.Field {
    fileprivate var isCacheControl: Bool { name.lowercased() == "cache-control" }
}
