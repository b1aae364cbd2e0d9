// Who asks, as the request's signature established it, and what the policy keys about principals read from it.

/// The authenticated (or anonymous) sender of a request.
package enum Principal: Sendable, Hashable {
    case anonymous
    /// - Parameters:
    ///   - arn: `arn:aws:iam::ACCOUNT:user/NAME`, or `arn:aws:iam::ACCOUNT:root` for the account itself.
    ///   - canonicalID: the account's canonical user id, as ACLs and `Principal.CanonicalUser` name it.
    case user(arn: String, account: String, canonicalID: String, name: String)
    /// A service such as `cloudfront.amazonaws.com`; whom it acts for is in aws:SourceArn and aws:SourceAccount.
    case service(String)
    /// A CloudFront origin access identity.
    case originAccessIdentity(id: String, canonicalID: String)

    static let originAccessIdentityARNPrefix = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity "

    /// aws:PrincipalArn
    package var arn: String? {
        switch self {
        case .anonymous, .service: nil
        case .user(let arn, _, _, _): arn
        case .originAccessIdentity(let id, _): Self.originAccessIdentityARNPrefix + id
        }
    }

    package var canonicalID: String? {
        switch self {
        case .anonymous, .service: nil
        case .user(_, _, let canonicalID, _), .originAccessIdentity(_, let canonicalID): canonicalID
        }
    }

    /// aws:PrincipalAccount
    package var account: String? {
        if case .user(_, let account, _, _) = self { account } else { nil }
    }

    /// aws:PrincipalType: `Anonymous`, `Account` for an account's root, `User`; services have none.
    var type: String? {
        switch self {
        case .anonymous: "Anonymous"
        case .user(let arn, _, _, _): arn.hasSuffix(":root") ? "Account" : "User"
        case .originAccessIdentity: "User"
        case .service: nil
        }
    }

    /// aws:username
    var name: String? {
        if case .user(_, _, _, let name) = self { name } else { nil }
    }

    /// aws:userid. AWS invents ids of its own (`AIDA...`); here the canonical id is the unique one.
    var userID: String? {
        if case .anonymous = self { "anonymous" } else { canonicalID }
    }
}
