import Synchronization

/// An `ObjectStore` in memory: the model the durable store is tested against, and a store for tests of others.
///
/// One lock guards everything, so every operation is atomic for free. Bytes are never copied after they were written.
/// Nothing is durable, nothing is bounded except by the limits of `ObjectStoreLimits`.
package final class InMemoryObjectStore: ObjectStore {
    let state: Mutex<MemoryState>
    let rules: MultipartRules
    let random: @Sendable () -> UInt64

    package init(
        rules: MultipartRules = MultipartRules(),
        random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
    ) {
        self.state = Mutex(MemoryState())
        self.rules = rules
        self.random = random
    }

    /// Runs `body` under the lock.
    func locked<T: Sendable>(
        _ body: @Sendable (inout MemoryState) throws(ObjectStoreError) -> T
    ) throws(ObjectStoreError) -> T {
        let result: Result<T, ObjectStoreError> = state.withLock { state in
            guard !state.isClosed else { return .failure(.closed) }
            do throws(ObjectStoreError) { return .success(try body(&state)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    package func close() async { state.withLock { $0.isClosed = true } }

    // MARK: Buckets

    package func createBucket(_ bucket: Bucket) async throws(ObjectStoreError) {
        try locked { (state) throws(ObjectStoreError) in
            let name = Array(bucket.name.utf8)
            if let present = state.buckets[name] {
                throw .bucketAlreadyExists(bucket: bucket.name, owner: present.bucket.owner)
            }
            state.buckets[name] = MemoryBucket(bucket: bucket)
        }
    }

    package func deleteBucket(_ bucket: String) async throws(ObjectStoreError) {
        try locked { (state) throws(ObjectStoreError) in
            guard try state.bucket(bucket).objects.isEmpty else { throw .bucketNotEmpty(bucket) }
            state.buckets[Array(bucket.utf8)] = nil
        }
    }

    package func bucket(_ bucket: String) async throws(ObjectStoreError) -> Bucket {
        try locked { (state) throws(ObjectStoreError) in try state.bucket(bucket).bucket }
    }

    package func listBuckets(_ query: BucketListQuery) async throws(ObjectStoreError) -> BucketListPage {
        try locked { (state) throws(ObjectStoreError) in
            let entriesMax = min(max(query.entriesMax, 0), ObjectStoreLimits.bucketPageEntriesMax)
            var found: [Bucket] = []
            for (name, value) in zip(state.buckets.keys, state.buckets.values) where entriesMax > 0 {
                if let after = query.after, !Array(after.utf8).lexicographicallyPrecedes(name) { continue }
                guard name.starts(with: query.prefix.utf8), query.owner.map({ $0 == value.bucket.owner }) ?? true else {
                    continue
                }
                if found.count == entriesMax { return BucketListPage(buckets: found, next: found.last?.name) }
                found.append(value.bucket)
            }
            return BucketListPage(buckets: found, next: nil)
        }
    }

    package func configuration(
        _ kind: BucketConfigurationKind, of bucket: String
    ) async throws(ObjectStoreError) -> [UInt8]? {
        try locked { (state) throws(ObjectStoreError) in try state.bucket(bucket).configurations[kind] }
    }

    package func configurations(
        of bucket: String
    ) async throws(ObjectStoreError) -> [BucketConfigurationKind: [UInt8]] {
        try locked { (state) throws(ObjectStoreError) in try state.bucket(bucket).configurations }
    }

    package func setConfiguration(
        _ kind: BucketConfigurationKind, of bucket: String, to document: [UInt8]
    ) async throws(ObjectStoreError) {
        let max = ObjectStoreLimits.configurationBytesMax
        guard document.count <= max else {
            throw .configurationTooLarge(kind: kind.rawValue, bytes: document.count, max: max)
        }
        try locked { (state) throws(ObjectStoreError) in
            try state.changeBucket(bucket) { $0.configurations[kind] = document }
        }
    }

    package func removeConfiguration(
        _ kind: BucketConfigurationKind, of bucket: String
    ) async throws(ObjectStoreError) {
        try locked { (state) throws(ObjectStoreError) in
            try state.changeBucket(bucket) { $0.configurations[kind] = nil }
        }
    }
}
