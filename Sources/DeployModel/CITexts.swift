// The files and lines by which a job tells its CI what it did.

import HTTPSemantics

/// Texts for GitHub Actions.
package enum GitHubTexts {
    /// Annotations of one kind that a step shows.
    package static let annotationsMax = 10
    /// A comment's longest body, characters; GitHub takes 65,536.
    package static let commentCharactersMax = 60_000
    /// Findings that a comment or summary lists.
    static let findingsMax = 30
    /// Tells our comment from others, so that it is replaced and not repeated.
    package static func commentMarker(_ site: SiteName) -> String { "<!-- skerry-deploy \(site) -->" }

    /// What is appended to the file of `GITHUB_OUTPUT`. `delimiter` must not occur in a value.
    package static func outputs(_ values: [(name: String, value: String)], delimiter: String) -> String {
        values.map { name, value in
            value.contains(where: \.isNewline) ? "\(name)<<\(delimiter)\n\(value)\n\(delimiter)\n" : "\(name)=\(value)\n"
        }.joined()
    }

    /// Workflow commands, one a line, errors first, ten of each kind at most. `folder` is put before the files' names.
    package static func annotations(_ findings: [DeployReport.Finding], folder: String) -> [String] {
        [true, false].flatMap { isError in
            findings.filter { $0.isError == isError }.prefix(annotationsMax).map { finding in
                let file = finding.file.hasPrefix("/") || folder.isEmpty ? finding.file : folder + "/" + finding.file
                let line = finding.line.map { ",line=\($0)" } ?? ""
                return "::\(isError ? "error" : "warning") file=\(property(file))\(line),title=skerry deploy::\(data(finding.message))"
            }
        }
    }

    private static func data(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "%": "%25"
            case "\r": "%0D"
            case "\n": "%0A"
            default: String(Character(scalar))
            }
        }.joined()
    }

    private static func property(_ text: String) -> String {
        data(text).unicodeScalars.map { $0 == ":" ? "%3A" : $0 == "," ? "%2C" : String(Character($0)) }.joined()
    }

    /// Markdown for `GITHUB_STEP_SUMMARY`.
    package static func summary(_ report: DeployReport) -> String {
        "### Deployed \(cell(report.site.description))\n\n" + table(report) + findings(report)
    }

    /// Markdown for a comment on the pull request, with the marker by which the next run finds it.
    package static func comment(_ report: DeployReport) -> String {
        let text = commentMarker(report.site) + "\n**Preview of \(cell(report.site.description))**\n\n" + table(report) + findings(report)
        return String(text.prefix(commentCharactersMax))
    }

    private static func table(_ report: DeployReport) -> String {
        var rows: [(String, String)] = []
        if let url = report.aliasURL, let alias = report.alias { rows.append((alias.description, "<\(url)>")) }
        rows.append(("this deploy", "<\(report.url)>"))
        rows.append(
            ("content", "\(report.files) files, \(size(report.bytes)); \(report.uploaded) uploaded (\(size(report.uploadedBytes))), \(report.reused) reused"))
        if let commit = report.by.commit { rows.append(("commit", cell(String(commit.prefix(12))))) }
        if let end = report.expiresAt { rows.append(("until", end.iso8601)) }
        return "| | |\n|---|---|\n" + rows.map { "| \($0.0) | \($0.1) |\n" }.joined()
    }

    private static func findings(_ report: DeployReport) -> String {
        guard !report.findings.isEmpty else { return "" }
        let rest = report.findings.count - findingsMax
        return "\n" + report.findings.prefix(findingsMax).map { "- \(cell($0.file))\($0.line.map { ":\($0)" } ?? ""): \(cell($0.message))\n" }.joined()
            + (rest > 0 ? "- and \(rest) more\n" : "")
    }

    /// Text that Markdown and HTML leave as it is.
    static func cell(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "\\", "`", "*", "_", "[", "]", "|", "~", "#", "@": "\\" + String(Character(scalar))
            case "<": "&lt;"
            case ">": "&gt;"
            case "&": "&amp;"
            default: scalar.value < 0x20 ? " " : String(Character(scalar))
            }
        }.joined()
    }

    /// `1.5 MiB`, rounded down to a tenth.
    package static func size(_ bytes: Int) -> String {
        for (unit, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)] where bytes >= 1 << shift {
            let tenths = ((bytes >> (shift - 10)) * 10) >> 10
            return "\(tenths / 10).\(tenths % 10) \(unit)"
        }
        return "\(bytes) B"
    }
}

/// Texts for GitLab CI.
package enum GitLabTexts {
    /// A dotenv report: `SKERRY_URL=...`, one a line. Values with a line break can't be said there and are left out.
    package static func dotenv(_ values: [(name: String, value: String)]) -> String {
        values.filter { !$0.value.contains(where: \.isNewline) }.map { name, value in
            "SKERRY_\(name.uppercased().split(separator: "-").joined(separator: "_"))=\(value)\n"
        }.joined()
    }
}
