// Who made a deploy, as far as CI says. Texts are cut to a bound and lose control characters: they are shown, never used.

package import JSONDocuments

/// Facts about the maker of a deploy or of an alias's move.
package struct Creator: Sendable, Hashable {
    /// `github`, `gitlab`; nil for a person.
    package var provider: String?
    package var actor: String?
    package var repository: String?
    package var branch: String?
    package var commit: String?
    package var pullRequest: String?
    package var runURL: String?

    package init(
        provider: String? = nil, actor: String? = nil, repository: String? = nil, branch: String? = nil, commit: String? = nil,
        pullRequest: String? = nil, runURL: String? = nil
    ) {
        self.provider = provider
        self.actor = actor
        self.repository = repository
        self.branch = branch
        self.commit = commit
        self.pullRequest = pullRequest
        self.runURL = runURL
    }

    private static let members: [(String, any WritableKeyPath<Creator, String?> & Sendable)] = [
        ("provider", \.provider), ("actor", \.actor), ("repository", \.repository), ("branch", \.branch), ("commit", \.commit),
        ("pull_request", \.pullRequest), ("run_url", \.runURL),
    ]

    /// Absent facts are left out.
    package var json: JSONValue {
        .object(Self.members.compactMap { name, path in self[keyPath: path].map { JSONMember(name, .string(Self.cut($0))) } })
    }

    package init(_ value: JSONValue?, at place: String) throws(JSONError) {
        self.init()
        guard let value else { return }
        var object = try JSONObject(value, at: place)
        for (name, path) in Self.members { self[keyPath: path] = try object.string(ifPresent: name) }
        try object.finish()
    }

    static func cut(_ text: String) -> String {
        var result = ""
        var left = DeployLimits.factBytesMax
        for scalar in text.unicodeScalars where scalar.value >= 0x20 && scalar.value != 0x7F {
            left -= UTF8.width(scalar)
            guard left >= 0 else { break }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    /// Such as `alice, main at 3f2a9c1b`; empty when nothing is known.
    package var summary: String {
        let place = branch.map { branch in commit.map { "\(branch) at \($0.prefix(8))" } ?? branch } ?? commit.map { String($0.prefix(8)) }
        return [actor, pullRequest.map { "#\($0)" }, place].compactMap { $0 }.joined(separator: ", ")
    }
}
