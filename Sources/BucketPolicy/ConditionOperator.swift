// The condition operators of IAM's policy language, taken apart: what is compared, whether the answer is turned round,
// and what a missing or many-valued key means.

struct ConditionOperator: Sendable, Hashable {
    enum Comparison: Sendable, Hashable { case equal, less, lessOrEqual, greater, greaterOrEqual }

    enum Base: Sendable, Hashable {
        case string(wildcards: Bool, ignoringCase: Bool)
        case numeric(Comparison)
        case date(Comparison)
        case bool
        case binary
        case address
        case arn
        case null
    }

    enum Quantifier: Sendable, Hashable { case none, anyValue, allValues }

    let base: Base
    /// `...Not...`: true when nothing of the operand matches.
    let isNegated: Bool
    /// `...IfExists`: true when the key is missing.
    let ifExists: Bool
    let quantifier: Quantifier

    /// Reads an operator by its name; nil for one that does not exist.
    init?(_ name: String) {
        var rest = name[...]
        if rest.hasPrefix("ForAnyValue:") {
            quantifier = .anyValue
            rest = rest.dropFirst("ForAnyValue:".count)
        } else if rest.hasPrefix("ForAllValues:") {
            quantifier = .allValues
            rest = rest.dropFirst("ForAllValues:".count)
        } else {
            quantifier = .none
        }
        ifExists = rest.hasSuffix("IfExists")
        if ifExists { rest = rest.dropLast("IfExists".count) }
        guard let (base, isNegated) = Self.table[String(rest)], base != .null || (!ifExists && quantifier == .none) else { return nil }
        self.base = base
        self.isNegated = isNegated
    }

    private static let table: [String: (Base, Bool)] = [
        "StringEquals": (.string(wildcards: false, ignoringCase: false), false),
        "StringNotEquals": (.string(wildcards: false, ignoringCase: false), true),
        "StringEqualsIgnoreCase": (.string(wildcards: false, ignoringCase: true), false),
        "StringNotEqualsIgnoreCase": (.string(wildcards: false, ignoringCase: true), true),
        "StringLike": (.string(wildcards: true, ignoringCase: false), false),
        "StringNotLike": (.string(wildcards: true, ignoringCase: false), true),
        "NumericEquals": (.numeric(.equal), false), "NumericNotEquals": (.numeric(.equal), true),
        "NumericLessThan": (.numeric(.less), false), "NumericLessThanEquals": (.numeric(.lessOrEqual), false),
        "NumericGreaterThan": (.numeric(.greater), false), "NumericGreaterThanEquals": (.numeric(.greaterOrEqual), false),
        "DateEquals": (.date(.equal), false), "DateNotEquals": (.date(.equal), true),
        "DateLessThan": (.date(.less), false), "DateLessThanEquals": (.date(.lessOrEqual), false),
        "DateGreaterThan": (.date(.greater), false), "DateGreaterThanEquals": (.date(.greaterOrEqual), false),
        "Bool": (.bool, false), "BinaryEquals": (.binary, false),
        "IpAddress": (.address, false), "NotIpAddress": (.address, true),
        "ArnEquals": (.arn, false), "ArnLike": (.arn, false), "ArnNotEquals": (.arn, true), "ArnNotLike": (.arn, true),
        "Null": (.null, false),
    ]

    /// Whether the operator can ever be true of a key that holds this kind of value.
    func applies(to kind: ConditionKey.Kind) -> Bool {
        switch base {
        case .null, .string: true
        case .numeric: kind == .number || kind == .date
        case .date: kind == .date
        case .bool: kind == .bool
        case .binary: kind == .string || kind == .strings
        case .address: kind == .address
        case .arn: kind == .arn || kind == .string
        }
    }
}

extension ConditionOperator.Comparison {
    func holds(_ a: Double, _ b: Double) -> Bool {
        switch self {
        case .equal: a == b
        case .less: a < b
        case .lessOrEqual: a <= b
        case .greater: a > b
        case .greaterOrEqual: a >= b
        }
    }
}
