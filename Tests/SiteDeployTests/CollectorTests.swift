import DeployModel
import Foundation
import HTTPSemantics
import OriginFetch
import SiteDeploy
import Synchronization
import Testing

@Suite struct CollectorTests {
    private let site = DeployerTests.site

    private func deployer(_ s3: MemoryS3, _ rule: @escaping MemoryS3.Rule = { _, _ in .carriedOut }, random: UInt64 = 1) -> Deployer {
        Deployer(bucket: s3.bucket(rule), site: site, clock: s3.clock(random: random))
    }

    private func collector(
        _ s3: MemoryS3, keepLast: Int = 0, keepEarlier: Int = 0, grace: Int64 = 0, dryRun: Bool = false, random: UInt64 = 99,
        _ rule: @escaping MemoryS3.Rule = { _, _ in .carriedOut }
    ) -> Collector {
        Collector(
            bucket: s3.bucket(rule), clock: s3.clock(random: random),
            policy: CollectionPolicy(keepLast: keepLast, keepEarlier: keepEarlier, graceSeconds: grace), isDryRun: dryRun)
    }

    private func deploy(
        _ s3: MemoryS3, _ text: String, alias: AliasName? = .production, life: Int64? = nil, random: UInt64 = 1,
        _ rule: @escaping MemoryS3.Rule = { _, _ in .carriedOut }
    ) async throws -> DeployOutcome {
        let (build, folder) = try await DeployerTests.build(["index.html": text, "shared.css": "shared"])
        var options = DeployOptions()
        options.alias = alias
        options.lifeSeconds = life
        defer { withExtendedLifetime(folder) {} }
        return try await deployer(s3, rule, random: random).deploy(build, options)
    }

    private func blobs(_ s3: MemoryS3) -> Int { s3.keys.filter { $0.hasPrefix("blobs/") }.count }

    @Test func `what an alias shows stays, what nothing shows goes with its blobs`() async throws {
        let s3 = MemoryS3()
        let one = try await deploy(s3, "1")
        let two = try await deploy(s3, "2")
        #expect(blobs(s3) == 3)
        let dry = try await collector(s3, dryRun: true).run()
        #expect(dry.isDryRun && dry.removed.map(\.id) == [one.id] && dry.deletedBlobs == 1 && blobs(s3) == 3)
        let outcome = try await collector(s3).run()
        #expect(outcome.removed == [.init(site: site, id: one.id, fate: .surplus)])
        #expect(outcome.kept == [.init(site: site, id: two.id, fate: .shown(by: .production))])
        #expect(outcome.deletedBlobs == 1 && outcome.deletedBytes == 1 && outcome.neededBlobs == 2)
        #expect(blobs(s3) == 2)
        #expect(!s3.keys.contains(DeployKeys.record(one.id, of: site)))
        #expect(brokenPromises(in: s3) == [])
        #expect(!s3.keys.contains(DeployKeys.lock))
    }

    @Test func `the newest stay, and those a rollback reaches`() async throws {
        let s3 = MemoryS3()
        var ids: [DeployID] = []
        for number in 1...5 {
            ids.append(try await deploy(s3, "\(number)").id)
            s3.advance(10)
        }
        let outcome = try await collector(s3, keepLast: 2, keepEarlier: 2).run()
        #expect(Set(outcome.removed.map(\.id)) == Set(ids[0...1]))
        #expect(try await deployer(s3).rollBack(.production).to == ids[3])
    }

    @Test func `an alias goes when its time is over, and its deploy after it`() async throws {
        let s3 = MemoryS3()
        let preview = try #require(AliasName("pr-1", of: site))
        let prod = try await deploy(s3, "1")
        let expiring = try await deploy(s3, "2", alias: preview, life: 100)
        s3.advance(99)
        #expect(try await collector(s3, keepLast: 10).run().expiredAliases == [])
        s3.advance(1)
        let outcome = try await collector(s3, keepLast: 10).run()
        #expect(outcome.expiredAliases == ["hello/pr-1"])
        #expect(outcome.removed == [.init(site: site, id: expiring.id, fate: .expired)])
        #expect(try await deployer(s3).deploys().map(\.id) == [prod.id])
        #expect(brokenPromises(in: s3) == [])
    }

