// From a request to its proven caller: find the secret that the access key names, and verify the signature with it.

import S3Model
import SigV4

struct Authenticator: Sendable {
    private enum Holder: Sendable {
        case user(OriginUser)
        case service(ServiceCredential)
    }

    private let holders: [String: Holder]
    private let services: [ServiceCredential]
    private let verifier: SigV4Verifier

    init(_ configuration: BucketServer.Configuration) {
        var holders: [String: Holder] = [:]
        for user in configuration.users { holders[user.accessKeyID] = .user(user) }
        for service in configuration.serviceCredentials { holders[service.accessKeyID] = .service(service) }
        self.holders = holders
        services = configuration.serviceCredentials
        verifier = SigV4Verifier(region: configuration.region)
    }

    /// Throws `SigV4Error`, or InvalidAccessKeyId as `S3Error`.
    ///
    /// - Parameter virtualHostBucket: the bucket when it was addressed by host.
    func authenticate(_ request: SigV4Request, virtualHostBucket: String?, at now: SigningTime) throws -> Authentication {
        if let claim = try SigV2PresignedClaim.parse(request, at: now) {
            return try authenticatePresignedVersion2(claim, virtualHostBucket)
        }
        guard let claim = try verifier.parse(request, at: now) else { return .anonymous }
        switch holders[claim.accessKeyID] {
        case .user(let user):
            return Authentication(caller: .user(user), signature: try claim.verify(secretAccessKey: user.secretAccessKey))
        case .service(let service):
            let signature = try claim.verify(secretAccessKey: service.secretAccessKey)
            return Authentication(
                caller: .service(principal: service.servicePrincipal, sourceARN: sourceARN(request, signature)), signature: signature)
        case nil:
            return try authenticateIdentity(claim)
        }
    }

    /// Only users have the old signature; nothing of services depends on it.
    private func authenticatePresignedVersion2(_ claim: SigV2PresignedClaim, _ bucket: String?) throws -> Authentication {
        guard case .user(let user) = holders[claim.accessKeyID] else {
            throw S3Error(.invalidAccessKeyId).with("AWSAccessKeyId", claim.accessKeyID)
        }
        try claim.verify(secretAccessKey: user.secretAccessKey, virtualHostBucket: bucket)
        return Authentication(caller: .user(user), isPresignedVersion2: true)
    }

    /// The distribution that a service speaks for; believed only when the signature covers it.
    private func sourceARN(_ request: SigV4Request, _ signature: VerifiedSignature) -> String? {
        guard signature.signedHeaders.contains("x-amz-source-arn") else { return nil }
        let values = request.values(of: "x-amz-source-arn")
        return values.count == 1 ? values[0] : nil
    }

    /// An origin access identity's key follows from the secret of any service credential.
    private func authenticateIdentity(_ claim: SigV4Claim) throws -> Authentication {
        guard let id = OriginAccessIdentityCredential.identityID(accessKeyID: claim.accessKeyID), !services.isEmpty else {
            throw S3Error(.invalidAccessKeyId).with("AWSAccessKeyId", claim.accessKeyID)
        }
        var failure: SigV4Error?
        for service in services {
            let credential = OriginAccessIdentityCredential(identityID: id, serviceSecretAccessKey: service.secretAccessKey)
            do throws(SigV4Error) {
                let signature = try claim.verify(secretAccessKey: credential.secretAccessKey)
                let canonicalID = OriginAccessIdentityCredential.canonicalID(identityID: id)
                return Authentication(caller: .originAccessIdentity(id: id, canonicalID: canonicalID), signature: signature)
            } catch {
                failure = error
            }
        }
        throw failure ?? SigV4Error.invalidRequest("No service credential is configured.")
    }
}
