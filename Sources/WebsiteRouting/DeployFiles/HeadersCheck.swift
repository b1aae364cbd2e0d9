// `_headers`: a path, and below it, indented, `Name: value` lines to add or `! Name` lines to take away; several blocks may
// match one path and are merged. What a response's framing or the edge itself decides can't be set.

import ConfigurationReading
import DeployModel
import HTTPSemantics

/// Checks one file.
struct HeadersCheck {
    static let rulesMax = 100
    static let lineCharactersMax = 2_000
    /// Fields that describe the message on the wire or that the edge writes.
    static let reserved: Set<String> = [
        "connection", "content-encoding", "content-length", "content-range", "date", "keep-alive", "server", "trailer",
        "transfer-encoding", "upgrade", "via", "x-cache",
    ]

    var report: Report
    private(set) var rules: [(line: Int, rule: HeaderRule)] = []
    private var block: (line: Int, path: Substring, fields: Int, rule: HeaderRule?)?
    private var paths = 0

    init(report: Report) { self.report = report }

    mutating func read(_ line: Line) {
        guard line.text.count <= Self.lineCharactersMax else {
            report.add(line: line.number, "", found: "\(line.text.count) characters", expected: "at most \(Self.lineCharactersMax)")
            return
        }
        if line.isIndented { readField(line) } else { readPath(line) }
    }

    /// Looks at the last block, which has no successor to end it.
    mutating func finish() {
        if let block, let rule = block.rule, block.fields > 0 { rules.append((block.line, rule)) }
        defer { block = nil }
        guard let block, block.fields == 0 else { return }
        report.add(
            .warning, line: block.line, "", found: "\"\(block.path)\" without header lines", expected: "indented lines below it")
    }

    private mutating func readPath(_ line: Line) {
        finish()
        let words = line.words
        var rule: HeaderRule?
        var expected = "a path alone; header lines are indented"
        if words.count == 1 {
            do throws(PathPatternError) {
                rule = HeaderRule(path: try PathPattern(words[0].text), set: [])
            } catch {
                expected = error.expected
            }
        }
        if rule == nil { report.add(line: line.number, "path", found: "\"\(line.text)\"", expected: expected) }
        block = (line.number, line.text, 0, rule)
        paths += 1
        if paths == Self.rulesMax + 1 {
            report.add(line: line.number, "", found: "one more path", expected: "at most \(Self.rulesMax)")
        }
    }

    private mutating func readField(_ line: Line) {
        let column = line.words[0].column
        guard block != nil else {
            report.add(line: line.number, column: column, "", found: "a header line", expected: "a path before it, not indented")
            return
        }
        block?.fields += 1
        let text = line.text.drop { $0 == " " || $0 == "\t" }
        let removes = text.first == "!"
        let name: Substring
        var value: Substring = ""
        if removes {
            name = text.dropFirst().drop { $0 == " " }
        } else {
            guard let colon = text.firstIndex(of: ":") else {
                report.add(line: line.number, column: column, "", found: "\"\(text)\"", expected: "Name: value, or ! Name")
                return
            }
            name = text[..<colon]
            value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            if value.isEmpty || !value.utf8.allSatisfy(FieldSyntax.isFieldValueByte) {
                report.add(line: line.number, column: column, String(name), found: "\"\(value)\"", expected: "a header value")
            }
        }
        if !FieldSyntax.isToken(name.utf8) {
            report.add(line: line.number, column: column, "", found: "\"\(name)\"", expected: "a header name")
        } else if Self.reserved.contains(name.lowercased()) || name.lowercased().hasPrefix("x-amz-cf-") {
            report.add(
                line: line.number, column: column, String(name), found: removes ? "a removal" : "a value",
                expected: "nothing, as the edge decides this field itself")
        } else if removes {
            block?.rule?.remove.append(String(name))
        } else {
            while let last = value.last, last == " " || last == "\t" { value = value.dropLast() }
            block?.rule?.set.append(.init(String(name), String(value)))
        }
    }
}
