// Which distribution answers for a Host header.
//
// An exact name (alias or generated name) beats a wildcard, and among wildcards the longest suffix wins. As at CloudFront,
// `*.example.com` stands for names with any number of further labels. Names compare without case; a port and one
// trailing dot are ignored. Disabled distributions are routed too: what they answer is the pipeline's decision.

/// A lookup table from host names to positions in a list of distributions.
package struct HostRouter: Sendable {
    private var exact: [String: Int] = [:]
    /// Keyed by what follows `*`, with its dot: `.example.com`.
    private var wildcards: [String: Int] = [:]

    /// When two distributions claim one name the first keeps it; the configuration reader refuses such a list.
    package init(_ distributions: [Distribution]) {
        for (position, distribution) in distributions.enumerated() {
            for alias in distribution.aliases {
                if alias.isWildcard {
                    claim(String(alias.name.dropFirst()), for: position, in: \.wildcards)
                } else {
                    claim(alias.name, for: position, in: \.exact)
                }
            }
        }
        for (position, distribution) in distributions.enumerated() {
            claim(distribution.domainName, for: position, in: \.exact)
        }
    }

    /// The position of the distribution for a Host header value (`www.example.com`, `WWW.example.com:8080`); nil for a
    /// name nobody claims.
    package func distribution(forHost host: String) -> Int? {
        guard let name = Self.name(ofHost: host) else { return nil }
        if let position = exact[name] { return position }
        guard !wildcards.isEmpty else { return nil }
        var rest = name[...]
        while let dot = rest.firstIndex(of: ".") {
            // The wildcard stands for at least one character.
            if dot > name.startIndex, let position = wildcards[String(rest[dot...])] { return position }
            rest = rest[rest.index(after: dot)...]
        }
        return nil
    }

    /// The host name in lower case without port and trailing dot; nil when nothing is left of it.
    package static func name(ofHost host: String) -> String? {
        var name = host[...]
        if name.hasPrefix("[") {
            guard let end = name.firstIndex(of: "]") else { return nil }
            name = name[...end]
        } else if let colon = name.firstIndex(of: ":") {
            name = name[..<colon]
        }
        if name.hasSuffix(".") { name = name.dropLast() }
        return name.isEmpty ? nil : name.lowercased()
    }

    private mutating func claim(_ name: String, for position: Int, in table: WritableKeyPath<HostRouter, [String: Int]>) {
        if self[keyPath: table][name] == nil { self[keyPath: table][name] = position }
    }
}
