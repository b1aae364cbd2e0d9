// A folder with a disk tier in it that can be killed and started again.

import Eviction
import Foundation
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import EdgeStorage

final class DiskPlace: Sendable {
    let directory: String
    let bytes: Int
    let object: Int
    private let time = Mutex(Duration.zero)
    private let heard = Mutex<[DiskTierEvent]>([])

    init(bytes: Int = 64 << 20, object: Int = 32 << 20) {
        directory = NSTemporaryDirectory() + "disk-tier-" + UUID().uuidString
        (self.bytes, self.object) = (bytes, object)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    var events: [DiskTierEvent] { heard.withLock { $0 } }
    var degradations: Int { events.count { if case .degraded = $0 { true } else { false } } }

    func pass(_ duration: Duration) { time.withLock { $0 += duration } }

    func tier(
        _ files: any CacheFileSystem = FaultyCacheFileSystem(), entries: Int = 10_000, scope: String = "", distributions: Set<String>? = nil,
        policy: EvictionPolicyName = .lru, admission: AdmissionPolicyName = .all
    ) -> DiskTier {
        var settings = DiskTierSettings(directory: directory, bytesMax: bytes, objectBytesMax: object, entriesMax: entries)
        settings.scope = scope
        (settings.policy, settings.admission) = (policy, admission)
        let tier = DiskTier(settings, files: files, uptime: { [weak self] in self?.time.withLock { $0 } ?? .zero }) { [weak self] event in
            self?.heard.withLock { $0.append(event) }
        }
        if let distributions { tier.retain(distributions: distributions) }
        tier.start()
        return tier
    }

    /// A cache over a tier of this place; everything that lay there is known.
    func cache(
        _ files: any CacheFileSystem = FaultyCacheFileSystem(), memory: Int = 8 << 20, memoryObject: Int = 4 << 20, entries: Int = 10_000,
        scope: String = "", distributions: Set<String>? = nil, policy: EvictionPolicyName = .lru, admission: AdmissionPolicyName = .all
    ) async -> EdgeCache {
        let tier = tier(
            files, entries: entries, scope: scope, distributions: distributions, policy: policy, admission: admission)
        await tier.loaded()
        await tier.isIdle()
        return EdgeCache(limits: EdgeCacheLimits(memoryBytesMax: memory, objectBytesMax: memoryObject), disk: tier)
    }

    /// Files of entries, by path.
    var files: [String] { list("skerry-cache-1").filter { $0.count == 35 } }
    var temporaries: [String] { list("skerry-cache-1/tmp") }

    /// What the files of entries take in whole blocks.
    var blockBytes: Int { blockBytes(of: files) }
    /// The same for files that have no names of their own yet.
    var temporaryBlockBytes: Int { blockBytes(of: temporaries.map { "tmp/" + $0 }) }

    private func blockBytes(of names: [String]) -> Int {
        names.reduce(0) { sum, name in
            let size = (try? FileManager.default.attributesOfItem(atPath: "\(directory)/skerry-cache-1/\(name)")[.size] as? Int) ?? 0
            return sum + (size + 4095) / 4096 * 4096
        }
    }

    func path(of key: CacheKey) -> String {
        let name = ShortDigest(key).name
        return "\(directory)/skerry-cache-1/\(name.prefix(2))/\(name)"
    }

    private func list(_ folder: String) -> [String] {
        FileManager.default.enumerator(atPath: directory + "/" + folder)?.compactMap { $0 as? String } ?? []
    }
}

/// Content that depends on every byte's place.
func pattern(_ count: Int, seed: UInt8 = 1) -> ByteBuffer {
    var buffer = ByteBufferAllocator().buffer(capacity: count)
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
        var word = UInt32(seed) &* 2_654_435_761
        for index in 0..<count {
            word = word &* 1_664_525 &+ 1_013_904_223
            target[index] = UInt8(truncatingIfNeeded: word >> 24)
        }
        return count
    }
    return buffer
}

func patterned(_ identity: ObjectIdentity, bytes: Int, seed: UInt8 = 1, fields: HTTPFields = [.eTag: "\"1\""], lifetime: Int64 = 60) -> CachedResponse {
    CachedResponse(
        identity: identity,
        facts: EntryFacts(status: 200, storedAt: start, freshness: Freshness(lifetimeSeconds: lifetime, source: .maxAge)),
        status: .ok, fields: fields, body: CachedBody(copying: [pattern(bytes, seed: seed)]))
}

extension CachedResponse {
    /// All content, wherever it is.
    func content() async throws -> [UInt8] {
        guard let file = body.file else { return body.pieces.flatMap { Array($0.readableBytesView) } }
        var bytes: [UInt8] = []
        try await file.prepare(0..<file.byteCount)
        while bytes.count < file.byteCount {
            let step = try await file.read(bytes.count..<min(bytes.count + DiskBody.stepBytes, file.byteCount))
            bytes += Array(step.readableBytesView)
        }
        return bytes
    }
}

extension EdgeCache {
    /// From memory or else from the disk.
    func find(_ identity: ObjectIdentity) async -> CachedResponse? {
        if let entry = lookup(identity.key) { return entry }
        return await lookupOnDisk(identity)
    }

    /// Lets go of memory, so that only the disk is left.
    func forgetMemory() {
        state.withLock { state in
            for entry in state.entries.compactMap({ $0 }) {
                guard let slot = state.slots.removeValue(forKey: entry.identity.key) else { continue }
                state.policy.didEvict(slot)
                state.release(slot)
                state.disk?.noteInMemory(false, entry.identity.key)
            }
        }
    }
}
