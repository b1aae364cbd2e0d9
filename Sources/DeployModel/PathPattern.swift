// The source of a rule: literal segments, `:placeholder` segments, and one `*` as the last character.

/// A path pattern of `_redirects` and `_headers`.
package struct PathPattern: Sendable, Hashable, CustomStringConvertible {
    private enum Segment: Sendable, Hashable {
        case literal(Substring)
        case placeholder(Substring)
    }

    package let description: String
    private let segments: [Segment]
    /// Characters of the last segment before `*`; nil without `*`.
    private let splatPrefix: Substring?

    /// What the pattern's variable parts stood for.
    package struct Match: Sendable, Hashable {
        package var placeholders: [String: String] = [:]
        package var splat: String?
    }

    package let placeholders: Set<String>
    package var hasSplat: Bool { splatPrefix != nil }
    package var isDynamic: Bool { hasSplat || !placeholders.isEmpty }

    /// Throws what should stand there instead.
    package init(_ text: some StringProtocol) throws(PathPatternError) {
        let text = String(text)
        guard text.first == "/", !text.contains(where: { $0 == "?" || $0 == "#" }) else {
            throw PathPatternError("a path that starts with / and has no query")
        }
        var parts = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        if let star = text.firstIndex(of: "*") {
            guard text.index(after: star) == text.endIndex else { throw PathPatternError("* only once and as the last character") }
            splatPrefix = parts.removeLast().dropLast()
        } else {
            splatPrefix = nil
        }
        var names: Set<String> = []
        var segments: [Segment] = []
        for part in parts + (splatPrefix.map { [$0] } ?? []) where part.first == ":" {
            let name = part.dropFirst()
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isNameByte), name != "splat", names.insert(String(name)).inserted else {
                throw PathPatternError("placeholders such as :name, each once, other than :splat")
            }
        }
        for part in parts { segments.append(part.first == ":" ? .placeholder(part.dropFirst()) : .literal(part)) }
        // A placeholder and a splat in one segment have no boundary between them.
        if splatPrefix?.first == ":" { throw PathPatternError("a / between a placeholder and *") }
        self.segments = segments
        placeholders = names
        description = text
    }

    /// Letters, digits and `_` of a placeholder's name.
    package static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
    }

    /// Compares with a decoded path that starts with `/`; a slash at its end makes no difference, and `/a/*` fits `/a` too.
    package func match(_ path: some StringProtocol) -> Match? {
        guard path.first == "/" else { return nil }
        var parts = String(path).dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        var result = Match()
        guard let splatPrefix else {
            if parts.last == "", parts.count > 1 { parts.removeLast() }
            var own = segments
            if own.last == .literal(""), own.count > 1 { own.removeLast() }
            guard parts.count == own.count, Self.match(own, parts[...], &result) else { return nil }
            return result
        }
        if parts.count == segments.count, splatPrefix.isEmpty {
            // `/a/*` on `/a`.
            guard Self.match(segments, parts[...], &result) else { return nil }
            result.splat = ""
            return result
        }
        guard parts.count > segments.count, Self.match(segments, parts[..<segments.count], &result) else { return nil }
        let rest = parts[segments.count...].joined(separator: "/")
        guard rest.hasPrefix(splatPrefix) else { return nil }
        result.splat = String(rest.dropFirst(splatPrefix.count))
        return result
    }

    private static func match(_ segments: [Segment], _ parts: ArraySlice<Substring>, _ result: inout Match) -> Bool {
        for (segment, part) in zip(segments, parts) {
            switch segment {
            case .literal(let text): if text != part { return false }
            case .placeholder(let name):
                if part.isEmpty { return false }
                result.placeholders[String(name)] = String(part)
            }
        }
        return true
    }
}

/// What should stand in the place of a pattern that is none.
package struct PathPatternError: Error, Sendable, Hashable {
    package var expected: String

    package init(_ expected: String) { self.expected = expected }
}
