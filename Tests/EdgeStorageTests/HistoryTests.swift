// Random histories against a plain model: whatever happens in whatever order, memory stays within its bound, the counts
// agree with what is there, and nothing is found that wasn't the last thing stored.

import HTTPCaching
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import EdgeStorage

struct HistoryTests {
    private struct Running {
        var object: ObjectIdentity
        var permit: FillPermit
        var reader: FillReader<FillOutcome>
        var reserved = 0
        var isOutdated = false
    }

    @Test(arguments: UInt64(1)...24)
    func `memory stays within its bound and the model agrees`(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let limit = Int.random(in: 4_000...60_000, using: &random)
        let objectMax = Int.random(in: 500...20_000, using: &random)
        let cache = cache(bytes: limit, object: objectMax)
        let paths = (0..<12).map { "/\($0 % 3)/\($0)" }
        /// The last thing stored under each path and not removed; the cache may hold less, never something else.
        var model: [String: CachedResponse] = [:]
        var running: [Running] = []
        for step in 0..<600 {
            let path = paths.randomElement(using: &random) ?? "/"
            let object = identity(path)
            switch Int.random(in: 0..<10, using: &random) {
            case 0...2:
                let entry = response(object, bytes: Int.random(in: 0...objectMax + 200, using: &random))
                let fits = entry.body.byteCount <= objectMax && entry.costBytes <= limit
                let isStored = cache.store(entry)
                #expect(fits || !isStored, "seed \(seed) step \(step)")
                if isStored { model[path] = entry } else if fits { model[path] = nil }
            case 3...4:
                if let found = cache.lookup(object.key) { #expect(found === model[path], "seed \(seed) step \(step)") }
            case 5:
                if let old = model[path] {
                    let renewed = old.updated(
                        facts: old.facts, fields: [.eTag: String(repeating: "e", count: Int.random(in: 0...3_000, using: &random))])
                    let wasThere = cache.lookup(object.key) === old
                    cache.replace(old, with: renewed)
                    model[path] = wasThere ? renewed : nil
                }
            case 6:
                if let (permit, reader) = cache.join(object, seen: cache.lookup(object.key)).leader {
                    running.append(Running(object: object, permit: permit, reader: reader))
                }
            case 7:
                guard !running.isEmpty else { continue }
                let index = Int.random(in: 0..<running.count, using: &random)
                let bytes = Int.random(in: 1...8_000, using: &random)
                let keeping = running[index].reserved >= 0
                let kept = try await running[index].permit.append(ByteBuffer(repeating: 1, count: bytes), keeping: keeping)
                running[index].reserved = kept ? running[index].reserved + bytes : -1
                // A fetch that isn't kept would wait for its reader.
                if !kept { while try await running[index].reader.next()?.readableBytes != bytes {} }
            case 8:
                guard let ended = running.indices.randomElement(using: &random) else { continue }
                let fetch = running.remove(at: ended)
                if fetch.reserved >= 0, Bool.random(using: &random) {
                    let entry = response(fetch.object, bytes: min(fetch.reserved, objectMax))
                    let isStored = fetch.permit.store(entry)
                    #expect(!(isStored && fetch.isOutdated), "seed \(seed) step \(step)")
                    if isStored { model[fetch.object.path] = entry }
                }
                fetch.permit.fill.end(.success(()))
            default:
                let pattern = try InvalidationPattern(Bool.random(using: &random) ? path : "\(path.prefix(3))*")
                cache.invalidate(distributionID: "E1", matching: pattern)
                for name in paths where pattern.matches(path: name) { model[name] = nil }
                for index in running.indices where pattern.matches(path: running[index].object.path) { running[index].isOutdated = true }
            }
            let statistics = cache.statistics
            #expect(statistics.bytes + statistics.fillingBytes <= limit, "seed \(seed) step \(step)")
            #expect(statistics.fillingBytes == running.reduce(0) { $0 + max(0, $1.reserved) }, "seed \(seed) step \(step)")
            let present = cache.state.withLock { state in state.slots.values.compactMap { state.entries[Int($0)] } }
            #expect(present.count == statistics.entries)
            #expect(present.reduce(0) { $0 + $1.costBytes } == statistics.bytes, "seed \(seed) step \(step)")
            #expect(present.allSatisfy { $0 === model[$0.identity.path] }, "seed \(seed) step \(step)")
        }
        running = []
        #expect(cache.statistics.fillingBytes == 0)
        #expect(cache.state.withLock { $0.permits.isEmpty && $0.fills.isEmpty })
    }
}