    @Test func `a blob waits for the grace period, and is needed again in between`() async throws {
        let s3 = MemoryS3()
        _ = try await deploy(s3, "1")
        _ = try await deploy(s3, "2")
        s3.advance(1_000)
        let first = try await collector(s3, grace: 100).run()
        #expect(first.removed.count == 1 && first.deletedBlobs == 0 && first.waitingBlobs == 1)
        s3.advance(99)
        #expect(try await collector(s3, grace: 100).run().deletedBlobs == 0)
        // Deployed once more: the mark is taken off, and the count starts anew later.
        let again = try await deploy(s3, "1")
        #expect(again.uploadedCount == 0)
        s3.advance(10)
        #expect(try await collector(s3, keepLast: 9, grace: 100).run().waitingBlobs == 0)
        _ = try await deploy(s3, "2")
        s3.advance(1_000)
        #expect(try await collector(s3, grace: 100).run().waitingBlobs == 1)
        s3.advance(100)
        #expect(try await collector(s3, grace: 100).run().deletedBlobs == 1)
        #expect(brokenPromises(in: s3) == [])
    }

    @Test func `two collections at once: one works, the other says so and does nothing`() async throws {
        let s3 = MemoryS3()
        _ = try await deploy(s3, "1")
        let inner = Mutex<CollectionOutcome?>(nil)
        let outer = try await collector(s3) { [self] _, line in
            if line.hasPrefix("GET /b?"), line.contains("prefix=blobs"), inner.withLock({ $0 == nil }) {
                let second = try? await collector(s3, random: 7).run()
                inner.withLock { $0 = second }
            }
            return .carriedOut
        }.run()
        #expect(!outer.isBusy)
        #expect(inner.withLock { $0?.isBusy } == true)
    }

