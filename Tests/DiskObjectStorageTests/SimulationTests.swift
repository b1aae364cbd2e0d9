import ObjectStorage
import ObjectStorageConformance
import Testing

@testable import DiskObjectStorage

/// SplitMix64: a small generator whose run is known by its seed.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Random operations on the disk store beside a dictionary of what must be there, with restarts and full disks.
@Suite struct SimulationTests {
    private struct World {
        var objects: [String: [UInt8]] = [:]
        var uploads: [UploadReference: [Int: [UInt8]]] = [:]
        var held: [(content: any ObjectContent, bytes: [UInt8])] = []
    }

    private static let keys = ["a", "a/", "a/1", "a/2", "a//b", "b", "b/1", "\u{E9}/x", "e/x", "z"]
    private static let sizes = [0, 1, 300, 65_536, 65_537, 150_000]

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `the store and a dictionary agree after any history`(seed: UInt64) async throws {
        var random = SeededGenerator(state: seed)
        let directory = TemporaryDirectory()
        let fileSystem = FaultyFileSystem()
        var store = try directory.open(fileSystem)
        try await store.makeBucket("site")
        var world = World()
        for step in 0..<250 {
            let what: Comment = "seed \(seed), step \(step)"
            if random.next() % 40 == 0 {
                world.held = []
                await store.close()
                store = try directory.open(fileSystem)
                #expect(store.recovery.filesDamaged == 0, what)
            }
            let isFull = random.next() % 10 == 0
            if isFull { fileSystem.set(.writes(code: 28)) }
            try await self.step(store, &world, &random, isFull: isFull, at: instant(Int64(step)), what)
            fileSystem.set(.none)
            if step % 10 == 0 { try await compare(store, world, &random, what) }
        }
        for (content, bytes) in world.held {
            let read = try await content.readAll()
            #expect(read == bytes, "seed \(seed): a reader's bytes changed")
        }
        world.held = []
        for upload in world.uploads.keys { try await store.abortUpload(upload) }
        for key in Self.keys { _ = try await store.deleteObject(bucket: "site", key: key, precondition: .none) }
        // The last lease on a file may be let go by a thread that is still on its way home.
        for _ in 0..<1_000 where !directory.payloadFiles.isEmpty { try await drain(store) }
        #expect(directory.payloadFiles.isEmpty, "seed \(seed): files left over")
        await store.close()
    }

    private func step(
        _ store: DiskObjectStore, _ world: inout World, _ random: inout SeededGenerator, isFull: Bool,
        at time: StoreInstant, _ what: Comment
    ) async throws {
        let key = Self.keys[Int(random.next() % UInt64(Self.keys.count))]
        let bytes = pattern(Self.sizes[Int(random.next() % UInt64(Self.sizes.count))], seed: UInt8(truncatingIfNeeded: random.next()))
        do throws(ObjectStoreError) {
            switch random.next() % 10 {
            case 0, 1, 2:
                try await store.put("site", key, bytes)
                world.objects[key] = bytes
            case 3:
                let absent = world.objects[key] == nil
                do throws(ObjectStoreError) {
                    try await store.put("site", key, bytes, if: .absent)
                    #expect(absent, what)
                    world.objects[key] = bytes
                } catch {
                    guard case .preconditionFailed(.ifNoneMatch, _) = error else { throw error }
                    #expect(!absent, what)
                }
            case 4:
                let outcome = try await store.deleteObject(bucket: "site", key: key, precondition: .none)
                #expect(outcome == (world.objects[key] == nil ? .absent : .deleted), what)
                world.objects[key] = nil
            case 5:
                guard let source = world.objects.keys.sorted().first(where: { $0 >= key }) else { return }
                _ = try await store.copyObject(
                    ObjectCopy(
                        source: CopySource(bucket: "site", key: source), bucket: "site", key: key, lastModified: instant(0)))
                world.objects[key] = world.objects[source]
            case 6:
                guard world.objects[key] != nil, world.held.count < 10 else { return }
                let object = try await store.read(bucket: "site", key: key)
                world.held.append((object.content, world.objects[key] ?? []))
            case 7:
                let upload = try await store.startUpload("site", key, at: time)
                world.uploads[upload] = [:]
            case 8:
                guard let upload = pick(world.uploads.keys, &random) else { return }
                let number = Int(random.next() % 4) + 1
                if random.next() % 3 == 0, let source = world.objects[key], source.count > 100 {
                    let part = Array(source[50...])
                    _ = try await store.copyPart(
                        PartCopy(
                            source: CopySource(bucket: "site", key: key), range: 50..<Int64(source.count), upload: upload,
                            partNumber: number, commit: PartCommit(etag: tag(part), lastModified: instant(0))))
                    world.uploads[upload]?[number] = part
                } else {
                    try await store.putPart(number, bytes, of: upload)
                    world.uploads[upload]?[number] = bytes
                }
            default:
                guard let upload = pick(world.uploads.keys, &random), let parts = world.uploads[upload] else { return }
                try await finish(store, upload, parts, &world, what)
            }
        } catch {
            // Only a full disk may refuse, and then nothing has changed.
            guard isFull, case .storageFull = error else { throw error }
        }
    }

    private func finish(
        _ store: DiskObjectStore, _ upload: UploadReference, _ parts: [Int: [UInt8]], _ world: inout World, _ what: Comment
    ) async throws(ObjectStoreError) {
        let numbers = parts.keys.sorted()
        let completion = UploadCompletion(
            upload: upload, parts: numbers.map { .init(number: $0, etag: tag(parts[$0] ?? [])) }, lastModified: instant(0))
        let isTooSmall = numbers.dropLast().contains { Int64(parts[$0]?.count ?? 0) < ConformanceCheck.partBytesMin }
        do throws(ObjectStoreError) {
            _ = try await store.completeUpload(completion)
            #expect(!isTooSmall && !numbers.isEmpty, what)
            world.objects[upload.key] = numbers.flatMap { parts[$0] ?? [] }
        } catch {
            switch error {
            case .noParts: #expect(numbers.isEmpty, what)
            case .entityTooSmall: #expect(isTooSmall, what)
            default: throw error
            }
            try await store.abortUpload(upload)
        }
        world.uploads[upload] = nil
    }

    private func pick(_ uploads: some Collection<UploadReference>, _ random: inout SeededGenerator) -> UploadReference? {
        // A set's order differs from run to run; by key and id (which begins with the time) it is the seed's alone.
        let sorted = uploads.sorted { ($0.key, $0.id) < ($1.key, $1.id) }
        return sorted.isEmpty ? nil : sorted[Int(random.next() % UInt64(sorted.count))]
    }

    private func compare(
        _ store: DiskObjectStore, _ world: World, _ random: inout SeededGenerator, _ what: Comment
    ) async throws {
        let sorted = world.objects.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let listed = try await store.walk(ObjectListQuery(bucket: "site", entriesMax: Int(random.next() % 4) + 1))
        #expect(listed.map { Array($0.utf8) } == sorted.map { Array("K \($0)".utf8) }, what)
        for key in sorted {
            let bytes = try await store.bytes("site", key)
            #expect(bytes == world.objects[key], what)
        }
        let uploads = try await store.listUploads(UploadListQuery(bucket: "site")).uploads
        #expect(Set(uploads.map(\.id)) == Set(world.uploads.keys.map(\.id)), what)
    }
}
