// Quotas and combinations that CloudFront refuses (CloudFront Developer Guide, "Quotas on policies"). All problems are
// returned together, so that a configuration file can be corrected in one pass.

import HTTPSemantics
import HTTPTypes

/// Something a policy may not say.
package enum PolicyProblem: Hashable, Sendable, CustomStringConvertible {
    /// A TTL below zero.
    case negativeTTL(name: String, seconds: Int64)
    /// minTTL <= defaultTTL <= maxTTL does not hold.
    case unorderedTTLs(minTTL: Int64, defaultTTL: Int64, maxTTL: Int64)
    /// Accept-Encoding flags in a policy whose TTLs are all zero.
    case acceptEncodingWithoutCaching
    /// More names of one kind than the quota.
    case tooManyNames(kind: String, count: Int, limit: Int)
    /// Names of one kind longer together than the quota.
    case namesTooLong(kind: String, characters: Int, limit: Int)
    /// A whitelist or exception list with nothing in it.
    case emptyList(kind: String)
    /// The same name twice.
    case repeatedName(kind: String, name: String)
    /// A name that cannot occur or may not be chosen.
    case refusedName(kind: String, name: String)
    /// A `CloudFront-*` header in a cache policy that only origin requests can have.
    case originRequestOnly(name: String)
    /// A `CloudFront-*` header that is never sent.
    case unavailableHeader(name: String, reason: String)

    package var description: String {
        switch self {
        case .negativeTTL(let name, let seconds): "\(name) is \(seconds); a TTL is 0 seconds or more"
        case .unorderedTTLs(let min, let standard, let max):
            "minTTL \(min) <= defaultTTL \(standard) <= maxTTL \(max) does not hold"
        case .acceptEncodingWithoutCaching:
            "enableAcceptEncodingGzip and enableAcceptEncodingBrotli need a TTL above 0"
        case .tooManyNames(let kind, let count, let limit): "\(count) \(kind) names; at most \(limit) are allowed"
        case .namesTooLong(let kind, let characters, let limit):
            "\(kind) names have \(characters) characters together; at most \(limit) are allowed"
        case .emptyList(let kind): "the list of \(kind) names is empty"
        case .repeatedName(let kind, let name): "\(kind) \(name) is listed twice"
        case .refusedName(let kind, let name): "\(kind) \(name) cannot be listed in a policy"
        case .originRequestOnly(let name): "\(name) can be listed in an origin request policy only"
        case .unavailableHeader(let name, let reason): "\(name) is never sent: \(reason)"
        }
    }
}

extension CachePolicy {
    /// Names of one kind in one policy.
    package static let namesMax = 10
    /// Characters of all names of one kind together.
    package static let nameCharactersMax = 1024

    /// Headers CloudFront refuses in a cache policy because it writes, consumes or varies them itself.
    static let refusedHeaders: Set<String> = [
        "accept-ranges", "connection", "content-length", "cookie", "date", "expect", "if-match", "if-modified-since",
        "if-none-match", "if-range", "if-unmodified-since", "keep-alive", "max-forwards", "pragma",
        "proxy-authenticate", "proxy-authorization", "proxy-connection", "range", "request-range", "te", "trailer",
        "transfer-encoding", "upgrade", "via", "warning", "x-accel-buffering", "x-accel-charset", "x-accel-limit-rate",
        "x-accel-redirect", "x-cache", "x-forwarded-proto", "x-real-ip",
    ]

    /// Everything that is wrong with the policy; empty when it may be used.
    package var problems: [PolicyProblem] {
        var found: [PolicyProblem] = []
        for (name, seconds) in [("minTTL", minTTL), ("defaultTTL", defaultTTL), ("maxTTL", maxTTL)] where seconds < 0 {
            found.append(.negativeTTL(name: name, seconds: seconds))
        }
        if minTTL > defaultTTL || defaultTTL > maxTTL {
            found.append(.unorderedTTLs(minTTL: minTTL, defaultTTL: defaultTTL, maxTTL: maxTTL))
        }
        if maxTTL == 0, enableAcceptEncodingGzip || enableAcceptEncodingBrotli { found.append(.acceptEncodingWithoutCaching) }
        found += PolicyProblem.problems(kind: "header", selection: .whitelist(headers.map(\.canonicalName)), mayBeEmpty: true)
        for name in headers where Self.refusedHeaders.contains(name.canonicalName) || name.canonicalName.hasPrefix("x-edge-") {
            found.append(.refusedName(kind: "header", name: name.rawName))
        }
        found += PolicyProblem.problems(kind: "cookie", selection: cookies)
        found += PolicyProblem.problems(kind: "query string", selection: queryStrings)
        return found
    }
}

extension PolicyProblem {
    static func problems(kind: String, selection: NameSelection, mayBeEmpty: Bool = false) -> [PolicyProblem] {
        let names: [String]
        switch selection {
        case .none, .all: return []
        case .whitelist(let listed), .allExcept(let listed): names = listed
        }
        var found: [PolicyProblem] = []
        if names.isEmpty, !mayBeEmpty { found.append(.emptyList(kind: kind)) }
        if names.count > CachePolicy.namesMax {
            found.append(.tooManyNames(kind: kind, count: names.count, limit: CachePolicy.namesMax))
        }
        let characters = names.reduce(0) { $0 + $1.utf8.count }
        if characters > CachePolicy.nameCharactersMax {
            found.append(.namesTooLong(kind: kind, characters: characters, limit: CachePolicy.nameCharactersMax))
        }
        var seen: Set<String> = []
        for name in names {
            if !seen.insert(name).inserted { found.append(.repeatedName(kind: kind, name: name)) }
            let isPossible = switch kind {
            case "query string": !name.isEmpty && !name.utf8.contains { $0 == 0x26 || $0 == 0x3D || $0 == 0x23 || $0 <= 0x20 }
            default: FieldSyntax.isToken(name.utf8)
            }
            if !isPossible { found.append(.refusedName(kind: kind, name: name)) }
        }
        return found
    }
}
