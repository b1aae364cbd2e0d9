// What GitHub Actions and GitLab CI say of themselves in their variables. Nothing here is trusted: a pull request's author
// chooses the name of a branch.

/// The CI job that a deploy runs in.
package struct CIEnvironment: Sendable, Hashable {
    package enum Provider: String, Sendable, Hashable {
        case github, gitlab
    }

    package var provider: Provider?
    package var facts = Creator()
    /// The number of the pull or merge request.
    package var pullRequest: Int?

    /// From the variables of a process.
    package init(_ variables: [String: String]) {
        func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
        if variables["GITHUB_ACTIONS"] == "true" {
            provider = .github
            let reference = value("GITHUB_REF")?.split(separator: "/").map(String.init) ?? []
            if reference.count == 4, reference[0] == "refs", reference[1] == "pull" { pullRequest = Int(reference[2]) }
            facts.actor = value("GITHUB_ACTOR")
            facts.repository = value("GITHUB_REPOSITORY")
            facts.branch = value("GITHUB_HEAD_REF") ?? value("GITHUB_REF_NAME")
            facts.commit = value("GITHUB_SHA")
            if let server = value("GITHUB_SERVER_URL"), let repository = facts.repository, let run = value("GITHUB_RUN_ID") {
                facts.runURL = "\(server)/\(repository)/actions/runs/\(run)"
            }
        } else if variables["GITLAB_CI"] == "true" {
            provider = .gitlab
            pullRequest = value("CI_MERGE_REQUEST_IID").flatMap { Int($0) }
            facts.actor = value("GITLAB_USER_LOGIN")
            facts.repository = value("CI_PROJECT_PATH")
            facts.branch = value("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME") ?? value("CI_COMMIT_REF_NAME")
            facts.commit = value("CI_COMMIT_SHA")
            facts.runURL = value("CI_JOB_URL") ?? value("CI_PIPELINE_URL")
        }
        facts.provider = provider?.rawValue
        facts.pullRequest = pullRequest.map(String.init)
    }

    /// The alias that `--alias auto` means: the pull request's, else the branch's; nil outside of CI.
    package func alias(of site: SiteName) -> AliasName? {
        if let pullRequest { return .pullRequest(pullRequest, of: site) }
        return facts.branch.flatMap { .label($0, of: site) }
    }
}
