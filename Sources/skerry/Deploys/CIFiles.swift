import DeployModel
import Foundation

/// Files and lines by which a CI job learns of a deploy.
enum CIFiles {
    /// Annotations go to standard error, which GitHub's runner reads too, so that --json stays alone on standard output.
    static func annotate(_ findings: [DeployReport.Finding], _ ci: CIEnvironment, folder: String) {
        guard ci.provider == .github else { return }
        for line in GitHubTexts.annotations(findings, folder: folder) { Terminal.note(line) }
    }

    static func write(_ report: DeployReport, _ ci: CIEnvironment, comment: String?, dotenv: String?) throws(CommandFailure) {
        let variables = ProcessInfo.processInfo.environment
        if ci.provider == .github {
            if let path = variables["GITHUB_OUTPUT"], !path.isEmpty {
                try append(GitHubTexts.outputs(report.outputs, delimiter: "skerry-\(report.digest)"), to: path)
            }
            if let path = variables["GITHUB_STEP_SUMMARY"], !path.isEmpty { try append(GitHubTexts.summary(report), to: path) }
        }
        if let comment { try replace(GitHubTexts.comment(report), at: comment) }
        if let dotenv { try replace(GitLabTexts.dotenv(report.outputs), at: dotenv) }
    }

    private static func replace(_ text: String, at path: String) throws(CommandFailure) {
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw CommandFailure("the deploy is done, but \(path) cannot be written: \(error.localizedDescription)")
        }
    }

    private static func append(_ text: String, to path: String) throws(CommandFailure) {
        do {
            if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(filePath: path)) }
            let handle = try FileHandle(forWritingTo: URL(filePath: path))
            defer { try? handle.close() }
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(text.utf8))
        } catch {
            throw CommandFailure("the deploy is done, but \(path) cannot be written: \(error.localizedDescription)")
        }
    }
}
