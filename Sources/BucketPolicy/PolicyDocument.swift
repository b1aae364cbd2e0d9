// A bucket's policy: parsed once, kept with its source text, asked once per request. A value without I/O.
//
// IAM's order of evaluation within one policy: an applicable Deny wins over any Allow; otherwise an applicable Allow
// allows; otherwise the policy is silent. What silence means (the owner's rights, ACLs) is the caller's.

package struct PolicyDocument: Sendable {
    package enum Version: String, Sendable {
        /// Policy variables are literal text.
        case v2008 = "2008-10-17"
        case v2012 = "2012-10-17"
    }

    /// Largest policy S3 accepts, bytes.
    package static let bytesMax = 20_480

    /// The text as it was put, for GetBucketPolicy.
    package let source: String
    package let version: Version
    package let id: String?
    let statements: [PolicyStatement]

    /// Reads a policy for one bucket, refusing whatever would not be effective.
    ///
    /// - Parameter conditionKeys: the keys the caller fills into every `AccessRequest`.
    package init(
        parsing source: [UInt8], bucket: String, conditionKeys: Set<ConditionKey> = ConditionKey.served
    ) throws(BucketPolicyError) {
        var reader = PolicyReader(bytes: source, bucket: bucket, keys: conditionKeys)
        self = try reader.document()
    }

    init(source: String, version: Version, id: String?, statements: [PolicyStatement]) {
        self.source = source
        self.version = version
        self.id = id
        self.statements = statements
    }

    /// What the policy says about a request. Cost: linear in the policy's text.
    package func evaluate(_ request: AccessRequest) -> PolicyDecision {
        let action = request.action.lowercased()
        var allowed: PolicyDecision?
        for statement in statements {
            // An Allow already found only has to be checked against the denials that follow.
            guard statement.effect == .deny || allowed == nil else { continue }
            guard statement.applies(to: request, lowercasedAction: action) else { continue }
            if statement.effect == .deny { return .explicitDeny(sid: statement.sid) }
            allowed = .allow(sid: statement.sid)
        }
        return allowed ?? .noMatch
    }
}
