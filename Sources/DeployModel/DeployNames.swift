// Names that become one DNS label: `DEPLOYID--SITE` and `ALIAS--SITE`, and `SITE` alone for production.
//
// A label holds 63 bytes of letters, digits and hyphens (RFC 1035 section 2.3.1). `--` separates alias and site, so
// neither holds it. Deploy ids and aliases can't be mistaken for each other: an alias never looks like an id.

import Cryptography

/// A site's name.
package struct SiteName: Sendable, Hashable, CustomStringConvertible {
    /// Leaves `DEPLOYID--` room in a label.
    package static let bytesMax = 63 - DeployID.byteCount - 2

    package let description: String

    /// Lower-case letters, digits and single hyphens inside; 1 to 45 bytes.
    package init?(_ text: String) {
        guard (1...Self.bytesMax).contains(text.utf8.count), isPlainLabel(text.utf8), text != "xn" else { return nil }
        description = text
    }

    package static let rule = "1 to \(bytesMax) lower-case letters, digits and single hyphens, which do not start or end it"
}

/// A deploy's name: the first 16 hexadecimal digits of its manifest's SHA-256.
///
/// The same content is the same deploy. What meets an id in use compares the whole digest.
package struct DeployID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package static let byteCount = 16

    package let description: String

    package init?(_ text: some StringProtocol) {
        guard Self.hasForm(text.utf8) else { return nil }
        description = String(text)
    }

    /// The id of a manifest with that SHA-256, 64 hexadecimal digits.
    init(digest: String) { description = String(digest.prefix(Self.byteCount)) }

    static func hasForm(_ text: some Collection<UInt8>) -> Bool {
        text.count == byteCount && text.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    package static func < (a: Self, b: Self) -> Bool { a.description < b.description }
}

/// The name of an alias: `prod`, `pr-12`, a branch as a label.
package struct AliasName: Sendable, Hashable, Comparable, CustomStringConvertible {
    package static let production = AliasName(unchecked: "prod")
    /// Digits of a hash that keep two branches apart whose labels would be equal.
    static let hashDigits = 6

    package let description: String

    private init(unchecked text: String) { description = text }

    /// A name that is a label already and fits with the site into one.
    package init?(_ text: String, of site: SiteName) {
        guard (1...Self.bytesMax(of: site)).contains(text.utf8.count), isPlainLabel(text.utf8), text != "xn",
            !DeployID.hasForm(text.utf8)
        else { return nil }
        description = text
    }

    /// The alias of a pull or merge request.
    package static func pullRequest(_ number: Int, of site: SiteName) -> AliasName? { AliasName("pr-\(number)", of: site) }

    /// A label for any text, such as a branch; nil when the text is empty.
    ///
    /// A text that is a label stays as it is. Every other one loses what it can't keep and gets six digits of its
    /// SHA-256, so that `feature/a` and `feature-a` don't meet.
    package static func label(_ text: String, of site: SiteName) -> AliasName? {
        guard !text.isEmpty else { return nil }
        if let name = AliasName(text, of: site) { return name }
        let hash = String(Hex.encode(DigestAlgorithm.sha256.digest(of: text)).prefix(hashDigits))
        var label: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x61...0x7A: label.append(byte)
            case 0x41...0x5A: label.append(byte | 0x20)
            default: if label.last != UInt8(ascii: "-"), !label.isEmpty { label.append(UInt8(ascii: "-")) }
            }
        }
        label = Array(label.prefix(bytesMax(of: site) - hashDigits - 1))
        while label.last == UInt8(ascii: "-") { label.removeLast() }
        let start = label.isEmpty ? "branch" : String(decoding: label, as: UTF8.self)
        return AliasName("\(start)-\(hash)", of: site)
    }

    package static func bytesMax(of site: SiteName) -> Int { 63 - 2 - site.description.utf8.count }

    package var isProduction: Bool { self == Self.production }

    package static func < (a: Self, b: Self) -> Bool { a.description < b.description }

    package static func rule(of site: SiteName) -> String {
        "1 to \(bytesMax(of: site)) lower-case letters, digits and single hyphens, and not \(DeployID.byteCount) hexadecimal digits"
    }
}

/// What the first label of a host asks for.
package enum DeployAddress: Sendable, Hashable {
    case production(SiteName)
    case alias(AliasName, SiteName)
    case deploy(DeployID, SiteName)

    /// Reads a label in any case: `site`, `alias--site`, `0123456789abcdef--site`.
    package init?(label: String) {
        let label = String(decoding: label.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
        let bytes = Array(label.utf8)
        let hyphen = UInt8(ascii: "-")
        guard let at = bytes.indices.dropLast().first(where: { bytes[$0] == hyphen && bytes[$0 + 1] == hyphen }) else {
            guard let site = SiteName(label) else { return nil }
            self = .production(site)
            return
        }
        let name = String(decoding: bytes[..<at], as: UTF8.self)
        guard let site = SiteName(String(decoding: bytes[(at + 2)...], as: UTF8.self)) else { return nil }
        if let id = DeployID(name) {
            self = .deploy(id, site)
        } else if let alias = AliasName(name, of: site) {
            self = alias.isProduction ? .production(site) : .alias(alias, site)
        } else {
            return nil
        }
    }

    package var label: String {
        switch self {
        case .production(let site): site.description
        case .alias(let alias, let site): alias.isProduction ? site.description : "\(alias)--\(site)"
        case .deploy(let id, let site): "\(id)--\(site)"
        }
    }
}

private func isPlainLabel(_ text: String.UTF8View) -> Bool {
    let hyphen = UInt8(ascii: "-")
    guard text.first != hyphen, text.last != hyphen else { return false }
    var previous: UInt8 = 0
    for byte in text {
        guard (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == hyphen else { return false }
        if byte == hyphen, previous == hyphen { return false }
        previous = byte
    }
    return true
}
