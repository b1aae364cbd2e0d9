// Who may do what: the owner of a bucket everything that its policy does not explicitly deny, everyone else only what
// the policy allows. The public access block takes public grants away again. There are no ACLs and no policies of users.

import BucketPolicy
import HTTPTransport
import HTTPTypes
import ObjectStorage
import S3Model
import SigV4

/// A bucket with the settings that decide about access.
struct BucketAccess: Sendable {
    var bucket: Bucket
    var policy: PolicyDocument?
    var block: PublicAccessBlock?

    /// Whether the principal may do it.
    ///
    /// A policy cannot lock the owner out of the policy itself, as an account's root user at AWS. With
    /// RestrictPublicBuckets a public policy reaches nobody outside of the owner's account but services and identities.
    func allows(_ request: AccessRequest) -> Bool {
        let isOwner = request.principal.canonicalID == bucket.owner
        if isOwner, Self.policyActions.contains(request.action) { return true }
        guard let policy else { return isOwner }
        switch policy.evaluate(request) {
        case .explicitDeny: return false
        case .noMatch: return isOwner
        case .allow:
            guard !isOwner, block?.restrictPublicBuckets == true, policy.isPublic else { return true }
            switch request.principal {
            case .service, .originAccessIdentity: return true
            case .anonymous, .user: return false
            }
        }
    }

    private static let policyActions: Set<String> = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"]
}

/// What an action is done to.
enum AccessResource: Sendable {
    case bucket(BucketName)
    case object(ObjectAddress)

    var arn: String {
        switch self {
        case .bucket(let name): "arn:aws:s3:::\(name)"
        case .object(let object): "arn:aws:s3:::\(object.bucket)/\(object.key)"
        }
    }
}

enum Authorization {
    /// Loads the operation's bucket into the context and throws AccessDenied unless the caller may do it.
    static func authorize(_ operation: S3Operation, _ context: inout ActionContext) async throws {
        switch operation {
        case .listBuckets, .createBucket:
            guard context.caller.user != nil else { throw S3Error(.accessDenied) }
            return
        default: break
        }
        guard let bucket = operation.bucket else { return }
        let access = try await access(to: bucket, server: context.request.origin)
        context.bucket = access
        if let expected = context.fields[.xAmzExpectedBucketOwner] { try check(expectedOwner: expected, of: access, context.configuration) }
        let resource: AccessResource = operation.object.map { .object($0) } ?? .bucket(bucket)
        for action in operation.actions where !context.allows(action, resource) {
            if operation.isObjectRead, let object = operation.object { try await reveal(object, context) }
            throw S3Error(.accessDenied)
        }
    }

    /// Throws NoSuchKey for a key that is missing when the caller, who may not read it, may list it.
    private static func reveal(_ object: ObjectAddress, _ context: ActionContext) async throws {
        guard context.allows("s3:ListBucket", .bucket(object.bucket), prefix: object.key.description) else { return }
        _ = try await context.store.head(bucket: object.bucket.description, key: object.key.description)
    }

    /// A policy or block that the store returns and that cannot be read is damage, never an empty policy.
    static func access(to name: BucketName, server: BucketServer) async throws -> BucketAccess {
        let bucket = try await server.store.bucket(name.description)
        let documents = try await server.store.configurations(of: name.description)
        let policy = try documents[.policy].map { bytes in
            do throws(BucketPolicyError) {
                return try server.policies.policy(bytes, bucket: name.description)
            } catch {
                throw ObjectStoreError.damaged("policy of \(name): \(error.detail)")
            }
        }
        let block = try documents[.publicAccessBlock].map { bytes in
            do throws(S3Error) {
                return try PublicAccessBlock(bytes)
            } catch {
                throw ObjectStoreError.damaged("public access block of \(name): \(error.message)")
            }
        }
        return BucketAccess(bucket: bucket, policy: policy, block: block)
    }

