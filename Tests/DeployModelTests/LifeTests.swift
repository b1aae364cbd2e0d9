import HTTPSemantics
import Testing

@testable import DeployModel

struct LifeTests {
    static let site = SiteName("hello")!
    static func id(_ digit: Character) -> DeployID { DeployID(String(repeating: digit, count: 16))! }
    static func time(_ seconds: Int64) -> HTTPDate { HTTPDate(secondsSince1970: seconds) }
    static func move(_ digit: Character, at seconds: Int64) -> AliasDocument.Move {
        .init(deploy: id(digit), at: time(seconds), action: .deploy, token: "t\(seconds)", by: Creator(actor: "alice"))
    }
    static func alias(_ name: String, _ moves: [(Character, Int64)], expiresAt: Int64? = nil) -> AliasDocument {
        var alias = AliasDocument(
            name: AliasName(name, of: site)!, site: site, expiresAt: expiresAt.map(time), first: move(moves[0].0, at: moves[0].1))
        for (digit, seconds) in moves.dropFirst() { alias.move(move(digit, at: seconds), expiresAt: expiresAt.map(time)) }
        return alias
    }

    @Test func `rolling back goes one further back each time, and a new deploy starts from there`() {
        var alias = Self.alias("prod", [("a", 1), ("b", 2), ("c", 3)])
        #expect(alias.deploy == Self.id("c"))
        #expect(alias.earlier == [Self.id("b"), Self.id("a")])
        let done1 = alias.rollBack(at: Self.time(4))
        #expect(done1)
        #expect(alias.deploy == Self.id("b"))
        alias.move(Self.move("d", at: 5), expiresAt: nil)
        #expect(alias.earlier == [Self.id("b"), Self.id("a")])
        let done2 = alias.rollBack(at: Self.time(6))
        #expect(done2)
        let done3 = alias.rollBack(at: Self.time(7))
        #expect(done3)
        #expect(alias.deploy == Self.id("a"))
        let before = alias
        let done4 = alias.rollBack(at: Self.time(8))
        #expect(!done4)
        #expect(alias == before)
        #expect(alias.history.map(\.withdrawnAt?.secondsSince1970) == [6, 4, 7, nil])
    }

    @Test func `rolling back to one deploy skips those between, and knows no other`() {
        var alias = Self.alias("prod", [("a", 1), ("b", 2), ("c", 3)])
        let done5 = alias.rollBack(to: Self.id("f"), at: Self.time(4))
        #expect(!done5)
        let done6 = alias.rollBack(to: Self.id("c"), at: Self.time(4))
        #expect(!done6)
        let done7 = alias.rollBack(to: Self.id("a"), at: Self.time(4))
        #expect(done7)
        #expect(alias.deploy == Self.id("a"))
        #expect(alias.earlier == [])
    }

    @Test func `an alias is written and read back, its history bounded`() throws {
        var alias = Self.alias("pr-12", (0..<60).map { ($0 % 2 == 0 ? "a" : "b", $0) }, expiresAt: 99)
        #expect(alias.history.count == DeployLimits.historyMax)
        let done8 = alias.rollBack(at: Self.time(70))
        #expect(done8)
        #expect(try AliasDocument(reading: alias.bytes, document: "x") == alias)
        #expect(alias.isExpired(at: Self.time(99)))
        #expect(!alias.isExpired(at: Self.time(98)))
    }

    @Test(arguments: [
        ("\"skerry_alias\":1", "\"skerry_alias\":9", "skerry_alias is version 9, and this program knows only version 1"),
        ("\"deploy\":\"bbbbbbbbbbbbbbbb\",\"created", "\"deploy\":\"aaaaaaaaaaaaaaaa\",\"created",
            "history: its newest standing move does not lead to \"aaaaaaaaaaaaaaaa\""),
        ("\"site\":\"hello\"", "\"site\":\"--\"", "site: \(SiteName.rule) are expected"),
        ("\"action\":\"deploy\",\"token\":\"t2\"", "\"action\":\"dance\",\"token\":\"t2\"", "history[0].action: not known"),
        ("\"history\"", "\"other\":1,\"history\"", "other: the name is not known"),
    ])
    func `an alias that does not hold together is refused`(part: String, other: String, reason: String) {
        let text = String(decoding: Self.alias("prod", [("a", 1), ("b", 2)]).bytes, as: UTF8.self)
        let broken = text.split(separator: part, maxSplits: 1, omittingEmptySubsequences: false).joined(separator: other)
        #expect(broken != text)
        #expect(throws: DeployDocumentError(document: "x", reason: reason)) { try AliasDocument(reading: Array(broken.utf8), document: "x") }
    }

