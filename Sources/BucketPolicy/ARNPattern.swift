// ARNs in ArnEquals and ArnLike (the two behave alike): six parts separated by colons, each matched on its own, so that
// a `*` never crosses a colon but in the last part.

struct ARNPattern: Sendable, Hashable {
    private let parts: [PolicyPattern]

    static let partCount = 6

    /// Nil unless there are six parts (variables aside) that start with `arn`, or the text is `*`.
    init?(_ text: String, keys: Set<ConditionKey>?) throws(PolicyPattern.UnusableVariable) {
        if text == "*" {
            parts = [PolicyPattern](repeating: PolicyPattern(wildcards: "*"), count: Self.partCount)
            return
        }
        let texts = Self.split(text)
        guard texts.count == Self.partCount, texts[0] == "arn" else { return nil }
        var parts: [PolicyPattern] = []
        for text in texts {
            guard let keys else {
                parts.append(PolicyPattern(wildcards: text))
                continue
            }
            parts.append(try PolicyPattern(variables: text, wildcards: true, keys: keys))
        }
        self.parts = parts
    }

    var isFixed: Bool { parts.allSatisfy { !$0.hasWildcards && !$0.hasVariables } }

    func matches(_ text: String, _ request: AccessRequest) -> Bool {
        let texts = Self.split(text)
        guard texts.count == Self.partCount, texts[0] == "arn" else { return false }
        return zip(parts, texts).allSatisfy { $0.matches($1, request) }
    }

    /// Splits at the first five colons outside `${...}`.
    private static func split(_ text: String) -> [String] {
        var parts = [""]
        var isVariable = false
        for character in text {
            if character == "{", parts[parts.count - 1].hasSuffix("$") { isVariable = true }
            if character == "}" { isVariable = false }
            if character == ":", !isVariable, parts.count < partCount {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts
    }
}
