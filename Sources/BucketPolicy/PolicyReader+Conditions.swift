// The Condition element: operators that exist, keys that are filled in, values each operator can compare.

extension PolicyReader {
    /// - Parameter actions: the actions the statement covers, in lower case.
    func conditions(_ node: JSONNode, covering actions: [String]) throws(BucketPolicyError) -> [Condition] {
        guard case .object(let blocks) = node.value else {
            throw fault("Invalid policy syntax.", "Condition must be an object, found \(node.value.kind)", at: node.offset)
        }
        var conditions: [Condition] = []
        for block in blocks {
            guard let `operator` = ConditionOperator(block.name) else {
                throw fault("Invalid Condition type : \(block.name)", "there is no such operator", at: block.nameOffset)
            }
            guard case .object(let entries) = block.node.value, !entries.isEmpty else {
                throw fault("Invalid policy syntax.", "\(block.name) must be an object of keys", at: block.node.offset)
            }
            for entry in entries { conditions.append(try condition(`operator`, block.name, entry, actions)) }
        }
        return conditions
    }

    private func condition(
        _ operator: ConditionOperator, _ name: String, _ entry: JSONMember, _ actions: [String]
    ) throws(BucketPolicyError) -> Condition {
        let key = ConditionKey(entry.name)
        guard keys.contains(key.family), let kind = key.kind, !key.name.hasSuffix("/") else {
            throw fault("Policy has an invalid condition key", "\"\(entry.name)\" is not a key requests have", at: entry.nameOffset)
        }
        guard `operator`.applies(to: kind) else {
            throw fault(
                "Policy has an invalid condition key", "\(name) never holds for the values of \(entry.name)", at: entry.nameOffset)
        }
        if let holders = key.actions, !actions.contains(where: holders.contains) {
            throw fault(
                "Conditions do not apply to combination of actions and resources in statement",
                "no action of the statement has \(entry.name)", at: entry.nameOffset)
        }
        return Condition(operator: `operator`, key: key, operand: try operand(`operator`, name, entry))
    }

    private func operand(
        _ operator: ConditionOperator, _ name: String, _ entry: JSONMember
    ) throws(BucketPolicyError) -> Condition.Operand {
        let values = try scalars(entry)
        switch `operator`.base {
        case .string(let wildcards, let ignoringCase):
            var patterns: [PolicyPattern] = []
            for (text, offset) in values { patterns.append(try pattern(text, wildcards: wildcards, at: offset)) }
            return .patterns(patterns, ignoringCase: ignoringCase)
        case .arn:
            var arns: [ARNPattern] = []
            for (text, offset) in values { arns.append(try arn(text, name, at: offset)) }
            return .arns(arns)
        case .numeric(let comparison): return .numbers(try each(values, name, "a number", PolicyNumber.value), comparison)
        case .date(let comparison):
            return .dates(try each(values, name, "an ISO 8601 date or seconds since 1970", PolicyInstant.seconds), comparison)
        case .bool: return .bools(try each(values, name, "true or false", Self.bool))
        case .null: return .absence(try each(values, name, "true or false", Self.bool))
        case .address: return .blocks(try each(values, name, "an IP address or CIDR block", CIDRBlock.init))
        case .binary: return .binaries(try each(values, name, "base 64", Self.base64))
        }
    }

    private func arn(_ text: String, _ name: String, at offset: Int) throws(BucketPolicyError) -> ARNPattern {
        let arn: ARNPattern?
        do throws(PolicyPattern.UnusableVariable) {
            arn = try ARNPattern(text, keys: version == .v2012 ? keys : nil)
        } catch { throw unusable(error, at: offset) }
        guard let arn else { throw invalid(text, name, "an ARN of six parts", at: offset) }
        return arn
    }

    private func each<Value>(
        _ values: [(String, offset: Int)], _ name: String, _ expected: String, _ parse: (String) -> Value?
    ) throws(BucketPolicyError) -> [Value] {
        var parsed: [Value] = []
        for (text, offset) in values {
            guard let value = parse(text) else { throw invalid(text, name, expected, at: offset) }
            parsed.append(value)
        }
        return parsed
    }

    private func invalid(_ text: String, _ name: String, _ expected: String, at offset: Int) -> BucketPolicyError {
        fault("Policy has an invalid condition value", "\(name) compares with \(expected), found \"\(text)\"", at: offset)
    }

    private static func bool(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true": true
        case "false": false
        default: nil
        }
    }

    /// Canonical base 64 compares as text: one spelling, one value.
    private static func base64(_ text: String) -> String? {
        let digits = text.utf8.prefix { $0 != UInt8(ascii: "=") }
        let padding = text.utf8.count - digits.count
        let isAlphabet = digits.allSatisfy { byte in
            let character = Character(Unicode.Scalar(byte))
            return byte < 0x80 && (character.isLetter || character.isNumber || character == "+" || character == "/")
        }
        let isPadding = padding <= 2 && text.utf8.dropFirst(digits.count).allSatisfy { $0 == UInt8(ascii: "=") }
        return text.utf8.count.isMultiple(of: 4) && isAlphabet && isPadding ? text : nil
    }

    /// The values of a key: a string, number or boolean, or an array of at least one of those.
    private func scalars(_ entry: JSONMember) throws(BucketPolicyError) -> [(String, offset: Int)] {
        let nodes = if case .array(let elements) = entry.node.value { elements } else { [entry.node] }
        guard !nodes.isEmpty else {
            throw fault("Invalid policy syntax.", "\(entry.name) has an empty list of values", at: entry.node.offset)
        }
        var values: [(String, offset: Int)] = []
        for node in nodes {
            switch node.value {
            case .string(let text), .number(let text): values.append((text, node.offset))
            case .bool(let value): values.append((value ? "true" : "false", node.offset))
            case .object, .array, .null:
                throw fault("Invalid policy syntax.", "a condition value cannot be \(node.value.kind)", at: node.offset)
            }
        }
        return values
    }
}
