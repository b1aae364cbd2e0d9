import ConfigurationReading
import OriginConfiguration
import Testing

private func problems(_ yaml: String) -> String {
    do throws(ConfigurationErrors) {
        let checked = try OriginConfiguration.read(yaml: yaml, file: "origin.conf")
        return checked.warnings.map(\.description).joined(separator: "\n")
    } catch {
        return error.description
    }
}

@Suite struct OriginConfigurationTests {
    @Test func `an empty file gives the defaults`() throws {
        let read = try OriginConfiguration.read(yaml: "# nothing\n", file: "origin.conf").value
        let expected = OriginConfiguration(
            listen: ListenAddress(host: "127.0.0.1", port: 9000), dataDirectory: ".skerry", region: "us-east-1",
            accountID: "000000000000", hosts: ["s3.localhost"],
            websiteHosts: ["s3-website.localhost", "s3-website-us-east-1.localhost"], blocksPublicAccess: true, users: [],
            services: [],
            limits: .init(
                connectionsMax: 10_000, headerBytesMax: 32_768, keepAliveTimeout: .seconds(60), headerTimeout: .seconds(30),
                bodyTimeout: .seconds(60), sendTimeout: .seconds(60), drainTimeout: .seconds(30)))
        #expect(read == expected)
    }

    @Test func `everything can be said`() throws {
        let id = String(repeating: "0a", count: 32)
        let read = try OriginConfiguration.read(
            yaml: """
                listen: "[::1]:9001"
                data: /var/lib/skerry
                region: eu-central-1
                account_id: 123456789012
                hosts: [S3.Example.com, s3.localhost]
                website_hosts: []
                block_public_access: false
                users:
                  - name: ann
                    access_key_id: AKIAANN
                    secret_access_key: h7GhxuBL/2EI==
                    canonical_id: \(id)
                    display_name: Ann A.
                    email: ann@example.com
                    account_id: "210987654321"
                    arn: arn:aws:iam::210987654321:user/staff/ann
                  - name: bob
                    access_key_id: AKIABOB
                    secret_access_key: 'secret#bob'
                services:
                  - access_key_id: SKIAEDGE
                    secret_access_key: abcdefgh
                limits:
                  max_connections: 5
                  max_header_size: 8KiB
                  keep_alive_timeout: 5s
                  header_timeout: 6
                  body_timeout: 7
                  send_timeout: 8
                  drain_timeout: 0
                """, file: "origin.conf"
        ).value
        let expected = OriginConfiguration(
            listen: ListenAddress(host: "::1", port: 9001), dataDirectory: "/var/lib/skerry", region: "eu-central-1",
            accountID: "123456789012", hosts: ["s3.example.com", "s3.localhost"], websiteHosts: [], blocksPublicAccess: false,
            users: [
                .init(
                    name: "ann", accessKeyID: "AKIAANN", secretAccessKey: "h7GhxuBL/2EI==", canonicalID: id,
                    displayName: "Ann A.", email: "ann@example.com", accountID: "210987654321",
                    arn: "arn:aws:iam::210987654321:user/staff/ann"),
                .init(
                    name: "bob", accessKeyID: "AKIABOB", secretAccessKey: "secret#bob", canonicalID: nil, displayName: "bob",
                    email: nil, accountID: "123456789012", arn: "arn:aws:iam::123456789012:user/bob"),
            ],
            services: [.init(service: "cloudfront.amazonaws.com", accessKeyID: "SKIAEDGE", secretAccessKey: "abcdefgh")],
            limits: .init(
                connectionsMax: 5, headerBytesMax: 8192, keepAliveTimeout: .seconds(5), headerTimeout: .seconds(6),
                bodyTimeout: .seconds(7), sendTimeout: .seconds(8), drainTimeout: .zero))
        #expect(read == expected)
    }

