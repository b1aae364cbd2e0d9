// Text with wildcards and policy variables: `*` any run of characters, `?` one character, `${key}` the request's value
// of a key, `${key, 'default'}` the same with a fallback, `${*}` `${?}` `${$}` the characters themselves.
//
// Matching is the classic one-star backtrack over bytes, at worst pattern times text; there are no regular expressions.
// `?` stands for one Unicode scalar. A variable's value is literal: wildcards in it match themselves.

struct PolicyPattern: Sendable, Hashable {
    enum Token: Sendable, Hashable {
        case byte(UInt8)
        case anyRun
        case anyOne
        case variable(ConditionKey, fallback: [UInt8]?)
    }

    private(set) var tokens: [Token]
    /// The whole text when it has neither wildcards nor variables.
    private let literal: String?

    var hasWildcards: Bool { tokens.contains { $0 == .anyRun || $0 == .anyOne } }

    var hasVariables: Bool {
        tokens.contains { if case .variable = $0 { true } else { false } }
    }

    /// A text in which only `*` and `?` are special.
    init(wildcards text: String) {
        self.init(tokens: text.utf8.map(Self.wildcard), text: text)
    }

    /// A text in which nothing is special.
    init(literal text: String) {
        tokens = text.utf8.map(Token.byte)
        literal = text
    }

    /// A text with variables, and with wildcards if those are special where it stands.
    ///
    /// Throws the variable that cannot be replaced: unknown, or of a key with several values.
    init(variables text: String, wildcards: Bool, keys: Set<ConditionKey>) throws(UnusableVariable) {
        let bytes = Array(text.utf8)
        var tokens: [Token] = []
        var at = 0
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "$"), at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "{") {
                guard let end = bytes[at...].firstIndex(of: UInt8(ascii: "}")) else { throw UnusableVariable(text: text) }
                tokens.append(try Self.variable(String(decoding: bytes[(at + 2)..<end], as: UTF8.self), keys))
                at = end + 1
            } else {
                tokens.append(wildcards ? Self.wildcard(bytes[at]) : .byte(bytes[at]))
                at += 1
            }
        }
        self.init(tokens: tokens, text: text)
    }

    struct UnusableVariable: Error { let text: String }

    private init(tokens: [Token], text: String) {
        self.tokens = tokens
        let isLiteral = tokens.allSatisfy { if case .byte = $0 { true } else { false } }
        literal = isLiteral && tokens.count == text.utf8.count ? text : nil
    }

    private static func wildcard(_ byte: UInt8) -> Token {
        switch byte {
        case UInt8(ascii: "*"): .anyRun
        case UInt8(ascii: "?"): .anyOne
        default: .byte(byte)
        }
    }

    private static func variable(_ text: String, _ keys: Set<ConditionKey>) throws(UnusableVariable) -> Token {
        if text == "*" || text == "?" || text == "$" { return .byte(text.utf8[text.startIndex]) }
        let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        var fallback: [UInt8]?
        if parts.count == 2 {
            let quoted = parts[1].drop { $0 == " " }
            guard quoted.utf8.count >= 2, quoted.hasPrefix("'"), quoted.hasSuffix("'") else { throw UnusableVariable(text: text) }
            fallback = Array(quoted.dropFirst().dropLast().utf8)
        }
        let key = ConditionKey(String(parts[0]))
        guard keys.contains(key.family), key.isSingleValued else { throw UnusableVariable(text: text) }
        return .variable(key, fallback: fallback)
    }
}

// MARK: - Matching

extension PolicyPattern {
    /// Whether the text matches, for a pattern without variables.
    func matches(literally text: String) -> Bool {
        if let literal { return literal.utf8.elementsEqual(text.utf8) }
        return Self.matches(tokens[...], Array(text.utf8)[...])
    }

    /// Whether the text matches once the request's values have replaced the variables; a missing value matches nothing.
    func matches(_ text: String, _ request: AccessRequest, ignoringCase: Bool = false) -> Bool {
        let text = ignoringCase ? text.lowercased() : text
        if let literal { return (ignoringCase ? literal.lowercased() : literal).utf8.elementsEqual(text.utf8) }
        guard let concrete = resolved(request, ignoringCase: ignoringCase) else { return false }
        return Self.matches(concrete[...], Array(text.utf8)[...])
    }

    /// The tokens with variables replaced, or nil if one has neither value nor fallback.
    func resolved(_ request: AccessRequest, ignoringCase: Bool = false) -> [Token]? {
        guard hasVariables || ignoringCase else { return tokens }
        var concrete: [Token] = []
        for token in tokens {
            guard case .variable(let key, let fallback) = token else {
                concrete.append(token)
                continue
            }
            guard let value = request.values(of: key).first.map({ Array($0.utf8) }) ?? fallback else { return nil }
            concrete += value.map(Token.byte)
        }
        return ignoringCase ? Self.lowercased(concrete) : concrete
    }

    /// Lower-cases each run of literal text, so that letters beyond ASCII fold as they do in the request.
    private static func lowercased(_ tokens: [Token]) -> [Token] {
        var result: [Token] = []
        var run: [UInt8] = []
        func flushed() -> [Token] { String(decoding: run, as: UTF8.self).lowercased().utf8.map(Token.byte) }
        for token in tokens {
            if case .byte(let byte) = token {
                run.append(byte)
            } else {
                result += flushed()
                run.removeAll()
                result.append(token)
            }
        }
        return result + flushed()
    }

    static func matches(_ pattern: ArraySlice<Token>, _ text: ArraySlice<UInt8>) -> Bool {
        var (p, t) = (pattern.startIndex, text.startIndex)
        var retry: (pattern: Int, text: Int)?
        while t < text.endIndex {
            if p < pattern.endIndex, pattern[p] == .anyRun {
                retry = (p + 1, t)
                p += 1
            } else if p < pattern.endIndex, pattern[p] == .byte(text[t]) {
                p += 1
                t += 1
            } else if p < pattern.endIndex, pattern[p] == .anyOne {
                p += 1
                t = afterScalar(text, t)
            } else if let last = retry {
                p = last.pattern
                t = last.text + 1
                retry = (p, t)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == .anyRun }
    }

    private static func afterScalar(_ text: ArraySlice<UInt8>, _ at: Int) -> Int {
        var next = at + 1
        while next < text.endIndex, text[next] & 0xC0 == 0x80 { next += 1 }
        return next
    }

    /// Whether some text starting with `prefix` (ASCII) could match, variables standing for anything.
    func canMatch(startingWith prefix: String) -> Bool { !states(after: prefix).isEmpty }

    /// Whether `text` (ASCII) could match, variables standing for anything.
    func canMatch(_ text: String) -> Bool { states(after: text).contains(tokens.count) }

    /// The positions in the pattern that can be reached by reading all of `text`.
    private func states(after text: String) -> Set<Int> {
        func closed(_ positions: Set<Int>) -> Set<Int> {
            var all = positions
            for position in positions {
                var next = position
                while next < tokens.count, isRun(tokens[next]) {
                    next += 1
                    all.insert(next)
                }
            }
            return all
        }
        var states = closed([0])
        for byte in text.utf8 {
            var next: Set<Int> = []
            for state in states where state < tokens.count {
                switch tokens[state] {
                case .byte(byte): next.insert(state + 1)
                case .byte: break
                case .anyRun, .variable: next.insert(state)
                case .anyOne: next.insert(state + 1)
                }
            }
            states = closed(next)
        }
        return states
    }

    private func isRun(_ token: Token) -> Bool {
        switch token {
        case .anyRun, .variable: true
        case .byte, .anyOne: false
        }
    }
}
