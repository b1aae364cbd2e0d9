import ConfigurationReading
import DistributionModel
import Testing

/// A P-256 key, as `encoded_key: |` gives it.
let goodKey = """
    -----BEGIN PUBLIC KEY-----
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEux2DUCSmOMFLdncAByHuXujI+PdI
    tZ5GbS6cKvB3B0+/DU3UQErA2kQXUBFi0fqMOjYcCPnwcgcnPGN+Icu7Tg==
    -----END PUBLIC KEY-----

    """

private let smallKey = """
    -----BEGIN PUBLIC KEY-----
    MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDRBywl7ryYMqsqx90SvSC5C40/
    T9K2EB+u7mVqbtuOy3GB7Clv1N2XHlBh+DurKN8+739R0yoat+ap8detwok/Gfq9
    90O8+dMBUpqCjV12+QBI0NEv4jCJae04F/0nz95dZWNQ7ZOygMW35QLKbJEDnw7b
    PmW4SvMxT/lesKpdLQIDAQAB
    -----END PUBLIC KEY-----
    """

private func problems(keys: String, groups: String = "", trusted: String? = nil) -> String {
    let yaml = """
        public_keys: \(keys)
        key_groups: \(groups)
        distributions:
          - id: EONE
            origins: [{id: web, domain_name: "localhost:9000", custom_origin_config: {}}]
            default_cache_behavior:
              target_origin_id: web
              \(trusted.map { "trusted_key_groups: \($0)" } ?? "compress: false")
        """
    do throws(ConfigurationErrors) {
        return try EdgeConfiguration.read(yaml: yaml, file: "edge.conf").warnings.map(\.description).joined(separator: "\n")
    } catch {
        return error.description
    }
}

struct KeyGroupTests {
    @Test(arguments: [
        (
            "[{id: K1, key_file: a}]", "[{name: g, public_keys: [K1, K2, k1]}]", "[g]",
            """
            edge.conf:2:42: error: key_groups[0].public_keys[1]: found "K2", expected the id of a public key (did you mean K1?)
            edge.conf:2:46: error: key_groups[0].public_keys[2]: found "k1", expected the id of a public key (did you mean K1?)
            """
        ),
        (
            "[{id: K1, key_file: a}]", "[{name: members, public_keys: [K1]}]", "[member]",
            #"edge.conf:8:28: error: distributions[0].default_cache_behavior.trusted_key_groups[0]: found "member", expected the name of a key group (did you mean members?)"#
        ),
        (
            "[{id: K1}, {id: K2, key_file: a, encoded_key: b}]", "[]", nil,
            """
            edge.conf:1:15: error: public_keys[0]: found neither key_file nor encoded_key, expected one of them
            edge.conf:1:25: error: public_keys[1]: found both key_file and encoded_key, expected one of them
            edge.conf:1:60: error: public_keys[1].encoded_key: found no PUBLIC KEY block in PEM (-----BEGIN PUBLIC KEY-----), expected an RSA key of 2048 bits or more, or a P-256 key
            """
        ),
        (
            "[{id: K1, key_file: a}, {id: K1, key_file: b}]", "[{name: g, public_keys: []}, {name: g, public_keys: [K1]}]", "[]",
            """
            edge.conf:1:43: error: public_keys[1].id: found "K1" a second time, expected a name of its own (first given in line 1)
            edge.conf:2:37: error: key_groups[0].public_keys: found an empty list, expected at least one, the id of a public key
            edge.conf:2:49: error: key_groups[1].name: found "g" a second time, expected a name of its own (first given in line 2)
            edge.conf:8:27: error: distributions[0].default_cache_behavior.trusted_key_groups: found an empty list, expected at least one, the name of a key group
            """
        ),
        (
            "[{id: a b, key_file: a}]", "[{name: g}]", nil,
            """
            edge.conf:1:20: error: public_keys[0].id: found "a b", expected 1 to 64 letters, digits, - or _
            edge.conf:2:14: error: key_groups[0].public_keys: found no such key, expected a list of at most 5, each the id of a public key
            """
        ),
    ] as [(String, String, String?, String)])
    func `a mistake about keys is named where it stands`(keys: String, groups: String, trusted: String?, expected: String) {
        #expect(problems(keys: keys, groups: groups, trusted: trusted) == expected)
    }

    @Test func `a key too small is refused in the file`() {
        let indented = smallKey.split(separator: "\n").map { "      " + $0 }.joined(separator: "\n")
        let found = problems(keys: "\n  - id: K1\n    encoded_key: |\n\(indented)\n", groups: "[]")
        #expect(
            found
                == "edge.conf:3:18: error: public_keys[0].encoded_key: found an RSA key of 1024 bits; it must have 2048 to 8192, expected an RSA key of 2048 bits or more, or a P-256 key"
        )
    }

    @Test(arguments: [(5, 4, true), (6, 4, false), (5, 5, false)])
    func `a group has at most five keys, a behaviour at most four groups`(keys: Int, groups: Int, isFine: Bool) {
        let all = (0..<keys).map { "{id: K\($0), key_file: a}" }.joined(separator: ", ")
        let ids = (0..<keys).map { "K\($0)" }.joined(separator: ", ")
        let named = (0..<groups).map { "{name: g\($0), public_keys: [\(ids)]}" }.joined(separator: ", ")
        let found = problems(keys: "[\(all)]", groups: "[\(named)]", trusted: "[\((0..<groups).map { "g\($0)" }.joined(separator: ", "))]")
        #expect(found.isEmpty == isFine, "\(found)")
    }
}
