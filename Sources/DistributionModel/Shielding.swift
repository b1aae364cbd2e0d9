// Origin shield (CloudFront Developer Guide, "Use Amazon CloudFront Origin Shield"): another edge between this one and an origin.
//
// CloudFront's `OriginShieldRegion` names one of its regions. Here a region is a name too, so that a distribution's lines are the
// same everywhere, and the process's own `shield` section says at which address the edge of that region listens.

package import ConfigurationReading

/// Where the edges are that others ask in the place of origins, and what edges know each other by.
package struct Shielding: Sendable, Hashable {
    package struct Region: Sendable, Hashable {
        package var name: String
        /// That edge's `listen.shield`.
        package var address: OriginDomainName

        package init(name: String, address: OriginDomainName) {
            self.name = name
            self.address = address
        }
    }

    /// A file whose lines are the secrets of a group of edges, and the place in `edge.conf` that names it.
    package struct SecretFile: Sendable, Hashable {
        package var path: String
        package var location: SourceLocation
        package var keyPath: String

        package init(path: String, location: SourceLocation, keyPath: String) {
            self.path = path
            self.location = location
            self.keyPath = keyPath
        }
    }

    /// Characters of a secret.
    package static let secretLengths = 32...1024
    /// Secrets in one file.
    package static let secretsMax = 4

    package var secretFile: SecretFile?
    /// The file's lines, once it has been read.
    package var secrets: [String] = []
    package var regions: [Region]
    /// The region whose shield this edge is: it asks the origins of that region itself.
    package var ownRegion: String?

    /// How long a shield is waited for, and left alone once it has failed. Whole seconds.
    package struct Patience: Sendable, Hashable {
        package var connection = Duration.seconds(2)
        package var response = Duration.seconds(10)
        package var rest = Duration.seconds(10)

        package init() {}
    }

    package var patience = Patience()

    package init(secretFile: SecretFile? = nil, regions: [Region] = [], ownRegion: String? = nil) {
        self.secretFile = secretFile
        self.regions = regions
        self.ownRegion = ownRegion
    }

    /// The edge to ask in an origin's place; nil where the origin is asked itself.
    package func asks(_ origin: Origin) -> Region? {
        guard let region = origin.shieldRegion, region != ownRegion else { return nil }
        return regions.first { $0.name == region }
    }

    /// The secrets in a file's text; nil when there is none, or one too short, too long or too many.
    package static func secrets(in text: String) -> [String]? {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingBlanks() }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
        guard (1...secretsMax).contains(lines.count), lines.allSatisfy({ secretLengths.contains($0.utf8.count) }) else { return nil }
        return lines
    }

    static func read(_ section: ConfigurationSection) -> Shielding {
        let file = section.text("secret_file").map {
            SecretFile(path: $0, location: section.valueLocation(of: "secret_file"), keyPath: section.path("secret_file"))
        }
        var regions: [Region] = []
        for part in section.sections("regions") {
            let name = part.text("name", resourceName)
            let address = part.text("address", OriginDomainName.init)
            part.finish()
            guard let name, let address else { continue }
            if regions.contains(where: { $0.name == name }) {
                part.report("name", found: quoted(name) + " a second time", expected: "each region once")
            } else {
                regions.append(Region(name: name, address: address))
            }
        }
        let own = section.text("own_region", resourceName)
        var shielding = Shielding(secretFile: file, regions: regions, ownRegion: own)
        if let bound = section.duration("connection_timeout") { shielding.patience.connection = bound }
        if let bound = section.duration("response_timeout") { shielding.patience.response = bound }
        if let rest = section.duration("rest") { shielding.patience.rest = rest }
        section.finish()
        return shielding
    }

    /// An own region that nothing else names would change nothing.
    func reportUnknownOwnRegion(in section: ConfigurationSection, named origins: [Origin]) {
        guard let ownRegion, !regions.contains(where: { $0.name == ownRegion }), !origins.contains(where: { $0.shieldRegion == ownRegion }) else {
            return
        }
        let names = regions.map(\.name)
        section.report(
            "own_region", found: quoted(ownRegion),
            expected: known("a region of shield.regions, or of an origin's origin_shield", names, nearest: ownRegion))
    }
}

extension Substring {
    fileprivate func trimmingBlanks() -> String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}

extension Origin {
    /// The region of an origin's shield; nil when it has none, or a mistake is reported.
    static func readShield(_ section: ConfigurationSection, _ shielding: Shielding) -> String? {
        guard let part = section.section("origin_shield") else { return nil }
        let enabled = part.boolean("enabled")
        let region = part.text("origin_shield_region")
        part.finish()
        guard enabled == true else { return nil }
        guard let region else {
            if !part.has("origin_shield_region") {
                part.reader.report(
                    at: part.location, part.path("origin_shield_region"), found: "no such key", expected: "a region where enabled is true")
            }
            return nil
        }
        let names = shielding.regions.map(\.name)
        guard names.contains(region) || region == shielding.ownRegion else {
            part.report("origin_shield_region", found: quoted(region), expected: known("a region of shield.regions", names, nearest: region))
            return nil
        }
        return region
    }
}
