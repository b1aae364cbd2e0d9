import ObjectStorage

extension ObjectStorageConformance {
    static let conditionChecks: [ConformanceCheck] = [
        ConformanceCheck("If-None-Match: * writes only where nothing is") { store in
            try await store.makeBucket("site")
            for size in [1, 300_000] {
                let bytes = pattern(size)
                try await store.put("site", "k", bytes, if: .absent)
                try await expectThrows(.preconditionFailed(.ifNoneMatch, current: tag(bytes)), "again") {
                    () throws(ObjectStoreError) in
                    try await store.put("site", "k", pattern(size, seed: 9), if: .absent)
                }
                try expect(try await store.bytes("site", "k") == bytes, "bytes changed")
                _ = try await store.deleteObject(bucket: "site", key: "k", precondition: .none)
            }
        },
        ConformanceCheck("If-Match writes only over that entity tag") { store in
            try await store.makeBucket("site")
            try await expectThrows(.noSuchKey(bucket: "site", key: "k"), "missing") { () throws(ObjectStoreError) in
                try await store.put("site", "k", [1], if: .matches("e"))
            }
            try await expectThrows(.noSuchKey(bucket: "site", key: "k"), "missing, any") { () throws(ObjectStoreError) in
                try await store.put("site", "k", [1], if: WritePrecondition(ifMatch: .any))
            }
            try await store.put("site", "k", [1])
            try await expectThrows(.preconditionFailed(.ifMatch, current: tag([1])), "other") {
                () throws(ObjectStoreError) in try await store.put("site", "k", [2], if: .matches("e"))
            }
            try await store.put("site", "k", [2], if: WritePrecondition(ifMatch: .oneOf(["e", tag([1])])))
            try await store.put("site", "k", [3], if: WritePrecondition(ifMatch: .any))
            try expectEqual(try await store.bytes("site", "k"), [3], "bytes")
        },
        ConformanceCheck("If-Match guards a delete") { store in
            try await store.makeBucket("site")
            try await store.put("site", "k", [1])
            try await expectThrows(.preconditionFailed(.ifMatch, current: tag([1])), "other") {
                () throws(ObjectStoreError) in
                try await store.deleteObject(bucket: "site", key: "k", precondition: .matches("e"))
            }
            let outcome = try await store.deleteObject(bucket: "site", key: "k", precondition: .matches(tag([1])))
            try expectEqual(outcome, .deleted, "delete")
            try await expectThrows(.noSuchKey(bucket: "site", key: "k"), "missing") { () throws(ObjectStoreError) in
                try await store.deleteObject(bucket: "site", key: "k", precondition: .matches("e"))
            }
        },
        ConformanceCheck("of many who write where nothing is, one wins") { store in
            try await store.makeBucket("site")
            let winners = try await withThrowingTaskGroup(of: Int?.self) { group in
                for number in 0..<32 {
                    group.addTask {
                        do {
                            try await store.put("site", "k", [UInt8(number)], if: .absent)
                            return number
                        } catch ObjectStoreError.preconditionFailed { return nil }
                    }
                }
                return try await group.reduce(into: [Int]()) { if let won = $1 { $0.append(won) } }
            }
            try expectEqual(winners.count, 1, "winners")
            try expectEqual(try await store.bytes("site", "k"), winners.map { UInt8($0) }, "the winner's bytes")
        },
        ConformanceCheck("counting by compare and swap loses no step") { store in
            try await store.makeBucket("site")
            try await store.put("site", "n", [0])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        var done = 0
                        while done < 4 {
                            let object = try await store.read(bucket: "site", key: "n")
                            let count = try await object.content.readAll()[0]
                            do {
                                try await store.put("site", "n", [count + 1], if: .matches(object.metadata.etag))
                                done += 1
                            } catch ObjectStoreError.preconditionFailed { continue }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try expectEqual(try await store.bytes("site", "n"), [32], "count")
        },
    ]
}
