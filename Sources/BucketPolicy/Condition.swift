// One key of one operator with its values: true or false of a request.
//
// A missing key makes a plain operator false, a negated one true, IfExists and ForAllValues true, ForAnyValue false.
// Several request values without a quantifier count as "any" (negated: "none"). Values of a condition are alternatives;
// keys and operators of a statement must all hold.

struct Condition: Sendable, Hashable {
    let `operator`: ConditionOperator
    let key: ConditionKey
    let operand: Operand

    enum Operand: Sendable, Hashable {
        case patterns([PolicyPattern], ignoringCase: Bool)
        case numbers([Double], ConditionOperator.Comparison)
        case dates([Double], ConditionOperator.Comparison)
        case bools([Bool])
        case binaries([String])
        case blocks([CIDRBlock])
        case arns([ARNPattern])
        /// True: the key must be absent.
        case absence([Bool])
    }

    func holds(_ request: AccessRequest) -> Bool {
        let values = request.values(of: key)
        if case .absence(let wanted) = operand { return wanted.contains(values.isEmpty) }
        guard !values.isEmpty else {
            switch `operator`.quantifier {
            case .none: return `operator`.ifExists || `operator`.isNegated
            case .anyValue: return `operator`.ifExists
            case .allValues: return true
            }
        }
        let isNegated = `operator`.isNegated
        switch `operator`.quantifier {
        case .none: return values.contains { matches($0, request) } != isNegated
        case .anyValue: return values.contains { matches($0, request) != isNegated }
        case .allValues: return values.allSatisfy { matches($0, request) != isNegated }
        }
    }

    /// Whether a request value equals or fits one of the operand's values, negation aside.
    private func matches(_ value: String, _ request: AccessRequest) -> Bool {
        switch operand {
        case .patterns(let patterns, let ignoringCase):
            return patterns.contains { $0.matches(value, request, ignoringCase: ignoringCase) }
        case .numbers(let numbers, let comparison):
            guard let number = PolicyNumber.value(value) else { return false }
            return numbers.contains { comparison.holds(number, $0) }
        case .dates(let dates, let comparison):
            guard let date = PolicyInstant.seconds(value) else { return false }
            return dates.contains { comparison.holds(date, $0) }
        case .bools(let bools): return bools.contains { value == ($0 ? "true" : "false") }
        case .binaries(let texts): return texts.contains(value)
        case .blocks(let blocks): return blocks.contains { $0.contains(value) }
        case .arns(let arns): return arns.contains { $0.matches(value, request) }
        case .absence: return false
        }
    }
}
