package import DeployModel

/// Why a site could not be put into its bucket.
package enum SiteDeployError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Something about a local file or folder.
    case file(path: String, reason: String)
    /// The server said no, with S3's code and message where it gave them.
    case refused(operation: String, status: Int, code: String, message: String)
    /// No (whole) answer came, however often it was tried.
    case unreachable(operation: String, endpoint: String, reason: String)
    /// There is a server, but no TLS with it: not its certificate, or not its protocol. Trying again won't help.
    case untrusted(operation: String, endpoint: String, reason: String)
    /// Something asked for by name does not exist.
    case missing(String)
    /// What was asked for would lose or break something; says what.
    case conflict(String)
    /// A document in the bucket can't be used.
    case document(DeployDocumentError)
    case cancelled

    package var description: String {
        switch self {
        case .file(let path, let reason): "\(path) \(reason)"
        case .refused(let operation, let status, let code, let message):
            "\(operation) was refused: \(status) \(code)\(message.isEmpty ? "" : ": \(message)")"
        case .unreachable(let operation, let endpoint, let reason): "\(operation): no answer from \(endpoint): \(reason)"
        case .untrusted(let operation, let endpoint, let reason): "\(operation): \(endpoint) is not trusted: \(reason)"
        case .missing(let what): what
        case .conflict(let reason): reason
        case .document(let error): error.description
        case .cancelled: "interrupted"
        }
    }
}
