// The AWS shared credentials file: `[profile]` sections of `name = value` lines.
//
// Read as the AWS tools read it: `#` and `;` start comment lines, names compare without case, a later value of one name
// replaces an earlier one, indented lines belong to a nested value and are passed over. `[profile NAME]`, the
// form of the config file, is accepted too. Left out: credential processes, SSO and roles.

/// The key pairs of a credentials file, by profile.
package struct SharedCredentialsFile: Sendable, Hashable {
    /// Largest file, in bytes.
    package static let bytesMax = 1 << 20

    /// One profile's long-lived or temporary key pair.
    package struct KeyPair: Sendable, Hashable {
        package var accessKeyID: String
        package var secretAccessKey: String
        package var sessionToken: String?

        package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
            self.accessKeyID = accessKeyID
            self.secretAccessKey = secretAccessKey
            self.sessionToken = sessionToken
        }
    }

    private struct Profile: Sendable, Hashable {
        var line: Int
        var values: [String: String] = [:]
    }

    private let file: String
    private var profiles: [String: Profile] = [:]

    /// Reads a whole file; `file` is only for messages.
    package init(_ text: String, file: String) throws(CredentialsFileError) {
        self.file = file
        guard text.utf8.count <= Self.bytesMax else {
            throw CredentialsFileError(file: file, line: 1, message: "more than \(Self.bytesMax) bytes")
        }
        var current: String?
        // `\r\n` is one Character and a newline, so files from Windows read the same.
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let content = trim(line)
            if content.isEmpty || content.hasPrefix("#") || content.hasPrefix(";") { continue }
            if content.hasPrefix("[") {
                current = try header(content, line: index + 1)
                continue
            }
            guard line.first?.isWhitespace != true else { continue }
            guard let name = current else {
                throw CredentialsFileError(file: file, line: index + 1, message: "expected a [profile] line before any setting")
            }
            guard let equals = content.firstIndex(of: "=") else {
                throw CredentialsFileError(file: file, line: index + 1, message: "expected name = value")
            }
            let key = trim(content[..<equals]).lowercased()
            guard !key.isEmpty else {
                throw CredentialsFileError(file: file, line: index + 1, message: "expected a name before =")
            }
            profiles[name]?.values[key] = String(trim(content[content.index(after: equals)...]))
        }
    }

    package var profileNames: [String] { profiles.keys.sorted() }

    /// The key pair of a profile.
    package func keyPair(profile name: String) throws(CredentialsFileError) -> KeyPair {
        guard let profile = profiles[name] else {
            let known = profileNames.isEmpty ? "it has none" : "it has \(profileNames.joined(separator: ", "))"
            throw CredentialsFileError(file: file, line: nil, message: "no profile [\(name)]; \(known)")
        }
        func value(_ key: String) throws(CredentialsFileError) -> String {
            guard let value = profile.values[key], !value.isEmpty else {
                throw CredentialsFileError(file: file, line: profile.line, message: "profile [\(name)] has no \(key)")
            }
            return value
        }
        let token = profile.values["aws_session_token"].flatMap { $0.isEmpty ? nil : $0 }
        return KeyPair(
            accessKeyID: try value("aws_access_key_id"), secretAccessKey: try value("aws_secret_access_key"), sessionToken: token)
    }

    private mutating func header(_ content: Substring, line: Int) throws(CredentialsFileError) -> String {
        guard let end = content.firstIndex(of: "]") else {
            throw CredentialsFileError(file: file, line: line, message: "expected ] at the end of the profile's name")
        }
        let rest = trim(content[content.index(after: end)...])
        guard rest.isEmpty || rest.hasPrefix("#") || rest.hasPrefix(";") else {
            throw CredentialsFileError(file: file, line: line, message: "expected nothing after ]")
        }
        var name = trim(content[content.index(after: content.startIndex)..<end])
        if name.hasPrefix("profile ") { name = trim(name.dropFirst("profile ".count)) }
        guard !name.isEmpty else {
            throw CredentialsFileError(file: file, line: line, message: "expected a name between [ and ]")
        }
        if profiles[String(name)] == nil { profiles[String(name)] = Profile(line: line) }
        return String(name)
    }
}

/// What is wrong with a credentials file. Never holds a secret.
package struct CredentialsFileError: Error, Sendable, Hashable, CustomStringConvertible {
    package var file: String
    package var line: Int?
    package var message: String

    package init(file: String, line: Int?, message: String) {
        self.file = file
        self.line = line
        self.message = message
    }

    package var description: String { line.map { "\(file):\($0): \(message)" } ?? "\(file): \(message)" }
}

private func trim(_ text: Substring) -> Substring {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return text
}
