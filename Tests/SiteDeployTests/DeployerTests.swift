import DeployModel
import Foundation
import HTTPSemantics
import OriginFetch
import SiteDeploy
import Synchronization
import Testing

/// A number that looks random and is the same in every run.
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}

@Suite struct DeployerTests {
    static let site = SiteName("hello")!
    private let site = DeployerTests.site

    static func build(_ files: [String: String], _ options: SiteBuildOptions = SiteBuildOptions()) async throws -> (SiteBuild, TemporaryFolder) {
        let folder = try TemporaryFolder()
        for (name, text) in files { try folder.write(name, text) }
        return (try await SiteBuild.read(folder: folder.path, options), folder)
    }

    private func deployer(_ s3: MemoryS3, _ rule: @escaping MemoryS3.Rule = { _, _ in .carriedOut }, random: UInt64 = 1) -> Deployer {
        Deployer(bucket: s3.bucket(rule), site: site, clock: s3.clock(random: random))
    }

    private func options(_ alias: AliasName? = .production, life: Int64? = nil) -> DeployOptions {
        var options = DeployOptions()
        options.alias = alias
        options.lifeSeconds = life
        return options
    }

    @Test func `a deploy stores blobs, then the manifest, then moves the alias, and leaves no lease`() async throws {
        let s3 = MemoryS3()
        let (build, folder) = try await Self.build(["index.html": "hi", "copy.html": "hi", "a.css": "a{}"])
        let outcome = try await deployer(s3).deploy(build, options())
        #expect(outcome.uploadedCount == 2)
        #expect(outcome.fileCount == 3)
        #expect(outcome.blobCount == 2)
        #expect(outcome.aliasMoved && outcome.previous == nil && !outcome.existed)
        let manifest = DeployKeys.manifest(outcome.id, of: site)
        #expect(
            s3.keys
                == (build.manifest.blobs.map { DeployKeys.blob($0.hash) } + [manifest, DeployKeys.record(outcome.id, of: site), "sites/hello/aliases/prod"])
                .sorted())
        let puts = s3.log.filter { $0.hasPrefix("PUT") && !$0.contains("leases") }
        #expect(puts.prefix(2).allSatisfy { $0.hasPrefix("PUT blobs/") })
        #expect(puts.dropFirst(2) == ["PUT \(manifest)", "PUT sites/hello/records/\(outcome.id)", "PUT sites/hello/aliases/prod"])
        #expect(brokenPromises(in: s3) == [])
        withExtendedLifetime(folder) {}
    }

    @Test func `one changed page is one blob more, and the same folder again is nothing`() async throws {
        let s3 = MemoryS3()
        let (first, a) = try await Self.build(["index.html": "1", "a.css": "a{}", "b.js": "b"])
        let (second, b) = try await Self.build(["index.html": "2", "a.css": "a{}", "b.js": "b"])
        let one = try await deployer(s3).deploy(first, options())
        s3.forgetLog()
        let two = try await deployer(s3).deploy(second, options())
        #expect(two.uploadedCount == 1 && two.uploadedBytes == 1 && two.previous == one.id)
        // What the deploy that the alias shows needs is known to be there.
        #expect(s3.log.filter { $0.hasPrefix("HEAD blobs/") }.count == 1)
        s3.forgetLog()
        let again = try await deployer(s3).deploy(second, options())
        #expect(again.existed && again.uploadedCount == 0 && !again.aliasMoved && again.previous == two.id)
        #expect(!s3.log.contains { $0.contains("blobs/") })
        #expect(!s3.log.contains("PUT sites/hello/aliases/prod"))
        withExtendedLifetime((a, b)) {}
    }

    @Test func `verifying asks for every blob and brings back what somebody deleted`() async throws {
        let s3 = MemoryS3()
        let (build, folder) = try await Self.build(["index.html": "1", "a.css": "a{}"])
        _ = try await deployer(s3).deploy(build, options())
        s3.remove(DeployKeys.blob(.of(Array("1".utf8))))
        #expect(brokenPromises(in: s3).count == 1)
        var options = options()
        options.verifies = true
        #expect(try await deployer(s3).deploy(build, options).uploadedCount == 1)
        #expect(brokenPromises(in: s3) == [])
        withExtendedLifetime(folder) {}
    }

    @Test func `many unknown blobs are asked for by one listing`() async throws {
        let s3 = MemoryS3()
        var files: [String: String] = [:]
        for number in 0..<300 { files["f\(number).txt"] = "content \(number)" }
        let (build, folder) = try await Self.build(files)
        s3.put(DeployKeys.blob(.of(Array("content 7".utf8))), "content 7")
        let outcome = try await deployer(s3).deploy(build, options())
        #expect(outcome.uploadedCount == 299)
        #expect(!s3.log.contains { $0.hasPrefix("HEAD blobs/") })
        withExtendedLifetime(folder) {}
    }

    @Test func `a large file goes in parts and comes out whole`() async throws {
        let s3 = MemoryS3()
        let text = String(repeating: "0123456789abcdef", count: (20 << 20) / 16) + "end"
        let (build, folder) = try await Self.build(["big.bin": text])
        let outcome = try await deployer(s3).deploy(build, options())
        #expect(outcome.uploadedBytes == text.utf8.count)
        #expect(s3.log.filter { $0.hasPrefix("PUT blobs/") }.count == 3)
        #expect(brokenPromises(in: s3) == [])
        // Changed after it was hashed: nothing comes to be, the upload is given up.
        let other = MemoryS3()
        try folder.write("big.bin", String(text.dropLast(3)) + "END")
        await #expect(throws: SiteDeployError.file(path: folder.path + "/big.bin", reason: "changed after it was hashed; deploy again")) {
            try await deployer(other).deploy(build, options())
        }
        #expect(other.keys == [])
        #expect(other.state.withLock { $0.uploads.isEmpty })
    }

    @Test func `a small file that changed after it was hashed ends the deploy before the manifest`() async throws {
        let s3 = MemoryS3()
        let (build, folder) = try await Self.build(["index.html": "1"])
        try folder.write("index.html", "2")
        await #expect(throws: SiteDeployError.file(path: folder.path + "/index.html", reason: "changed after it was hashed; deploy again")) {
            try await deployer(s3).deploy(build, options())
        }
        #expect(s3.keys == [])
    }

    @Test func `wherever a deploy is killed, aliases lead to whole deploys and the next one completes`() async throws {
        let (first, a) = try await Self.build(["index.html": "1", "a.css": "a{}"])
        let (second, b) = try await Self.build(["index.html": "2", "a.css": "b{}", "c.js": "c"])
        var completed = 0
        for last in 1...40 where completed < 2 {
            for fate in [MemoryS3.Fate.lost, .unanswered] {
                let s3 = MemoryS3()
                let one = try await deployer(s3).deploy(first, options())
                let killed = deployer(s3, { number, _ in number < last ? .carriedOut : number == last ? fate : .lost }, random: 2)
                let outcome = try? await killed.deploy(second, options())
                if outcome != nil, fate == .lost { completed += 1 }
                #expect(brokenPromises(in: s3) == [], "killed at request \(last), \(fate)")
                let shown = try await deployer(s3).aliases().first?.deploy
                #expect(shown == one.id || shown == second.encoded.id)
                let next = try await deployer(s3, random: 3).deploy(second, options())
                #expect(next.id == second.encoded.id)
                #expect(brokenPromises(in: s3) == [], "after the deploy that was killed at request \(last), \(fate)")
                #expect(try await deployer(s3).aliases().first?.history.count == 2)
            }
        }
        #expect(completed == 2, "the loop has to come to where nothing is killed any more")
        withExtendedLifetime((a, b)) {}
    }

    @Test func `an answer that got lost does not move an alias twice`() async throws {
        let s3 = MemoryS3()
        let (build, folder) = try await Self.build(["index.html": "1"])
        let lost = Mutex(false)
        let outcome = try await deployer(s3) { _, line in
            guard line == "PUT /b/sites/hello/aliases/prod" else { return .carriedOut }
            return lost.withLock { done in
                defer { done = true }
                return done ? .carriedOut : .unanswered
            }
        }.deploy(build, options())
        #expect(outcome.aliasMoved && outcome.previous == nil)
        #expect(try await deployer(s3).aliases().first?.history.count == 1)
        withExtendedLifetime(folder) {}
    }

    @Test func `deploys to one alias at once all succeed, and the history has them all`() async throws {
        let s3 = MemoryS3()
        var builds: [(SiteBuild, TemporaryFolder)] = []
        for number in 0..<8 { builds.append(try await Self.build(["index.html": "version \(number)"])) }
        let outcomes = try await withThrowingTaskGroup(of: DeployOutcome.self) { group in
            for (number, build) in builds.enumerated() {
                group.addTask { try await deployer(s3, random: UInt64(number) + 10).deploy(build.0, options()) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let alias = try #require(try await deployer(s3).aliases().first)
        #expect(Set(alias.history.map(\.deploy)) == Set(outcomes.map(\.id)))
        #expect(alias.history.count == 8)
        #expect(brokenPromises(in: s3) == [])
    }

    @Test func `promote, roll back, list, diff and remove`() async throws {
        let s3 = MemoryS3()
        let preview = try #require(AliasName("pr-1", of: site))
        let (first, a) = try await Self.build(["index.html": "1", "gone.css": "x"])
        let (second, b) = try await Self.build(["index.html": "2", "new.css": "y"])
        let deployer = deployer(s3)
        let one = try await deployer.deploy(first, options())
        s3.advance(10)
        let two = try await deployer.deploy(second, options(preview, life: 3600))
        #expect(try await deployer.resolve("pr-1") == two.id)
        #expect(try await deployer.resolve(String(two.id.description.prefix(6))) == two.id)
        await #expect(throws: SiteDeployError.missing("the site hello has no deploy and no alias other")) { try await deployer.resolve("other") }
        let moved = try await deployer.promote(two.id, to: .production, by: Creator())
        #expect(moved.previous == one.id && moved.isMoved)
        #expect(try await deployer.promote(two.id, to: .production, by: Creator()).isMoved == false)
        let list = try await deployer.deploys()
        #expect(list.map(\.id) == [two.id, one.id])
        #expect(list.map(\.aliases) == [[preview, .production], []])
        #expect(list[0].expiresAt == s3.now.advanced(bySeconds: 3600))
        let back = try await deployer.rollBack(.production)
        #expect(back.from == two.id && back.to == one.id)
        await #expect(throws: SiteDeployError.missing("prod has shown no other deploy than \(one.id)")) { try await deployer.rollBack(.production) }
        let difference = try await deployer.difference(from: one.id, to: two.id)
        #expect(difference.added == ["new.css"] && difference.removed == ["gone.css"] && difference.changed == ["index.html"])
        await #expect(throws: SiteDeployError.conflict("\(two.id) is shown by pr-1; move or remove that alias first")) {
            try await deployer.remove(two.id)
        }
        try await deployer.remove(preview)
        await #expect(throws: SiteDeployError.missing("the site hello has no alias pr-1")) { try await deployer.remove(preview) }
        try await deployer.remove(two.id)
        await #expect(throws: SiteDeployError.missing("the site hello has no deploy \(two.id)")) { try await deployer.remove(two.id) }
        await #expect(throws: SiteDeployError.missing("the site hello has no deploy \(two.id)")) {
            try await deployer.promote(two.id, to: .production, by: Creator())
        }
        #expect(!s3.keys.contains { $0.hasPrefix("leases/") || $0 == DeployKeys.lock })
        #expect(brokenPromises(in: s3) == [])
        withExtendedLifetime((a, b)) {}
    }

    @Test func `a manifest of another version is refused, never guessed at`() async throws {
        let s3 = MemoryS3()
        let (build, folder) = try await Self.build(["index.html": "1"])
        let one = try await deployer(s3).deploy(build, options())
        let key = DeployKeys.manifest(one.id, of: site)
        s3.put(key, #"{"skerry_manifest":2}"#)
        await #expect(
            throws: SiteDeployError.document(
                DeployDocumentError(document: key, reason: "skerry_manifest is version 2, and this program knows only version 1"))
        ) { try await deployer(s3).difference(from: one.id, to: one.id) }
        withExtendedLifetime(folder) {}
    }
}