    @Test func `the lock of a killed collection is taken over after a minute, and the old owner stops`() async throws {
        let s3 = MemoryS3()
        _ = try await deploy(s3, "1")
        _ = try await deploy(s3, "2")
        await #expect(throws: SiteDeployError.self) {
            try await collector(s3) { _, line in line.contains("blobs%2F") || line.hasPrefix("DELETE") ? .lost : .carriedOut }.run()
        }
        #expect(s3.keys.contains(DeployKeys.lock))
        s3.advance(59)
        #expect(try await collector(s3, random: 5).run().isBusy)
        s3.advance(1)
        #expect(try await collector(s3, random: 5).run().isBusy == false)
        #expect(!s3.keys.contains(DeployKeys.lock))
        // One that sleeps in the middle, and wakes after another has done its work.
        _ = try await deploy(s3, "3")
        let slept = Mutex(false)
        await #expect(throws: SiteDeployError.conflict("another garbage collection has taken over, as this one was silent for a minute")) {
            try await collector(s3) { [self] _, line in
                let isFirst = slept.withLock { done in
                    defer { done = done || line.contains("prefix=sites") }
                    return !done && line.contains("prefix=sites")
                }
                if isFirst {
                    s3.advance(61)
                    _ = try? await collector(s3, random: 6).run()
                }
                return .carriedOut
            }.run()
        }
        #expect(brokenPromises(in: s3) == [])
    }

    @Test func `a deploy that starts during a collection waits for its end and then uploads what is gone`() async throws {
        let s3 = MemoryS3()
        _ = try await deploy(s3, "1")
        _ = try await deploy(s3, "2")
        // In the middle of the collection, after it has read leases and manifests, somebody deploys "1" again.
        let task = Mutex<Task<DeployOutcome, any Error>?>(nil)
        _ = try await collector(s3) { [self] _, line in
            if line.contains("prefix=blobs"), task.withLock({ $0 == nil }) {
                let started = AsyncStream<Void>.makeStream()
                let deploying = Task {
                    try await deploy(s3, "1", random: 44) { _, line in
                        if line.contains("collection/lock") { started.continuation.yield() }
                        return .carriedOut
                    }
                }
                task.withLock { $0 = deploying }
                for await _ in started.stream { break }
            }
            return .carriedOut
        }.run()
        let outcome = try await #require(task.withLock { $0 }).value
        #expect(outcome.uploadedCount == 1)
        #expect(brokenPromises(in: s3) == [])
    }

    @Test func `a collection leaves what a running deploy needs`() async throws {
        let s3 = MemoryS3()
        _ = try await deploy(s3, "1")
        _ = try await deploy(s3, "2")
        // Just before "1" gets its manifest again, everything else of it is only in the lease.
        let collected = Mutex<CollectionOutcome?>(nil)
        let preview = try #require(AliasName("pr-1", of: site))
        s3.advance(1_000)
        #expect(try await collector(s3, grace: 100).run().removed.count == 1)
        #expect(blobs(s3) == 3)
        let outcome = try await deploy(s3, "1", alias: preview, random: 44) { [self] _, line in
            if line.hasPrefix("PUT /b/sites/hello/deploys"), collected.withLock({ $0 == nil }) {
                let result = try? await collector(s3).run()
                collected.withLock { $0 = result }
            }
            return .carriedOut
        }
        #expect(collected.withLock { $0?.isBusy } == false)
        #expect(brokenPromises(in: s3) == [])
        #expect(try await deployer(s3).resolve("pr-1") == outcome.id)
    }

    @Test func `a manifest that can't be read stops a collection before any blob goes`() async throws {
        let s3 = MemoryS3()
        _ = try await deploy(s3, "1")
        s3.put("blobs/" + String(repeating: "a", count: 64), "unneeded")
        s3.put("sites/hello/deploys/0123456789abcdef", #"{"skerry_manifest":7}"#)
        s3.put("somebody/else", "x")
        await #expect(throws: SiteDeployError.self) { try await collector(s3, keepLast: 10).run() }
        #expect(blobs(s3) == 3)
        s3.remove("sites/hello/deploys/0123456789abcdef")
        #expect(try await collector(s3, keepLast: 10).run().deletedBlobs == 1)
        #expect(s3.keys.contains("somebody/else"))
    }

    @Test func `leases that nobody keeps young are tidied away`() async throws {
        let s3 = MemoryS3()
        await #expect(throws: SiteDeployError.self) {
            _ = try await deploy(s3, "1") { _, line in line.hasPrefix("PUT /b/sites") || line.hasPrefix("DELETE") ? .lost : .carriedOut }
        }
        #expect(s3.keys.filter { $0.hasPrefix("leases/") }.count == 2)
        s3.advance(179)
        #expect(try await collector(s3).run().deletedBlobs == 0)
        s3.advance(1)
        #expect(try await collector(s3).run().deletedBlobs == 2)
        s3.advance(200)
        _ = try await collector(s3).run()
        #expect(s3.keys == [])
    }

    @Test(arguments: 0..<40) func `deploys, collections and kills in any order keep every promise`(seed: Int) async throws {
        var numbers = SeededNumbers(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
        let s3 = MemoryS3()
        let texts = (0..<6).map { "version \($0)" }
        let aliases = try ["prod", "pr-1", "pr-2"].map { try #require(AliasName($0, of: site)) }
        for round in 0..<6 {
            await withTaskGroup(of: Void.self) { group in
                for worker in 0..<5 {
                    let kind = Int.random(in: 0..<10, using: &numbers)
                    let text = texts[Int.random(in: 0..<texts.count, using: &numbers)]
                    let alias = aliases[Int.random(in: 0..<aliases.count, using: &numbers)]
                    let killAt = Bool.random(using: &numbers) ? Int.random(in: 1..<30, using: &numbers) : Int.max
                    let random = numbers.next()
                    let yields = Int.random(in: 0..<4, using: &numbers)
                    group.addTask {
                        let rule: MemoryS3.Rule = { number, _ in
                            for _ in 0..<yields { await Task.yield() }
                            return number >= killAt ? .lost : .carriedOut
                        }
                        switch kind {
                        case 0..<5: _ = try? await deploy(s3, text, alias: alias, life: kind == 0 ? 60 : nil, random: random, rule)
                        case 5..<8: _ = try? await collector(s3, keepEarlier: 1, grace: kind == 5 ? 30 : 0, random: random, rule).run()
                        case 8: _ = try? await deployer(s3, rule, random: random).rollBack(alias)
                        default:
                            if let id = try? await deployer(s3).deploys().randomElement()?.id {
                                _ = try? await deployer(s3, rule, random: random).promote(id, to: alias, by: Creator())
                            }
                        }
                        _ = worker
                    }
                }
            }
            let broken = brokenPromises(in: s3)
            #expect(broken == [], "seed \(seed), round \(round)")
            if !broken.isEmpty { return }
            s3.advance(Int64.random(in: 0..<100, using: &numbers))
        }
    }
}
