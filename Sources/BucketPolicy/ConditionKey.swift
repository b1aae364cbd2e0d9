// The keys a condition or a policy variable may read (IAM "Global condition context keys", S3 "Condition keys").
//
// Names compare without case. `catalogue` holds every key this engine can judge; `served` those that the origin fills
// in for every request. A policy that uses a key outside the caller's set is refused, because a key that is never
// present would turn a Deny into nothing.

package struct ConditionKey: Sendable, Hashable, CustomStringConvertible {
    /// Lower case, but for the tag name after a slash.
    package let name: String

    package init(_ name: String) {
        guard let slash = name.firstIndex(of: "/") else {
            self.name = name.lowercased()
            return
        }
        self.name = name[..<slash].lowercased() + name[slash...]
    }

    package var description: String { name }

    /// The key without its tag name: `s3:existingobjecttag/` for every tag of an object.
    package var family: ConditionKey {
        guard let slash = name.firstIndex(of: "/") else { return self }
        return ConditionKey(String(name[...slash]))
    }

    /// What kind of value the key holds, which decides the operators that can ever match.
    enum Kind: Sendable { case string, number, date, bool, address, arn, strings }

    var kind: Kind? { Self.kinds[family] }

    var isSingleValued: Bool { kind != .strings }
}

extension ConditionKey {
    package static let sourceARN = ConditionKey("aws:SourceArn")
    package static let sourceAccount = ConditionKey("aws:SourceAccount")
    package static let sourceIP = ConditionKey("aws:SourceIp")
    package static let secureTransport = ConditionKey("aws:SecureTransport")
    package static let referer = ConditionKey("aws:Referer")
    package static let userAgent = ConditionKey("aws:UserAgent")
    package static let currentTime = ConditionKey("aws:CurrentTime")
    package static let epochTime = ConditionKey("aws:EpochTime")
    package static let principalARN = ConditionKey("aws:PrincipalArn")
    package static let principalType = ConditionKey("aws:PrincipalType")
    package static let principalAccount = ConditionKey("aws:PrincipalAccount")
    package static let userID = ConditionKey("aws:userid")
    package static let username = ConditionKey("aws:username")
    package static let prefix = ConditionKey("s3:prefix")
    package static let delimiter = ConditionKey("s3:delimiter")
    package static let maxKeys = ConditionKey("s3:max-keys")
    package static let acl = ConditionKey("s3:x-amz-acl")
    package static let contentSHA256 = ConditionKey("s3:x-amz-content-sha256")
    package static let signatureVersion = ConditionKey("s3:signatureversion")
    package static let authType = ConditionKey("s3:authType")
    /// Milliseconds since the request was signed.
    package static let signatureAge = ConditionKey("s3:signatureAge")
    package static let copySource = ConditionKey("s3:x-amz-copy-source")
    package static let metadataDirective = ConditionKey("s3:x-amz-metadata-directive")
    package static let storageClass = ConditionKey("s3:x-amz-storage-class")
    package static let versionID = ConditionKey("s3:VersionId")
    package static let serverSideEncryption = ConditionKey("s3:x-amz-server-side-encryption")
    package static let serverSideEncryptionKMSKeyID = ConditionKey("s3:x-amz-server-side-encryption-aws-kms-key-id")
    package static let serverSideEncryptionCustomerAlgorithm = ConditionKey("s3:x-amz-server-side-encryption-customer-algorithm")
    package static let grantRead = ConditionKey("s3:x-amz-grant-read")
    package static let grantWrite = ConditionKey("s3:x-amz-grant-write")
    package static let grantReadACP = ConditionKey("s3:x-amz-grant-read-acp")
    package static let grantWriteACP = ConditionKey("s3:x-amz-grant-write-acp")
    package static let grantFullControl = ConditionKey("s3:x-amz-grant-full-control")
    package static let requestObjectTagKeys = ConditionKey("s3:RequestObjectTagKeys")
    package static let objectLockMode = ConditionKey("s3:object-lock-mode")
    package static let objectLockLegalHold = ConditionKey("s3:object-lock-legal-hold")
    package static let objectLockRemainingRetentionDays = ConditionKey("s3:object-lock-remaining-retention-days")
    package static let objectLockRetainUntilDate = ConditionKey("s3:object-lock-retain-until-date")

    /// The value of one tag the object has.
    package static func existingObjectTag(_ tag: String) -> ConditionKey { ConditionKey("s3:ExistingObjectTag/" + tag) }
    /// The value of one tag the request brings.
    package static func requestObjectTag(_ tag: String) -> ConditionKey { ConditionKey("s3:RequestObjectTag/" + tag) }

    /// The keys the origin fills in today.
    package static let served: Set<ConditionKey> = [
        .sourceARN, .sourceAccount, .sourceIP, .secureTransport, .referer, .userAgent, .currentTime, .epochTime, .principalARN,
        .principalType, .principalAccount, .userID, .username, .prefix, .delimiter, .maxKeys, .acl, .contentSHA256,
        .signatureVersion, .authType, .signatureAge, .copySource, .metadataDirective, .storageClass, .versionID,
    ]

    /// Every key whose kind is known, tags as their families.
    package static let catalogue: Set<ConditionKey> = Set(kinds.keys)

    private static let kinds: [ConditionKey: Kind] = {
        var kinds: [ConditionKey: Kind] = [
            .sourceARN: .arn, .principalARN: .arn, .sourceIP: .address, .secureTransport: .bool, .currentTime: .date,
            .epochTime: .date, .maxKeys: .number, .signatureAge: .number, .requestObjectTagKeys: .strings,
            .objectLockRemainingRetentionDays: .number, .objectLockRetainUntilDate: .date,
            existingObjectTag(""): .string, requestObjectTag(""): .string,
        ]
        let strings: [ConditionKey] = [
            .sourceAccount, .referer, .userAgent, .principalType, .principalAccount, .userID, .username, .prefix, .delimiter,
            .acl, .contentSHA256, .signatureVersion, .authType, .copySource, .metadataDirective, .storageClass, .versionID,
            .serverSideEncryption, .serverSideEncryptionKMSKeyID, .serverSideEncryptionCustomerAlgorithm, .grantRead,
            .grantWrite, .grantReadACP, .grantWriteACP, .grantFullControl, .objectLockMode, .objectLockLegalHold,
        ]
        for key in strings { kinds[key] = .string }
        return kinds
    }()

    /// The only actions whose requests hold this key, in lower case; nil when every request may.
    var actions: [String]? { Self.actionsByKey[self] }

    private static let actionsByKey: [ConditionKey: [String]] = {
        let lists = ["s3:listbucket", "s3:listbucketversions"]
        let grants = ["s3:putobject", "s3:putobjectacl", "s3:putobjectversionacl", "s3:createbucket", "s3:putbucketacl"]
        return [
            .prefix: lists, .delimiter: lists, .maxKeys: lists, .acl: grants, .grantRead: grants, .grantWrite: grants,
            .grantReadACP: grants, .grantWriteACP: grants, .grantFullControl: grants, .copySource: ["s3:putobject"],
            .metadataDirective: ["s3:putobject"], .storageClass: ["s3:putobject", "s3:replicateobject"],
            .versionID: PolicyAction.levels.keys.filter { $0.contains("version") && $0.contains("object") },
        ]
    }()
}
