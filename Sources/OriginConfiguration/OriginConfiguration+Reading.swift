// `origin.conf` text -> OriginConfiguration.

package import ConfigurationReading

extension OriginConfiguration {
    /// Reads a whole file; `file` is only for messages. An empty text gives the defaults.
    ///
    /// - Throws: every error of the file with its place, and the warnings beside them.
    package static func read(yaml: String, file: String) throws(ConfigurationErrors) -> CheckedConfiguration<OriginConfiguration> {
        let root = try ConfigurationNode.parse(yaml: yaml, file: file)
        let reader = ConfigurationReader(file: file, table: OriginSettings.table)
        let configuration = read(ConfigurationSection(root, reader: reader))
        return try reader.conclude(configuration)
    }

    package static func read(_ top: ConfigurationSection) -> OriginConfiguration? {
        let listen = top.address("listen")
        let data = top.text("data")
        let region = top.text("region") { matching($0, lowerDigits, "-") }
        let account = top.text("account_id", twelveDigits)
        let hosts = top.texts("hosts", form: OriginSettings.hostForm, hostName)
        let websites = top.texts("website_hosts", form: OriginSettings.hostForm, hostName)
        for website in websites where hosts.contains(where: { $0.value == website.value }) {
            top.reader.report(
                at: website.location, website.keyPath, found: quoted(website.value), expected: "a name that is not in hosts")
        }
        let blocks = top.boolean("block_public_access")
        let users = top.sections("users").compactMap { User.read($0, defaultAccount: account) }
        let services = top.sections("services").compactMap(Service.read)
        let limits = top.section("limits").flatMap(Limits.read)
        top.finish()
        reportClashes(users, services, in: top.reader)
        guard let listen, let data, let region, let account, let blocks, let limits else { return nil }
        return OriginConfiguration(
            listen: listen, dataDirectory: data, region: region, accountID: account, hosts: hosts.map(\.value),
            websiteHosts: websites.map(\.value), blocksPublicAccess: blocks, users: users.map(\.value),
            services: services.map(\.value), limits: limits)
    }

    private static func reportClashes(
        _ users: [Located<User>], _ services: [Located<Service>], in reader: ConfigurationReader
    ) {
        func once(_ values: [Located<String>], _ what: String) {
            var seen: [String: SourceLocation] = [:]
            for value in values {
                if let first = seen[value.value] {
                    reader.report(
                        at: value.location, value.keyPath, found: quoted(value.value) + " a second time",
                        expected: "\(what) of its own (first given in line \(first.line))")
                } else {
                    seen[value.value] = value.location
                }
            }
        }
        func field<Owner>(_ owner: Located<Owner>, _ key: String, _ value: String) -> Located<String> {
            Located(value, at: owner.location, "\(owner.keyPath).\(key)")
        }
        once(users.map { field($0, "name", $0.value.name) }, "a name")
        once(
            users.map { field($0, "access_key_id", $0.value.accessKeyID) }
                + services.map { field($0, "access_key_id", $0.value.accessKeyID) }, "an access key id")
        once(
            users.compactMap { user in user.value.canonicalID.map { field(user, "canonical_id", $0) } }, "a canonical id")
    }
}

extension OriginConfiguration.User {
    static func read(_ section: ConfigurationSection, defaultAccount: String?) -> Located<OriginConfiguration.User>? {
        let name = section.text("name") { matching($0, letters, "+=,.@_-") }
        let key = section.text("access_key_id") { matching($0, letters, "_") }
        let secret = section.text("secret_access_key", secretText)
        let canonical = section.text("canonical_id") { text -> String? in
            text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) } ? text : nil
        }
        let display = section.text("display_name")
        let email = section.text("email") { text -> String? in
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && !$0.contains(" ") } ? text : nil
        }
        let account = section.text("account_id", twelveDigits) ?? defaultAccount
        let arn = section.text("arn") { text -> String? in
            text.hasPrefix("arn:aws:iam::") && text.split(separator: ":", omittingEmptySubsequences: false).count >= 6
                ? text : nil
        }
        section.finish()
        guard let name, let key, let secret, let account else { return nil }
        let user = OriginConfiguration.User(
            name: name, accessKeyID: key, secretAccessKey: secret, canonicalID: canonical, displayName: display ?? name,
            email: email, accountID: account, arn: arn ?? "arn:aws:iam::\(account):user/\(name)")
        return Located(user, at: section.location, section.keyPath)
    }
}

extension OriginConfiguration.Service {
    static func read(_ section: ConfigurationSection) -> Located<OriginConfiguration.Service>? {
        enum Name: String { case cloudFront = "cloudfront.amazonaws.com" }
        let service = section.choice("service", as: Name.self)
        let key = section.text("access_key_id") { matching($0, letters, "_") }
        let secret = section.text("secret_access_key", secretText)
        section.finish()
        guard let service, let key, let secret else { return nil }
        let value = OriginConfiguration.Service(service: service.rawValue, accessKeyID: key, secretAccessKey: secret)
        return Located(value, at: section.location, section.keyPath)
    }
}

extension OriginConfiguration.Limits {
    static func read(_ section: ConfigurationSection) -> Self? {
        let connections = section.integer("max_connections")
        let header = section.bytes("max_header_size")
        let keepAlive = section.duration("keep_alive_timeout")
        let head = section.duration("header_timeout")
        let body = section.duration("body_timeout")
        let send = section.duration("send_timeout")
        let drain = section.duration("drain_timeout")
        section.finish()
        guard let connections, let header, let keepAlive, let head, let body, let send, let drain else { return nil }
        return Self(
            connectionsMax: connections, headerBytesMax: header, keepAliveTimeout: keepAlive, headerTimeout: head,
            bodyTimeout: body, sendTimeout: send, drainTimeout: drain)
    }
}

private let lowerDigits = "abcdefghijklmnopqrstuvwxyz0123456789"
private let letters = lowerDigits + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

private func matching(_ text: String, _ alphabet: String, _ more: String) -> String? {
    text.utf8.allSatisfy { alphabet.utf8.contains($0) || more.utf8.contains($0) } ? text : nil
}

private func twelveDigits(_ text: String) -> String? { text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? text : nil }

private func secretText(_ text: String) -> String? {
    text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
}

/// Dot-separated labels of letters, digits and `-`, returned in lower case.
private func hostName(_ text: String) -> String? {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    let valid = labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.utf8.allSatisfy { letters.utf8.contains($0) || $0 == UInt8(ascii: "-") }
    }
    return valid && text.utf8.count <= 253 ? text.lowercased() : nil
}
