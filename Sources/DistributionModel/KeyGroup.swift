// Who may sign for restricted content: public keys, and groups of them that behaviours trust.
//
// A key may stand in the file itself or in a PEM file beside it; reading that file is not this target's business, so
// `Source.file` is resolved by whoever loads the configuration. Left out: CloudFront's older trusted signers.

import ConfigurationReading
import Cryptography

/// A public key by the id that signatures carry as `Key-Pair-Id`.
package struct NamedPublicKey: Sendable, Hashable {
    package var id: String
    package var comment: String
    package var source: Source

    package enum Source: Sendable, Hashable {
        /// A path as it stands in the file, or made absolute from it.
        case file(String)
        /// The key itself, in PEM.
        case encodedKey(String)
    }

    package init(id: String, comment: String = "", source: Source) {
        self.id = id
        self.comment = comment
        self.source = source
    }
}

/// Public keys under one name; a signature by any of them is as good as by another.
package struct KeyGroup: Sendable, Hashable {
    package var name: String
    package var comment: String
    /// Ids of public keys.
    package var publicKeys: [String]

    /// Keys in one group: CloudFront's quota.
    package static let publicKeysMax = 5
    /// Groups one behaviour may trust: CloudFront's quota.
    package static let groupsMax = 4

    package init(name: String, comment: String = "", publicKeys: [String]) {
        self.name = name
        self.comment = comment
        self.publicKeys = publicKeys
    }
}

extension NamedPublicKey {
    static func read(_ section: ConfigurationSection) -> (name: Located<String>, value: NamedPublicKey)? {
        let id = section.text("id", resourceName)
        let comment = section.text("comment")
        let file = section.text("key_file")
        let encoded = section.text("encoded_key")
        if let encoded {
            do throws(KeyError) {
                _ = try PublicKey(pem: encoded)
            } catch {
                section.report("encoded_key", found: error.description, expected: "an RSA key of 2048 bits or more, or a P-256 key")
            }
        }
        if section.has("key_file") == section.has("encoded_key") {
            section.reader.report(
                at: section.location, section.keyPath,
                found: section.has("key_file") ? "both key_file and encoded_key" : "neither key_file nor encoded_key",
                expected: "one of them")
        }
        section.finish()
        guard let id else { return nil }
        let place = Located(id, at: section.valueLocation(of: "id"), section.path("id"))
        let source = encoded.map { Source.encodedKey($0) } ?? .file(file ?? "")
        return (place, NamedPublicKey(id: id, comment: comment ?? "", source: source))
    }
}

extension KeyGroup {
    static func read(_ section: ConfigurationSection, publicKeys: [String]) -> (name: Located<String>, value: KeyGroup)? {
        let name = section.text("name", resourceName)
        let comment = section.text("comment")
        let keys = section.references("public_keys", to: "the id of a public key", among: publicKeys)
        section.finish()
        guard let name else { return nil }
        let place = Located(name, at: section.valueLocation(of: "name"), section.path("name"))
        return (place, KeyGroup(name: name, comment: comment ?? "", publicKeys: keys))
    }
}

extension ConfigurationSection {
    /// A list of names that must exist. An empty list is a mistake: one who restricts access does not mean to let nobody in.
    func references(_ key: String, to what: String, among names: [String]) -> [String] {
        if isEmptyList(key) { report(key, found: "an empty list", expected: "at least one, \(what)") }
        let found: [Located<String>] = texts(key, form: what) { $0.isEmpty ? nil : $0 }
        for item in found where !names.contains(item.value) {
            reader.report(
                at: item.location, item.keyPath, found: quoted(item.value), expected: known(what, names, nearest: item.value))
        }
        return found.map(\.value)
    }
}
