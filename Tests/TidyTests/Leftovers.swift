/// Marks of unfinished work, and paths that exist on one machine only, in any text file.

import Foundation

/// Words that say work is left; whole words in upper case.
private let unfinished: Set<String> = ["TODO", "FIXME", "XXX", "HACK"]

/// The beginnings of paths that mean one person's machine; the folder this checkout lies in is one of them.
private let machinePaths = ["/home/", "/Users/", "/root/"] + [Repository.root.path + "/"].filter { $0.count > 5 }

/// The leftovers of `text`, each with its line number from 1.
func leftovers(in text: String) -> [(line: Int, mark: String)] {
    var found: [(line: Int, mark: String)] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        for word in line.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" })
        where unfinished.contains(String(word)) {
            found.append((index + 1, String(word)))
        }
        for path in machinePaths where contains(path, asPathStart: line) { found.append((index + 1, path)) }
    }
    return found
}

/// Whether `path` stands in `line` as the start of an absolute path: `site/home/page` and `https://host/root/` do not count.
private func contains(_ path: String, asPathStart line: Substring) -> Bool {
    var rest = line[...]
    while let start = rest.firstRange(of: path)?.lowerBound {
        let before = start > line.startIndex ? line[line.index(before: start)] : " "
        let isInsidePath = before.isLetter || before.isNumber || ".}*-_~)".contains(before)
        if !isInsidePath { return true }
        rest = rest[rest.index(after: start)...]
    }
    return false
}
