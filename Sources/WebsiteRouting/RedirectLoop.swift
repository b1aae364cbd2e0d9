// Redirects that lead back to where they came from, found before anybody follows them.

package import DeployModel

/// A chain of redirects that never ends.
package struct RedirectLoop: Sendable, Hashable {
    /// Redirects followed from one path; browsers give up at about twenty.
    package static let hopsMax = 20

    /// Position of the rule it starts with.
    package var rule: Int
    /// Paths in order; the last is one that came before, or one more than a browser follows.
    package var chain: [String]

    /// Follows every redirect rule from a sample of its source, `x` for every variable part. Finds each rule's loop once.
    package static func all(in manifest: Manifest) -> [RedirectLoop] {
        var loops: [RedirectLoop] = []
        for (index, rule) in manifest.redirects.enumerated() where rule.status >= 300 && rule.status < 400 {
            if let chain = follow(rule.source.sample, manifest) { loops.append(RedirectLoop(rule: index, chain: chain)) }
        }
        return loops
    }

    private static func follow(_ start: String, _ manifest: Manifest) -> [String]? {
        var chain = [start]
        while chain.count <= hopsMax {
            guard let last = chain.last, case .redirect(let location, _, _) = manifest.decide(ManifestRequest(path: last)),
                location.hasPrefix("/")
            else { return nil }
            let path = String(location.prefix { $0 != "?" && $0 != "#" })
            let isLoop = chain.contains(path)
            chain.append(path)
            if isLoop { return chain }
        }
        return chain
    }
}

extension PathPattern {
    /// A path that the pattern fits.
    var sample: String {
        let parts = description.split(separator: "/", omittingEmptySubsequences: false).map { $0.first == ":" ? "x" : String($0) }
        let text = parts.joined(separator: "/")
        return text.last == "*" ? text.dropLast() + "x" : text
    }
}
