// Origin access: the signature under which the edge asks a bucket. The bucket verifies it like any other and judges
// the principal behind it by its policy: the CloudFront service on behalf of a distribution (OAC), or an identity's own
// canonical user (OAI). Nothing is taken on trust between the two processes but the key.

import DistributionModel
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import SigV4

/// The key pair that edge and bucket share; its secret also yields the keys of origin access identities.
package struct OriginAccessCredentials: Sendable {
    package var accessKeyID: String
    package var secretAccessKey: String

    package init(accessKeyID: String, secretAccessKey: String) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
    }
}

/// How requests to one origin are signed.
enum OriginSigning: Sendable {
    case none
    /// As the service, naming the distribution; with `yieldsToViewer`, a viewer's own Authorization is passed on instead.
    case service(SigV4Signer, sourceARN: String, yieldsToViewer: Bool)
    case identity(SigV4Signer)

    /// The signed header in which the service principal says for which resource it asks.
    private static let sourceARNName = HTTPField.Name.known("x-amz-source-arn")

    init(
        _ origin: Origin, of distribution: Distribution, configuration: EdgeConfiguration, credentials: OriginAccessCredentials?
    ) throws(EdgeSetupError) {
        guard case .s3(let bucket) = origin.kind else {
            self = .none
            return
        }
        func signer(_ credentials: SigningCredentials) -> SigV4Signer { SigV4Signer(credentials: credentials, region: bucket.region) }
        func need() throws(EdgeSetupError) -> OriginAccessCredentials {
            guard let credentials else {
                throw EdgeSetupError(
                    "origin \(origin.id) of distribution \(distribution.id) must be signed for, but origin_access names no credentials")
            }
            return credentials
        }
        switch bucket.access {
        case .none: self = .none
        case .originAccessControl(let control):
            if control.signingBehavior == .never {
                self = .none
                return
            }
            let pair = try need()
            self = .service(
                signer(SigningCredentials(accessKeyID: pair.accessKeyID, secretAccessKey: pair.secretAccessKey)),
                sourceARN: distribution.arn(accountID: configuration.originAccess.accountID),
                yieldsToViewer: control.signingBehavior == .noOverride)
        case .originAccessIdentity(let identity):
            let pair = try need()
            let own = OriginAccessIdentityCredential(identityID: identity.id, serviceSecretAccessKey: pair.secretAccessKey)
            self = .identity(signer(SigningCredentials(accessKeyID: own.accessKeyID, secretAccessKey: own.secretAccessKey)))
        }
    }

    /// Signs a request that is otherwise ready; `fields` must hold Host.
    ///
    /// With `no-override` a viewer's own Authorization stays, where it is among `fields`: with writes, and with reads
    /// whose cache policy names it. Otherwise one viewer's authorised response would be kept for everyone.
    func sign(method: HTTPRequest.Method, path: String, query: String?, fields: inout HTTPFields, hasContent: Bool, at now: HTTPDate) {
        let signer: SigV4Signer
        switch self {
        case .none: return
        case .service(_, _, yieldsToViewer: true) where fields.contains(.authorization): return
        case .service(let service, let sourceARN, _):
            signer = service
            fields[Self.sourceARNName] = sourceARN
        case .identity(let identity): signer = identity
        }
        var request = SigV4Request(
            method: method.rawValue, path: path, query: query ?? "", headers: fields.map { ($0.name.rawName, $0.value) })
        signer.sign(
            &request, payload: hasContent ? .unsigned : .of([]),
            at: SigningTime(secondsSince1970: now.secondsSince1970))
        // What was signed is what must be sent, also where a viewer had sent fields of these names.
        for name in Self.signatureNames { fields[name] = request.headers.first { $0.name.lowercased() == name.canonicalName }?.value }
    }

    private static let signatureNames: [HTTPField.Name] = [
        .authorization, .known("x-amz-date"), .known("x-amz-content-sha256"), .known("x-amz-security-token"),
    ]
}