    @Test func `a record lives as long as the longer wish`() throws {
        var record = DeployRecord(
            deploy: Self.id("a"), site: Self.site, at: Self.time(10), expiresAt: Self.time(100), fileCount: 3, byteCount: 30, by: Creator())
        #expect(try DeployRecord(reading: record.bytes, document: "x") == record)
        record.repeated(at: Self.time(20), expiresAt: Self.time(50), by: Creator(actor: "bob"))
        #expect(record.expiresAt == Self.time(100))
        #expect(record.deployedAt == Self.time(20))
        #expect(record.createdAt == Self.time(10))
        record.repeated(at: Self.time(30), expiresAt: nil, by: Creator())
        #expect(record.expiresAt == nil)
        #expect(try DeployRecord(reading: record.bytes, document: "x") == record)
    }

    @Test func `leases and marks are written and read back`() throws {
        let lease = Lease(id: "abc", site: Self.site, deploy: Self.id("a"), hasManifest: true)
        #expect(try Lease(reading: lease.bytes, document: "x") == lease)
        let marks = CollectionMarks(since: [.of([1]): Self.time(5), .of([2]): Self.time(6)])
        #expect(try CollectionMarks(reading: marks.bytes, document: "x") == marks)
        #expect(throws: DeployDocumentError.self) { try CollectionMarks(reading: lease.bytes, document: "x") }
    }

    @Test func `a flag counts until its age is reached`() {
        #expect(RaisedFlag.isRaised(writtenAt: Self.time(100), now: Self.time(159), seconds: 60))
        #expect(!RaisedFlag.isRaised(writtenAt: Self.time(100), now: Self.time(160), seconds: 60))
    }

    @Test func `what an alias shows, a rollback reaches, a deploy uses, is young or wanted stays`() {
        let policy = CollectionPolicy(keepLast: 1, keepEarlier: 1, graceSeconds: 10)
        let now = Self.time(1_000)
        func deploy(_ digit: Character, _ at: Int64, until end: Int64? = nil) -> CollectedDeploy {
            CollectedDeploy(id: Self.id(digit), deployedAt: Self.time(at), expiresAt: end.map(Self.time))
        }
        let fates = policy.fates(
            of: [
                deploy("a", 1), deploy("b", 2), deploy("c", 3), deploy("d", 4), deploy("e", 5, until: 1_000), deploy("f", 6, until: 1_001),
                deploy("0", 7), deploy("1", 990), deploy("2", 991, until: 900), deploy("3", 8),
            ],
            aliases: [Self.alias("prod", [("a", 1), ("b", 2), ("c", 3)])], leased: [Self.id("d"), Self.id("9")], now: now)
        let prod = AliasName.production
        #expect(
            fates == [
                Self.id("c"): .shown(by: prod), Self.id("b"): .rollback(of: prod), Self.id("a"): .surplus, Self.id("d"): .leased,
                Self.id("e"): .expired, Self.id("f"): .wantedUntil(Self.time(1_001)), Self.id("0"): .surplus,
                Self.id("1"): .newest(rank: 1), Self.id("2"): .young, Self.id("3"): .surplus,
            ])
    }

    @Test func `a blob goes when it has been unneeded for the grace period, and never while it is needed`() {
        let policy = CollectionPolicy(graceSeconds: 10)
        let (a, b, c, d) = (BlobHash.of([1]), BlobHash.of([2]), BlobHash.of([3]), BlobHash.of([4]))
        let marks = CollectionMarks(since: [a: Self.time(90), b: Self.time(91), d: Self.time(1)])
        let swept = policy.sweep(stored: [a, b, c, d], needed: [d], marks: marks, now: Self.time(100))
        #expect(swept.delete == [a])
        #expect(swept.marks.since == [b: Self.time(91), c: Self.time(100)])
        let atOnce = CollectionPolicy(graceSeconds: 0).sweep(stored: [c], needed: [], marks: CollectionMarks(), now: Self.time(100))
        #expect(atOnce.delete == [c])
        // A clock that was set back does not keep a blob for ever.
        let future = policy.sweep(stored: [c], needed: [], marks: CollectionMarks(since: [c: Self.time(500)]), now: Self.time(100))
        #expect(future.marks.since == [c: Self.time(100)])
    }
}
