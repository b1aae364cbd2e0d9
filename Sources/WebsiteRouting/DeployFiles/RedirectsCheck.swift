// `_redirects`: `SOURCE DESTINATION [CODE[!]]` a line, the first that matches wins. The subset that Netlify and Cloudflare
// Pages share, with `!` for rules that win over an existing file; conditions on country, language or query are refused.

import ConfigurationReading
import DeployModel

/// Checks one file.
struct RedirectsCheck {
    static let staticRulesMax = 2_000
    static let dynamicRulesMax = 100
    static let lineCharactersMax = 1_000
    static let codes = RedirectRule.statuses

    var report: Report
    private(set) var rules: [(line: Int, rule: RedirectRule)] = []
    private var firstLine: [Substring: Int] = [:]
    private var catchAllLine: Int?
    private var staticRules = 0
    private var dynamicRules = 0

    init(report: Report) { self.report = report }

    mutating func read(_ line: Line) {
        guard line.text.count <= Self.lineCharactersMax else {
            report.add(line: line.number, "", found: "\(line.text.count) characters", expected: "at most \(Self.lineCharactersMax)")
            return
        }
        let words = line.words
        guard words.count == 2 || words.count == 3 else {
            report.add(
                line: line.number, column: words[0].column, "", found: words.count == 1 ? "one word" : "\(words.count) words",
                expected: "a source, a destination and perhaps a code, without conditions")
            return
        }
        let (source, destination) = (words[0], words[1])
        let code = words.count == 3 ? readCode(words[2], line.number) : 302
        let path: PathPattern
        do throws(PathPatternError) {
            path = try PathPattern(source.text)
        } catch {
            report.add(line: line.number, column: source.column, "source", found: "\"\(source.text)\"", expected: error.expected)
            return
        }
        if let code, check(destination, of: path, source: source.text, code: code, line.number) {
            let rule = RedirectRule(
                source: path, destination: String(destination.text), status: code, isForced: words.count == 3 && words[2].text.last == "!")
            rules.append((line.number, rule))
        }
        count(path, source, line.number)
    }

    private mutating func readCode(_ word: (column: Int, text: Substring), _ line: Int) -> Int? {
        let digits = word.text.last == "!" ? word.text.dropLast() : word.text
        if let code = Int(digits), Self.codes.contains(code) { return code }
        report.add(
            line: line, column: word.column, "code", found: "\"\(word.text)\"",
            expected: "one of \(Self.codes.map(String.init).joined(separator: ", ")), with ! to win over a file")
        return nil
    }

    /// Whether the destination can be used.
    private mutating func check(
        _ destination: (column: Int, text: Substring), of path: PathPattern, source: Substring, code: Int, _ line: Int
    ) -> Bool {
        let text = destination.text
        func complain(_ expected: String) -> Bool {
            report.add(line: line, column: destination.column, "destination", found: "\"\(text)\"", expected: expected)
            return false
        }
        let isURL = ["http://", "https://"].contains { text.hasPrefix($0) && text.count > $0.count }
        guard text.first == "/" || isURL else { return complain("a path that starts with /, or an http(s) URL") }
        if isURL, code == 200 || code == 404 { return complain("a path of this site, as \(code) serves a file") }
        if text == source, code != 200, code != 404 { return complain("another place than the source, or it redirects for ever") }
        let behindScheme = isURL ? text.drop { $0 != "/" }.dropFirst(2) : text
        for segment in behindScheme.split(whereSeparator: { $0 == "/" || $0 == "?" || $0 == "&" || $0 == "=" }) where segment.first == ":" {
            let name = segment.dropFirst().prefix { $0.utf8.allSatisfy(PathPattern.isNameByte) }
            if name == "splat" ? !path.hasSplat : !path.placeholders.contains(String(name)) {
                return complain(name == "splat" ? "a source that ends in * for :splat" : "a source with :\(name)")
            }
        }
        return true
    }

    private mutating func count(_ path: PathPattern, _ source: (column: Int, text: Substring), _ line: Int) {
        if let first = firstLine[source.text] ?? catchAllLine {
            report.add(
                .warning, line: line, column: source.column, "source", found: "\"\(source.text)\"",
                expected: "a source that line \(first) does not match already")
        }
        firstLine[source.text] = firstLine[source.text] ?? line
        if source.text == "/*" { catchAllLine = catchAllLine ?? line }
        if path.isDynamic { dynamicRules += 1 } else { staticRules += 1 }
        if path.isDynamic, dynamicRules == Self.dynamicRulesMax + 1 {
            report.add(line: line, "", found: "one more rule with * or placeholders", expected: "at most \(Self.dynamicRulesMax)")
        } else if !path.isDynamic, staticRules == Self.staticRulesMax + 1 {
            report.add(line: line, "", found: "one more plain rule", expected: "at most \(Self.staticRulesMax)")
        }
    }
}