    /// x-amz-expected-bucket-owner: an account id or, more exact, a canonical id.
    static func check(expectedOwner: String, of access: BucketAccess, _ configuration: BucketServer.Configuration) throws(S3Error) {
        let accounts = configuration.users.filter { $0.canonicalID == access.bucket.owner }.map(\.accountID)
        guard expectedOwner == access.bucket.owner || accounts.contains(expectedOwner) else { throw S3Error(.accessDenied) }
    }
}

extension S3Operation {
    var isObjectRead: Bool {
        switch self {
        case .getObject, .headObject, .getObjectAttributes: true
        default: false
        }
    }

    /// Every action the operation needs on its resource.
    var actions: [String] {
        if case .getObjectAttributes = self { return ["s3:GetObject", "s3:GetObjectAttributes"] }
        return action.map { [$0] } ?? []
    }
}

extension ActionContext {
    /// Whether the caller may do `action` to `resource`, which lies in the context's bucket.
    ///
    /// - Parameter prefix: what `s3:prefix` is when it is not the request's own.
    func allows(_ action: String, _ resource: AccessResource, prefix: String? = nil) -> Bool {
        guard let bucket else { return false }
        var values = conditionValues
        if let prefix { values[.prefix] = [prefix] }
        return bucket.allows(
            AccessRequest(
                principal: caller.principal, action: action, resource: resource.arn, secondsSince1970: now.secondsSince1970,
                context: values))
    }

    private var conditionValues: [ConditionKey: [String]] {
        var values = request.senderValues
        func set(_ key: ConditionKey, _ value: String?) { if let value { values[key] = [value] } }
        if case .service(_, let sourceARN) = caller { set(.sourceARN, sourceARN) }
        set(.sourceAccount, Self.sourceAccount(values[.sourceARN]?.first))
        set(.prefix, query["prefix"])
        set(.delimiter, query["delimiter"])
        set(.maxKeys, query["max-keys"])
        set(.versionID, query["versionId"])
        set(.acl, fields[.xAmzACL])
        set(.contentSHA256, fields[.xAmzContentSHA256])
        set(.copySource, fields[.xAmzCopySource])
        set(.metadataDirective, fields[.xAmzMetadataDirective])
        set(.storageClass, fields[.xAmzStorageClass])
        if authentication.isPresignedVersion2 {
            set(.signatureVersion, "AWS")
            set(.authType, "REST-QUERY-STRING")
        }
        if let signature = authentication.signature {
            set(.signatureVersion, VerifiedSignature.policySignatureVersion)
            set(.authType, signature.type.policyValue)
            if case .presigned = signature.type {
                set(.signatureAge, String(signature.signatureAgeMilliseconds(at: .init(secondsSince1970: now.secondsSince1970))))
            }
        }
        return values
    }

    /// The account in `arn:aws:cloudfront::ACCOUNT:distribution/ID`.
    private static func sourceAccount(_ arn: String?) -> String? {
        let parts = arn?.split(separator: ":", omittingEmptySubsequences: false) ?? []
        return parts.count > 4 && !parts[4].isEmpty ? String(parts[4]) : nil
    }
}

extension S3Request {
    /// Policy keys about where and how the request came, the same for every caller.
    var senderValues: [ConditionKey: [String]] {
        var values: [ConditionKey: [String]] = [
            .sourceIP: [exchange.connection.clientAddress], .secureTransport: [exchange.connection.isSecure ? "true" : "false"],
        ]
        if let referer = fields[.referer] { values[.referer] = [referer] }
        if let userAgent = fields[.userAgent] { values[.userAgent] = [userAgent] }
        return values
    }
}

extension Caller {
    var principal: Principal {
        switch self {
        case .anonymous: .anonymous
        case .user(let user): .user(arn: user.arn, account: user.accountID, canonicalID: user.canonicalID, name: user.name)
        case .service(let name, _): .service(name)
        case .originAccessIdentity(let id, let canonicalID): .originAccessIdentity(id: id, canonicalID: canonicalID)
        }
    }
}
