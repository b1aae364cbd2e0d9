// One question to a policy: may this principal do this to that, in these circumstances.

package struct AccessRequest: Sendable {
    package let principal: Principal
    /// The action as S3 spells it, `s3:GetObject`; compared without case.
    package let action: String
    /// `arn:aws:s3:::bucket` or `arn:aws:s3:::bucket/key`, the key unescaped.
    package let resource: String
    /// The instant of the request, whole seconds since 1970-01-01T00:00:00Z: aws:CurrentTime and aws:EpochTime.
    package let secondsSince1970: Int64
    /// Values of the keys the request itself provides; a key that does not apply is absent.
    ///
    /// Keys about the principal and the time are answered from the fields above and ignored here.
    package var context: [ConditionKey: [String]]

    package init(
        principal: Principal, action: String, resource: String, secondsSince1970: Int64, context: [ConditionKey: [String]] = [:]
    ) {
        self.principal = principal
        self.action = action
        self.resource = resource
        self.secondsSince1970 = secondsSince1970
        self.context = context
    }

    /// The values a key has in this request, none when it is absent.
    func values(of key: ConditionKey) -> [String] {
        switch key {
        case .principalARN: principal.arn.map { [$0] } ?? []
        case .principalAccount: principal.account.map { [$0] } ?? []
        case .principalType: principal.type.map { [$0] } ?? []
        case .userID: principal.userID.map { [$0] } ?? []
        case .username: principal.name.map { [$0] } ?? []
        case .currentTime, .epochTime: ["\(secondsSince1970)"]
        default: context[key] ?? []
        }
    }
}

/// What a policy says about a request, with the Sid of the statement that decided.
package enum PolicyDecision: Sendable, Hashable {
    case explicitDeny(sid: String?)
    case allow(sid: String?)
    /// No statement applies: denied unless something else allows it.
    case noMatch
}
