// What distributions refer to by name: policies, origin access controls, origin access identities, key groups.

import ConfigurationReading

/// Values found under unique names, with the places they were found at.
struct NamedValues<Value> {
    let entries: [(name: Located<String>, value: Value)]
    private let positions: [String: Int]

    init(_ entries: [(name: Located<String>, value: Value)]) {
        self.entries = entries
        positions = Dictionary(entries.enumerated().map { ($1.name.value, $0) }, uniquingKeysWith: { first, _ in first })
    }

    var values: [Value] { entries.map(\.value) }
    var names: [String] { entries.map(\.name.value) }
    subscript(name: String) -> Value? { positions[name].map { entries[$0].value } }

    func reportDuplicates(in reader: ConfigurationReader) {
        for (position, entry) in entries.enumerated() {
            guard let first = positions[entry.name.value], first != position else { continue }
            reader.report(
                at: entry.name.location, entry.name.keyPath, found: quoted(entry.name.value) + " a second time",
                expected: "a name of its own (first given in line \(entries[first].name.location.line))")
        }
    }
}

/// Everything a distribution may name.
struct EdgeReferences {
    var cachePolicies: NamedValues<NamedCachePolicy>
    var originRequestPolicies: NamedValues<NamedOriginRequestPolicy>
    var responseHeadersPolicies: NamedValues<NamedResponseHeadersPolicy>
    var originAccessControls: NamedValues<OriginAccessControl>
    var originAccessIdentities: NamedValues<OriginAccessIdentity>
    var publicKeys: NamedValues<NamedPublicKey>
    var keyGroups: NamedValues<KeyGroup>
    /// Whether there is a key to sign requests to buckets with.
    var hasCredentials = true
    var shielding = Shielding()
    /// Whether the edge listens for HTTPS.
    var hasHTTPS = true

    func reportDuplicates(in reader: ConfigurationReader) {
        cachePolicies.reportDuplicates(in: reader)
        originRequestPolicies.reportDuplicates(in: reader)
        responseHeadersPolicies.reportDuplicates(in: reader)
        originAccessControls.reportDuplicates(in: reader)
        originAccessIdentities.reportDuplicates(in: reader)
        publicKeys.reportDuplicates(in: reader)
        keyGroups.reportDuplicates(in: reader)
    }
}

/// What a dangling reference should have been.
func known(_ what: String, _ names: [String], nearest name: String) -> String {
    if let near = Suggestion.nearest(to: name, among: names) { return "\(what) (did you mean \(near)?)" }
    return names.isEmpty ? "\(what) (there is none)" : "\(what): one of \(names.joined(separator: ", "))"
}

/// `E` followed by upper-case letters and digits.
func cloudFrontID(_ text: String) -> String? {
    guard text.hasPrefix("E"), (2...32).contains(text.utf8.count) else { return nil }
    let allowed = text.utf8.allSatisfy { byte in
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (0x30...0x39).contains(byte)
    }
    return allowed ? text : nil
}

/// Letters, digits, `-` and `_`.
func resourceName(_ text: String) -> String? {
    let allowed = text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
    return allowed && !text.isEmpty ? text : nil
}

extension OriginAccessControl {
    static func read(_ section: ConfigurationSection) -> (name: Located<String>, value: OriginAccessControl)? {
        enum Fixed: String { case sigv4, s3 }
        let name = section.text("name", resourceName)
        let behavior = section.choice("signing_behavior", as: SigningBehavior.self)
        _ = section.choice("signing_protocol", as: Fixed.self)
        _ = section.choice("origin_access_control_origin_type", as: Fixed.self)
        section.finish()
        guard let name else { return nil }
        let place = Located(name, at: section.valueLocation(of: "name"), section.path("name"))
        return (place, OriginAccessControl(name: name, signingBehavior: behavior ?? .always))
    }
}

extension OriginAccessIdentity {
    static func read(_ section: ConfigurationSection) -> (name: Located<String>, value: OriginAccessIdentity)? {
        let id = section.text("id", cloudFrontID)
        let comment = section.text("comment")
        section.finish()
        guard let id else { return nil }
        let place = Located(id, at: section.valueLocation(of: "id"), section.path("id"))
        return (place, OriginAccessIdentity(id: id, comment: comment ?? ""))
    }
}
