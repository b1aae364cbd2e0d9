/// The known word a mistyped one was probably meant to be.
package enum Suggestion {
    /// The nearest candidate within a third of the word's length in edits; nil when nothing is near. Ties go to the first.
    package static func nearest(to word: String, among candidates: [String]) -> String? {
        let limit = max(1, word.count / 3)
        var best: (word: String, distance: Int)?
        for candidate in candidates where candidate != word {
            let distance = editDistance(normalised(word), normalised(candidate))
            if distance <= limit, distance < best?.distance ?? Int.max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// CamelCase and dashes are read as snake_case, so that CloudFront's API spelling leads to ours.
    private static func normalised(_ word: String) -> [Character] {
        var result: [Character] = []
        var previousIsLower = false
        for character in word {
            if character == "-" {
                result.append("_")
            } else {
                if character.isUppercase, previousIsLower { result.append("_") }
                result.append(contentsOf: character.lowercased())
            }
            previousIsLower = character.isLowercase
        }
        return result
    }

    /// Insertions, deletions, substitutions and swaps of neighbours, each counting one.
    private static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
        guard !a.isEmpty else { return b.count }
        guard !b.isEmpty else { return a.count }
        var beforePrevious: [Int] = []
        var previous = Array(0...b.count)
        for i in 1...a.count {
            var current = [i]
            for j in 1...b.count {
                let cost = a[i - 1] == b[j - 1] ? 0 : 1
                var distance = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    distance = min(distance, beforePrevious[j - 2] + 1)
                }
                current.append(distance)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[b.count]
    }
}
