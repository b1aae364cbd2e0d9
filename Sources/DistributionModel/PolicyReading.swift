// What the readers of policies share: selections of names, refusals of a whole policy, and references to one by name.

import ConfigurationReading
import HTTPCaching
import HTTPTypes

extension NameSelection {
    /// The names a policy chooses, from a key for the mode and one for the list.
    static func read(_ section: ConfigurationSection, behavior: String, names key: String) -> NameSelection? {
        enum Behavior: String { case none, whitelist, allExcept, all }
        let chosen = section.choice(behavior, as: Behavior.self)
        let names: [String] = section.texts(key, form: "a name") { $0.isEmpty ? nil : $0 }.map(\.value)
        guard let chosen else { return nil }
        if chosen == .none || chosen == .all, section.has(key) {
            section.report(key, found: "names", expected: "\(behavior): whitelist or allExcept beside them")
        }
        switch chosen {
        case .none: return NameSelection.none
        case .all: return .all
        case .whitelist: return .whitelist(names)
        case .allExcept: return .allExcept(names)
        }
    }
}

extension PolicyProblem {
    /// A refusal of the policy as a whole, put at the key it is about.
    func report(in section: ConfigurationSection) {
        switch self {
        case .tooManyNames, .namesTooLong: if section.reader.listFactor > 1 { return }
        default: break
        }
        switch self {
        case .negativeTTL(let name, let seconds):
            section.report(name, found: String(seconds), expected: "0 seconds or more")
        case .unorderedTTLs(let least, let standard, let most):
            section.report(
                section.has("max_ttl") ? "max_ttl" : "default_ttl",
                found: "min_ttl \(least), default_ttl \(standard), max_ttl \(most)",
                expected: "min_ttl no more than default_ttl, and default_ttl no more than max_ttl")
        case .acceptEncodingWithoutCaching:
            section.report(
                section.has("enable_accept_encoding_gzip") ? "enable_accept_encoding_gzip" : "enable_accept_encoding_brotli",
                found: "true", expected: "false where every TTL is 0")
        case .tooManyNames(let kind, let count, let limit):
            section.report(Self.key(of: kind), found: "\(count) names", expected: "at most \(limit)")
        case .namesTooLong(let kind, let characters, let limit):
            section.report(Self.key(of: kind), found: "\(characters) characters", expected: "names of at most \(limit) together")
        case .emptyList(let kind):
            section.report(Self.key(of: kind), found: "no name", expected: "at least one name for this behavior")
        case .repeatedName(let kind, let name):
            section.report(Self.key(of: kind), found: quoted(name) + " a second time", expected: "each name once")
        case .refusedName(let kind, let name):
            section.report(Self.key(of: kind), found: quoted(name), expected: "a \(kind) that CloudFront lets a policy name")
        case .originRequestOnly(let name):
            section.report("headers", found: quoted(name), expected: "it in an origin request policy, not in the cache key")
        case .unavailableHeader(let name, let reason):
            section.report("headers", found: quoted(name), expected: "a header that can be made here (\(reason))")
        }
    }

    private static func key(of kind: String) -> String {
        switch kind {
        case "header": "headers"
        case "cookie": "cookies"
        default: "query_strings"
        }
    }
}

extension NamedValues {
    /// The policy a behaviour names: one of the file, or a managed one by name or id; nil when there is none, which is reported,
    /// or when the key is absent.
    func policy<Policy>(
        _ section: ConfigurationSection, _ key: String, what: String, managed: [ManagedPolicy<Policy>]
    ) -> Policy? where Value == NamedPolicy<Policy> {
        section.text(key).flatMap { name in
            let found = self[name]?.policy ?? managed.first { $0.isNamed(name) }?.policy
            if found == nil {
                section.report(key, found: quoted(name), expected: known(what, names + managed.map(\.name), nearest: name))
            }
            return found
        }
    }
}

/// Says which headers of a managed policy this edge can't make; a policy of the file that names them is refused.
func warnOfUnavailable(_ names: [HTTPField.Name], in section: ConfigurationSection, _ key: String) {
    let missing = names.filter { name in
        if case .unavailable = GeneratedHeaders.standing(of: name) { true } else { false }
    }
    guard !missing.isEmpty, let name = section.peek(key) else { return }
    section.report(
        key, found: "\(name), which names \(missing.map(\.rawName).joined(separator: ", "))",
        expected: "headers that can be made here: these are left out, as CloudFront leaves them out for unknown addresses",
        severity: .warning)
}