    @Test func `every mistake is reported with its place`() {
        let found = problems(
            """
            listen: localhost
            regoin: us-east-1
            account_id: "12345"
            hosts: [s3.localhost, "a b"]
            website_hosts: [s3.localhost]
            block_public_access: yes
            users:
              - name: ann
                access_key_id: SAME
                secret_access_key: short
              - name: ann lee
                access_key_id: SAME
                secret_access_key: longenough
                canonical_id: xyz
                email: ann
              - access_key_id: "with-dash"
                secret_access_key: longenough
                policies: []
            services:
              - service: s3.amazonaws.com
                access_key_id: A_B
                secret_access_key: longenough
            limits:
              header_timeout: 10m
              max_header_size: 1KiB
            """)
        #expect(
            found == """
                origin.conf:1:9: error: listen: found "localhost", expected a numeric address and port, such as 127.0.0.1:8080 or [::1]:8080
                origin.conf:2:1: error: regoin: found an unknown key, expected a known key (did you mean region?)
                origin.conf:3:13: error: account_id: found "12345", expected twelve digits
                origin.conf:4:23: error: hosts[1]: found "a b", expected a host name
                origin.conf:5:17: error: website_hosts[0]: found "s3.localhost", expected a name that is not in hosts
                origin.conf:6:22: error: block_public_access: found "yes", expected true or false
                origin.conf:10:24: error: users[0].secret_access_key: found "short", expected 8 to 256 printable characters without spaces
                origin.conf:11:11: error: users[1].name: found "ann lee", expected 1 to 64 letters, digits and +=,.@_-
                origin.conf:14:19: error: users[1].canonical_id: found "xyz", expected 64 hexadecimal digits in lower case
                origin.conf:15:12: error: users[1].email: found "ann", expected an address with one @
                origin.conf:16:5: error: users[2].name: found no such key, expected 1 to 64 letters, digits and +=,.@_-
                origin.conf:16:20: error: users[2].access_key_id: found "with-dash", expected 3 to 128 letters, digits and _
                origin.conf:18:5: error: users[2].policies: found a key that is not supported yet, expected no policies of users: what a user may do with a bucket is in the bucket's policy
                origin.conf:20:14: error: services[0].service: found "s3.amazonaws.com", expected cloudfront.amazonaws.com
                origin.conf:24:19: error: limits.header_timeout: found "10m", expected seconds from 1 to 600, such as 10 or 10s
                origin.conf:25:20: error: limits.max_header_size: found "1KiB", expected a size from 4KiB to 1MiB, such as 4096, 16KiB or 256MiB
                """)
    }

    @Test func `names, access keys and canonical ids belong to one user`() {
        let id = String(repeating: "f", count: 64)
        let found = problems(
            """
            users:
              - {name: ann, access_key_id: AAA, secret_access_key: longenough, canonical_id: \(id)}
              - {name: ann, access_key_id: BBB, secret_access_key: longenough, canonical_id: \(id)}
            services:
              - {access_key_id: AAA, secret_access_key: longenough}
            """)
        #expect(
            found == """
                origin.conf:3:5: error: users[1].canonical_id: found "\(id.prefix(60))..." a second time, expected a canonical id of its own (first given in line 2)
                origin.conf:3:5: error: users[1].name: found "ann" a second time, expected a name of its own (first given in line 2)
                origin.conf:5:5: error: services[0].access_key_id: found "AAA" a second time, expected an access key id of its own (first given in line 2)
                """)
    }

    @Test func `the reader asks for exactly the keys of its table`() throws {
        let yaml = """
            users: [{name: ann, access_key_id: AAA, secret_access_key: longenough}]
            services: [{access_key_id: CCC, secret_access_key: longenough}]
            """
        let reader = ConfigurationReader(file: "origin.conf", table: OriginSettings.table)
        let root = try ConfigurationNode.parse(yaml: yaml, file: "origin.conf")
        let configuration = OriginConfiguration.read(ConfigurationSection(root, reader: reader))
        #expect(configuration != nil && reader.problems.isEmpty)
        #expect(Set(OriginSettings.table.settings.map(\.path)).subtracting(reader.consulted) == [])
    }
}
