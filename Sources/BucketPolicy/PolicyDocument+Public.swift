// Whether a policy counts as public, for BlockPublicPolicy, RestrictPublicBuckets and GetBucketPolicyStatus
// (S3 User Guide, "The meaning of 'public'"): assumed public, unless every Allow is confined to fixed principals or, by
// a condition that cannot be satisfied by leaving the key out, to fixed values of a key that identifies the sender.

extension PolicyDocument {
    package var isPublic: Bool {
        statements.contains { $0.effect == .allow && $0.isOpenToEveryone }
    }
}

extension PolicyStatement {
    var isOpenToEveryone: Bool {
        let reachesEveryone =
            switch principals {
            case .only(let patterns): patterns.contains(.everyone)
            case .allBut: true
            }
        return reachesEveryone && !conditions.contains(where: \.confinesSender)
    }
}

extension Condition {
    /// Whether the condition limits a statement to senders known in advance.
    var confinesSender: Bool {
        guard !`operator`.isNegated, !`operator`.ifExists, `operator`.quantifier != .allValues else { return false }
        switch key {
        case .sourceIP: return confinesAddress
        case .sourceARN, .sourceAccount, .principalARN, .principalAccount, .userID, .serverSideEncryptionKMSKeyID: return isFixed
        default: return false
        }
    }

    private var isFixed: Bool {
        switch operand {
        case .patterns(let patterns, _): patterns.allSatisfy { !$0.hasWildcards && !$0.hasVariables }
        case .arns(let arns): arns.allSatisfy(\.isFixed)
        case .binaries: true
        case .numbers, .dates, .bools, .blocks, .absence: false
        }
    }

    /// Blocks wider than /8 (IPv4) or /32 (IPv6) confine nobody.
    private var confinesAddress: Bool {
        guard case .blocks(let blocks) = operand else { return false }
        return blocks.allSatisfy { $0.prefixLength >= ($0.isIPv4 ? 8 : 32) }
    }
}
