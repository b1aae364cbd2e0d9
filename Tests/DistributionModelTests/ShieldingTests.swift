import ConfigurationReading
import DistributionModel
import Testing

private func read(_ shield: String, _ origin: String, listen: String = "") -> Result<EdgeConfiguration, ConfigurationErrors> {
    let yaml = """
        listen: {\(listen)}
        shield: {\(shield)}
        distributions:
          - id: EONE
            origins: [{id: web, domain_name: a, custom_origin_config: {}\(origin)}]
            default_cache_behavior: {target_origin_id: web}
        """
    return Result { () throws(ConfigurationErrors) in try EdgeConfiguration.read(yaml: yaml, file: "edge.conf").value }
}

@Suite struct ShieldingTests {
    @Test(arguments: [
        ("regions: [{name: near, address: \"a:1\"}], secret_file: s", "near", "a:1"),
        ("regions: [{name: near, address: \"a:1\"}], secret_file: s, own_region: near", "near", nil),
        ("own_region: near", "near", nil),
        ("regions: [{name: near, address: \"a:1\"}, {name: far, address: \"b\"}], secret_file: s, own_region: near", "far", "b"),
    ] as [(String, String, String?)])
    func `an origin's shield is the edge of its region, and the origin itself in that edge`(shield: String, region: String, address: String?) throws {
        let configuration = try read(shield, ", origin_shield: {enabled: true, origin_shield_region: \(region)}").get()
        let origin = configuration.distributions[0].origins[0]
        #expect(origin.shieldRegion == region)
        #expect(configuration.shielding.asks(origin)?.address.description == address)
    }

    @Test func `a shield that isn't enabled is none`() throws {
        let configuration = try read("", ", origin_shield: {enabled: false, origin_shield_region: anywhere}").get()
        #expect(configuration.distributions[0].origins[0].shieldRegion == nil)
    }

    typealias Row = (shield: String, origin: String, listen: String, expected: String)

    @Test(arguments: [
        ("", ", origin_shield: {}", "", "edge.conf:5:82: error: distributions[0].origins[0].origin_shield.enabled: found no such key, expected true or false"),
        ("", ", origin_shield: {enabled: true}", "", "edge.conf:5:82: error: distributions[0].origins[0].origin_shield.origin_shield_region: found no such key, expected a region where enabled is true"),
        (
            "regions: [{name: near, address: a}], secret_file: s", ", origin_shield: {enabled: true, origin_shield_region: neer}", "",
            "edge.conf:5:120: error: distributions[0].origins[0].origin_shield.origin_shield_region: found \"neer\", expected a region of shield.regions (did you mean near?)"
        ),
        (
            "regions: [{name: near, address: a}]", ", origin_shield: {enabled: true, origin_shield_region: near}", "",
            "edge.conf:2:1: error: shield.secret_file: found no such key, expected a file with the secret that edges share, as origins have an origin shield"
        ),
        ("", "", "shield: \"127.0.0.1:9\"", "edge.conf:2:1: error: shield.secret_file: found no such key, expected a file with the secret that edges share, as listen.shield is on"),
        ("secret_file: s", "", "shield: \"127.0.0.1:8080\"", "edge.conf:1:1: error: listen.shield: found 127.0.0.1:8080, expected an address other than listen.http"),
        (
            "regions: [{name: near, address: a}, {name: near, address: b}]", "", "",
            "edge.conf:2:53: error: shield.regions[1].name: found \"near\" a second time, expected each region once"
        ),
        ("own_region: nowhere", "", "", "edge.conf:2:22: error: shield.own_region: found \"nowhere\", expected a region of shield.regions, or of an origin's origin_shield (there is none)"),
        (
            "regions: [{name: near, address: a}], own_region: neer", "", "",
            "edge.conf:2:59: error: shield.own_region: found \"neer\", expected a region of shield.regions, or of an origin's origin_shield (did you mean near?)"
        ),
        ("connection_timeout: 0, response_timeout: 61, rest: 0", "", "", """
            edge.conf:2:30: error: shield.connection_timeout: found 0, expected seconds from 1 to 10, such as 10 or 10s
            edge.conf:2:51: error: shield.response_timeout: found 61, expected seconds from 1 to 60, such as 10 or 10s
            edge.conf:2:61: error: shield.rest: found 0, expected seconds from 1 to 3600, such as 10 or 10s
            """),
        ("regions: [{name: a b, address: \"http://a\"}]", "", "", """
            edge.conf:2:27: error: shield.regions[0].name: found "a b", expected 1 to 64 letters, digits, - or _
            edge.conf:2:41: error: shield.regions[0].address: found "http://a", expected a host name or address, with :port where it is not 80
            """),
    ] as [Row])
    func `a shield that can't be is refused`(row: Row) {
        guard case .failure(let errors) = read(row.shield, row.origin, listen: row.listen) else {
            Issue.record("it was read")
            return
        }
        #expect(errors.description == row.expected)
    }

    @Test func `how long a shield is waited for is read`() throws {
        let usual = try read("", "").get().shielding.patience
        #expect([usual.connection, usual.response, usual.rest] == [.seconds(2), .seconds(10), .seconds(10)])
        let own = try read("connection_timeout: 1, response_timeout: 3s, rest: 60", "").get().shielding.patience
        #expect([own.connection, own.response, own.rest] == [.seconds(1), .seconds(3), .seconds(60)])
    }

    struct SecretText: Sendable {
        var text: String
        var count: Int
        init(_ text: String, _ count: Int) { (self.text, self.count) = (text, count) }
    }

    private static func letters(_ count: Int) -> String { String(repeating: "a", count: count) }

    private static let texts: [SecretText] = [
        SecretText("", 0), SecretText(letters(31), 0), SecretText(letters(32), 1), SecretText(letters(1024), 1),
        SecretText(letters(1025), 0), SecretText("# comment\n\n  " + letters(32) + "\t\r\n" + letters(33), 2),
        SecretText(letters(32) + "\nshort", 0), SecretText(String(repeating: letters(32) + "\n", count: 4), 4),
        SecretText(String(repeating: letters(32) + "\n", count: 5), 0),
    ]

    @Test(arguments: texts)
    func `a file holds one to four secrets`(row: SecretText) {
        #expect((Shielding.secrets(in: row.text)?.count ?? 0) == row.count)
    }
}
