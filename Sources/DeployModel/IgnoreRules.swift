// `.skerryignore`: which files of the folder are not published. The form of .gitignore: one pattern a line, `#` comments,
// `!` takes a pattern back, `/` at the end means folders only, `/` elsewhere anchors at the root, `*` and `?` stop at `/`,
// `**` does not. The last pattern that fits decides. Left out: character classes.

/// The patterns of one file.
package struct IgnoreRules: Sendable, Hashable {
    package static let fileName = ".skerryignore"
    package static let patternsMax = 1_000

    private struct Pattern: Sendable, Hashable {
        var glob: [UInt8]
        var isNegated: Bool
        var onlyFolders: Bool
    }

    private var patterns: [Pattern] = []

    package init() {}

    /// Throws the number of the first line that has a form which is not supported, or that is one too many.
    package init(_ text: String) throws(IgnoreRulesError) {
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            var line = line[...]
            while line.last == " " { line = line.dropLast() }
            guard !line.isEmpty, line.first != "#" else { continue }
            let isNegated = line.first == "!"
            if isNegated { line = line.dropFirst() }
            let onlyFolders = line.last == "/"
            if onlyFolders { line = line.dropLast() }
            guard !line.isEmpty, !line.contains("["), !line.contains("\\") else {
                throw IgnoreRulesError(line: index + 1, expected: "a pattern of names, /, *, ? and **")
            }
            let anchored = line.contains("/")
            if line.first == "/" { line = line.dropFirst() }
            patterns.append(
                Pattern(glob: Array((anchored ? "" : "**/").utf8) + Array(line.utf8), isNegated: isNegated, onlyFolders: onlyFolders))
            guard patterns.count <= Self.patternsMax else {
                throw IgnoreRulesError(line: index + 1, expected: "at most \(Self.patternsMax) patterns")
            }
        }
    }

    /// Whether a path below the root is left out by itself; a folder that is takes what is in it along.
    package func ignores(_ path: String, isFolder: Bool) -> Bool {
        let path = Array(path.utf8)
        let last = patterns.last { (isFolder || !$0.onlyFolders) && Self.matches($0.glob[...], path[...]) }
        return last.map { !$0.isNegated } ?? false
    }

    private static func matches(_ pattern: ArraySlice<UInt8>, _ path: ArraySlice<UInt8>) -> Bool {
        let (star, slash) = (UInt8(ascii: "*"), UInt8(ascii: "/"))
        guard let first = pattern.first else { return path.isEmpty }
        if first == star, pattern.dropFirst().first == star {
            let rest = pattern.dropFirst(2)
            if rest.first == slash {
                // `**/` stands for any number of whole folders.
                if matches(rest.dropFirst(), path) { return true }
                return path.indices.contains { path[$0] == slash && matches(rest.dropFirst(), path[($0 + 1)...]) }
            }
            return (path.startIndex...path.endIndex).contains { matches(rest, path[$0...]) }
        }
        if first == star {
            let end = path.firstIndex(of: slash) ?? path.endIndex
            return (path.startIndex...end).contains { matches(pattern.dropFirst(), path[$0...]) }
        }
        guard let byte = path.first, byte == first || (first == UInt8(ascii: "?") && byte != slash) else { return false }
        return matches(pattern.dropFirst(), path.dropFirst())
    }
}

/// A line that is no pattern.
package struct IgnoreRulesError: Error, Sendable, Hashable {
    package var line: Int
    package var expected: String
}
