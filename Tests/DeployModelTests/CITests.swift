import HTTPSemantics
import JSONDocuments
import Testing

@testable import DeployModel

struct CITests {
    private let site = SiteName("hello")!

    private func report() throws -> DeployReport {
        var report = DeployReport(
            site: site, deploy: try #require(DeployID("0123456789abcdef")), digest: String(repeating: "d", count: 64),
            url: "http://0123456789abcdef--hello.localhost:8080/")
        report.alias = AliasName("pr-12", of: site)
        report.aliasURL = "http://pr-12--hello.localhost:8080/"
        (report.files, report.bytes, report.blobs, report.uploaded, report.uploadedBytes) = (12, 2_621_440, 11, 1, 1_536)
        report.expiresAt = HTTPDate(secondsSince1970: 1_700_000_000)
        report.by = Creator(commit: "3f2a9c1b0000000000")
        return report
    }

    @Test func `GitHub's variables tell pull request, branch, commit and run`() {
        let variables = [
            "GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/pull/12/merge", "GITHUB_HEAD_REF": "feature/a", "GITHUB_REF_NAME": "12/merge",
            "GITHUB_ACTOR": "alice", "GITHUB_REPOSITORY": "o/r", "GITHUB_SHA": "3f2a", "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_RUN_ID": "7",
        ]
        let ci = CIEnvironment(variables)
        #expect(ci.provider == .github)
        #expect(
            ci.facts
                == Creator(
                    provider: "github", actor: "alice", repository: "o/r", branch: "feature/a", commit: "3f2a", pullRequest: "12",
                    runURL: "https://github.example/o/r/actions/runs/7"))
        #expect(ci.alias(of: site)?.description == "pr-12")
        #expect(CIEnvironment(["GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main"]).alias(of: site)?.description == "main")
    }

    @Test func `GitLab's variables tell the same, and without CI there is nothing`() {
        let ci = CIEnvironment([
            "GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "3", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "x", "CI_COMMIT_REF_NAME": "y",
            "CI_COMMIT_SHA": "abc", "GITLAB_USER_LOGIN": "bob", "CI_JOB_URL": "https://gitlab.example/j/1",
        ])
        #expect(ci.provider == .gitlab)
        #expect(ci.facts.branch == "x")
        #expect(ci.alias(of: site)?.description == "pr-3")
        #expect(CIEnvironment([:]) == CIEnvironment(["CI": "true"]))
        #expect(CIEnvironment([:]).alias(of: site) == nil)
    }

    @Test func `facts about the maker are bounded and free of control characters`() {
        #expect(Creator.cut("a\nb\u{1B}[31m") == "ab[31m")
        #expect(Creator.cut(String(repeating: "é", count: 400)).utf8.count == DeployLimits.factBytesMax)
    }

    @Test func `outputs are lines, with a delimiter where a value has several`() throws {
        #expect(GitHubTexts.outputs([("a", "1"), ("b", "x\ny")], delimiter: "EOF7") == "a=1\nb<<EOF7\nx\ny\nEOF7\n")
        let report = try report()
        #expect(
            GitHubTexts.outputs(report.outputs, delimiter: "-") == """
                url=http://0123456789abcdef--hello.localhost:8080/
                alias-url=http://pr-12--hello.localhost:8080/
                alias=pr-12
                deploy-id=0123456789abcdef
                manifest-digest=\(String(repeating: "d", count: 64))
                previous-deploy-id=
                files=12
                files-uploaded=1
                bytes-uploaded=1536
                reused=10
                expires-at=2023-11-14T22:13:20Z

                """)
        #expect(GitLabTexts.dotenv(report.outputs).hasPrefix("SKERRY_URL=http://0123456789abcdef--hello.localhost:8080/\nSKERRY_ALIAS_URL="))
        #expect(GitLabTexts.dotenv([("a", "x\ny")]) == "")
    }

    @Test func `annotations are escaped, errors first, ten of each kind`() {
        let findings = (1...12).map { DeployReport.Finding(isError: $0 == 12, file: "a,b:c", line: $0, message: "50% of\nit") }
        let lines = GitHubTexts.annotations(findings, folder: "public")
        #expect(lines.count == 11)
        #expect(lines[0] == "::error file=public/a%2Cb%3Ac,line=12,title=skerry deploy::50%25 of%0Ait")
        #expect(lines[1] == "::warning file=public/a%2Cb%3Ac,line=1,title=skerry deploy::50%25 of%0Ait")
    }

    @Test func `a comment has its marker, a table, and text that stays text`() throws {
        var report = try report()
        report.findings = [.init(isError: false, file: "<b>", line: nil, message: "`x` | @all [y](z)")]
        #expect(
            GitHubTexts.comment(report) == """
                <!-- skerry-deploy hello -->
                **Preview of hello**

                | | |
                |---|---|
                | pr-12 | <http://pr-12--hello.localhost:8080/> |
                | this deploy | <http://0123456789abcdef--hello.localhost:8080/> |
                | content | 12 files, 2.5 MiB; 1 uploaded (1.5 KiB), 10 reused |
                | commit | 3f2a9c1b0000 |
                | until | 2023-11-14T22:13:20Z |

                - &lt;b&gt;: \\`x\\` \\| \\@all \\[y\\](z)

                """)
        report.findings = Array(repeating: .init(isError: false, file: String(repeating: "f", count: 5_000), line: 1, message: "m"), count: 100)
        #expect(GitHubTexts.comment(report).count == GitHubTexts.commentCharactersMax)
    }

    @Test func `the report is one object`() throws {
        let text = try report().json.text
        #expect(text.hasPrefix(#"{"site":"hello","deploy_id":"0123456789abcdef","manifest_digest":"dddd"#))
        #expect(text.contains(#""files_uploaded":1,"bytes_uploaded":1536,"reused":10,"expires_at":"2023-11-14T22:13:20Z""#))
    }
}
