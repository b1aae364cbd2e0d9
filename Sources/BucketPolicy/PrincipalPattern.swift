// Whom a statement is about: one entry of Principal or NotPrincipal.
//
// Roles, federated users and sessions are refused rather than stored, since nobody can be one here. Account names need
// not be AWS's twelve digits: an account carries the name its operator gave it.

enum PrincipalPattern: Sendable, Hashable {
    /// `*` or `{"AWS": "*"}`; anonymous requests included.
    case everyone
    /// An account id or the ARN of its root: every user of the account.
    case account(String)
    case user(arn: String)
    case originAccessIdentity(String)
    case canonicalUser(String)
    case service(String)

    func matches(_ principal: Principal) -> Bool {
        switch self {
        case .everyone: true
        case .account(let id): principal.account == id
        case .user(let arn): if case .user(arn, _, _, _) = principal { true } else { false }
        case .originAccessIdentity(let id): if case .originAccessIdentity(id, _) = principal { true } else { false }
        case .canonicalUser(let id): principal.canonicalID == id
        case .service(let name): principal == .service(name)
        }
    }

    /// Reads one value under `AWS`, nil when it names nobody who could ask.
    init?(aws text: String) {
        if text == "*" {
            self = .everyone
            return
        }
        if text.hasPrefix(Principal.originAccessIdentityARNPrefix) {
            let id = String(text.dropFirst(Principal.originAccessIdentityARNPrefix.count))
            guard Self.isName(id, max: 32, extra: "") else { return nil }
            self = .originAccessIdentity(id)
            return
        }
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        if parts.count == 1, Self.isAccount(text) {
            self = .account(text)
            return
        }
        guard parts.count == 6, parts[0] == "arn", ["aws", "aws-cn", "aws-us-gov"].contains(parts[1]), parts[2] == "iam",
            parts[3].isEmpty, Self.isAccount(parts[4])
        else { return nil }
        if parts[5] == "root" {
            self = .account(parts[4])
        } else if parts[5].hasPrefix("user/"), Self.isName(String(parts[5].dropFirst(5)), max: 576, extra: "/+=,.@_-") {
            self = .user(arn: text)
        } else {
            return nil
        }
    }

    /// Reads one value under `CanonicalUser`.
    init?(canonicalUser text: String) {
        guard Self.isName(text, max: 128, extra: "-_.") else { return nil }
        self = .canonicalUser(text)
    }

    /// Reads one value under `Service`.
    init?(service text: String) {
        guard text.hasSuffix(".amazonaws.com"), text.utf8.count > 14, Self.isName(text, max: 128, extra: "-.") else { return nil }
        self = .service(text)
    }

    private static func isAccount(_ text: String) -> Bool { isName(text, max: 64, extra: "-_") }

    private static func isName(_ text: String, max: Int, extra: String) -> Bool {
        !text.isEmpty && text.utf8.count <= max
            && text.utf8.allSatisfy { byte in
                let character = Character(Unicode.Scalar(byte))
                return byte < 0x80 && (character.isLetter || character.isNumber || extra.utf8.contains(byte))
            }
    }
}
