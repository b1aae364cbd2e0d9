// Who makes a request, once proven.

import SigV4

/// The principal of a request.
package enum Caller: Sendable {
    case anonymous
    case user(OriginUser)
    /// An AWS service, on behalf of the resource it names; `sourceARN` was signed.
    case service(principal: String, sourceARN: String?)
    case originAccessIdentity(id: String, canonicalID: String)

    var user: OriginUser? { if case .user(let user) = self { user } else { nil } }

    var isAnonymous: Bool { if case .anonymous = self { true } else { false } }

    /// For log lines.
    var description: String {
        switch self {
        case .anonymous: "anonymous"
        case .user(let user): user.arn
        case .service(let principal, let sourceARN): sourceARN.map { "\(principal) for \($0)" } ?? principal
        case .originAccessIdentity(let id, _): OriginAccessIdentityCredential.arn(identityID: id)
        }
    }
}

/// A caller with the proof.
struct Authentication: Sendable {
    var caller: Caller
    /// nil for the anonymous, and for URLs presigned under signature version 2.
    var signature: VerifiedSignature?
    var isPresignedVersion2 = false

    static let anonymous = Authentication(caller: .anonymous)
}
