import Testing

@testable import DeployModel

struct NamesTests {
    private let site = SiteName("hello")!

    @Test(arguments: [
        ("hello", true), ("a", true), ("a-b", true), ("1", true), (String(repeating: "a", count: 45), true),
        (String(repeating: "a", count: 46), false), ("", false), ("-a", false), ("a-", false), ("a--b", false), ("A", false),
        ("a.b", false), ("ä", false), ("xn", false),
    ])
    func `a site's name is one label with room for a deploy's id`(text: String, isName: Bool) {
        #expect((SiteName(text) != nil) == isName)
    }

    @Test(arguments: [
        ("prod", true), ("pr-12", true), ("0123456789abcdef", false), ("0123456789abcdeg", true), ("0123456789abcde", true),
        (String(repeating: "b", count: 56), true), (String(repeating: "b", count: 57), false), ("a--b", false), ("Main", false), ("xn", false),
    ])
    func `an alias is a label that fits with its site, and never looks like a deploy`(text: String, isName: Bool) {
        #expect((AliasName(text, of: site) != nil) == isName)
    }

    @Test(arguments: [
        ("main", "main"), ("feature/a", "feature-a-f2ad8f"), ("Feature/A", "feature-a-6ed99f"), ("feature-a", "feature-a"),
        ("--x--", "x-5f5cd2"), ("日本", "branch-6b4c6c"), ("0123456789abcdef", "0123456789abcdef-9f9f51"),
    ])
    func `a branch becomes a label, and two branches never the same`(branch: String, label: String) throws {
        let alias = try #require(AliasName.label(branch, of: site))
        #expect(alias.description.prefix { $0 != "-" } == label.prefix { $0 != "-" })
        #expect(AliasName(alias.description, of: site) == alias)
        if branch == label { #expect(alias.description == label) } else { #expect(alias.description.utf8.count == label.utf8.count) }
    }

    @Test func `long and similar branches stay apart and within a label`() throws {
        let long = String(repeating: "renovate/very-long-", count: 10)
        let names = try ["a", "b"].map { try #require(AliasName.label(long + $0, of: site)) }
        #expect(names[0] != names[1])
        for name in names { #expect("\(name)--\(site)".utf8.count <= 63) }
        let variants = ["feature/a", "feature-a", "Feature/a", "feature_a", "feature//a"].compactMap { AliasName.label($0, of: site) }
        #expect(Set(variants).count == 5)
        #expect(AliasName.label("", of: site) == nil)
        #expect(AliasName.pullRequest(12, of: site)?.description == "pr-12")
    }

    @Test func `the first label of a host says what is asked for`() throws {
        let alias = try #require(AliasName("pr-12", of: site))
        let id = try #require(DeployID("0123456789abcdef"))
        #expect(DeployAddress(label: "hello") == .production(site))
        #expect(DeployAddress(label: "HELLO") == .production(site))
        #expect(DeployAddress(label: "pr-12--hello") == .alias(alias, site))
        #expect(DeployAddress(label: "prod--hello") == .production(site))
        #expect(DeployAddress(label: "0123456789ABCDEF--hello") == .deploy(id, site))
        for wrong in ["", "--hello", "pr-12--", "a--b--hello", "pr_12--hello", "a.b"] { #expect(DeployAddress(label: wrong) == nil, "\(wrong)") }
        for address in [DeployAddress.production(site), .alias(alias, site), .deploy(id, site)] {
            #expect(DeployAddress(label: address.label) == address)
        }
    }

    @Test func `every key says what it holds, and foreign keys nothing`() throws {
        let id = try #require(DeployID("0123456789abcdef"))
        let hash = BlobHash.of([1, 2, 3])
        #expect(DeployKeys.Place(key: DeployKeys.blob(hash)) == .blob(hash))
        #expect(DeployKeys.Place(key: DeployKeys.manifest(id, of: site)) == .manifest(id, site))
        #expect(DeployKeys.Place(key: DeployKeys.record(id, of: site)) == .record(id, site))
        #expect(DeployKeys.Place(key: DeployKeys.alias(.production, of: site)) == .alias(.production, site))
        #expect(DeployKeys.Place(key: DeployKeys.lease("x")) == .lease("x"))
        #expect(DeployKeys.Place(key: DeployKeys.leaseManifest("x")) == .leaseManifest("x"))
        #expect(DeployKeys.Place(key: DeployKeys.lock) == .lock)
        #expect(DeployKeys.Place(key: DeployKeys.marks) == .marks)
        for foreign in ["index.html", "blobs/x", "blobs/\(hash)/x", "sites/hello/deploys/x", "sites/A/aliases/prod", "sites/hello/other/\(id)", ""] {
            #expect(DeployKeys.Place(key: foreign) == nil, "\(foreign)")
        }
    }

    @Test(arguments: [
        ("90s", 90), ("30m", 1800), ("12h", 43_200), ("7d", 604_800), ("2w", 1_209_600), ("0s", 0), ("7", nil), ("d", nil), ("-1d", nil),
        ("1.5h", nil), ("9223372036854775807d", nil), ("7 d", nil), ("", nil),
    ] as [(String, Int64?)])
    func `spans of time are read as people write them`(text: String, seconds: Int64?) {
        #expect(LifeSpan.seconds(text) == seconds)
    }

    @Test func `spans of time are printed with two units`() {
        #expect([0, 59, 60, 5400, 604_800, 90_061].map { LifeSpan.text($0) } == ["0s", "59s", "1m", "1h 30m", "7d", "1d 1h"])
    }
}
