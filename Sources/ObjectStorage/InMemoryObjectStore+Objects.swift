extension InMemoryObjectStore {
    package func beginPut(bucket: String, key: String) async throws(ObjectStoreError) -> any ObjectWriter {
        try locked { (state) throws(ObjectStoreError) in _ = try state.bucket(bucket) }
        return MemoryObjectWriter(store: self, bucket: bucket, key: key)
    }

    package func head(bucket: String, key: String) async throws(ObjectStoreError) -> ObjectMetadata {
        try locked { (state) throws(ObjectStoreError) in try state.object(bucket: bucket, key: key).metadata }
    }

    package func read(bucket: String, key: String) async throws(ObjectStoreError) -> StoredObject {
        try locked { (state) throws(ObjectStoreError) in
            let object = try state.object(bucket: bucket, key: key)
            return StoredObject(metadata: object.metadata, content: object.content)
        }
    }

    package func parts(
        ofObject key: String, bucket: String, _ query: PartListQuery
    ) async throws(ObjectStoreError) -> PartListPage<ObjectPart> {
        try locked { (state) throws(ObjectStoreError) in
            query.page(of: try state.object(bucket: bucket, key: key).parts, number: \.number)
        }
    }

    package func deleteObject(
        bucket: String, key: String, precondition: WritePrecondition
    ) async throws(ObjectStoreError) -> DeletionOutcome {
        try locked { (state) throws(ObjectStoreError) in
            let current = try state.bucket(bucket).objects[Array(key.utf8)]?.metadata.etag
            try precondition.evaluate(currentETag: current, bucket: bucket, key: key)
            guard current != nil else { return .absent }
            try state.changeBucket(bucket) { $0.objects[Array(key.utf8)] = nil }
            return .deleted
        }
    }

    package func deleteObjects(
        bucket: String, _ deletions: [ObjectDeletion]
    ) async throws(ObjectStoreError) -> [DeletionOutcome] {
        let max = ObjectStoreLimits.batchDeletionsMax
        guard deletions.count <= max else { throw .tooManyDeletions(count: deletions.count, max: max) }
        return try locked { (state) throws(ObjectStoreError) in
            _ = try state.bucket(bucket)
            var outcomes: [DeletionOutcome] = []
            for deletion in deletions {
                let current = try state.bucket(bucket).objects[Array(deletion.key.utf8)]?.metadata.etag
                do throws(ObjectStoreError) {
                    try deletion.precondition.evaluate(currentETag: current, bucket: bucket, key: deletion.key)
                } catch {
                    outcomes.append(.refused(error))
                    continue
                }
                outcomes.append(current == nil ? .absent : .deleted)
                try state.changeBucket(bucket) { $0.objects[Array(deletion.key.utf8)] = nil }
            }
            return outcomes
        }
    }

    package func copyObject(_ copy: ObjectCopy) async throws(ObjectStoreError) -> ObjectMetadata {
        try locked { (state) throws(ObjectStoreError) in
            _ = try state.bucket(copy.bucket)
            var object = try state.source(copy.source)
            object.metadata.apply(copy)
            return try state.store(object, in: copy.bucket, if: copy.precondition)
        }
    }

    package func listObjects(_ query: ObjectListQuery) async throws(ObjectStoreError) -> ObjectListPage {
        try locked { (state) throws(ObjectStoreError) in
            let walk = ListWalk(prefix: query.prefix, delimiter: query.delimiter, entriesMax: query.entriesMax)
            var cursor = SortedBytesCursor(try state.bucket(query.bucket).objects) { ObjectListEntry($0.metadata) }
            switch walk.start(after: query.after) {
            case .at(let bound): cursor.seek(to: bound)
            case .behind(let key): cursor.seek(to: key + [0])
            }
            return ObjectListPage(try walk.page(&cursor))
        }
    }
}

extension ObjectMetadata {
    /// Turns a source's metadata into the copy's.
    package mutating func apply(_ copy: ObjectCopy) {
        key = copy.key
        lastModified = copy.lastModified
        attributes = copy.attributes ?? attributes
        etag = copy.etag ?? etag
        checksums = copy.checksums ?? checksums
    }
}

extension PartListQuery {
    /// `entriesMax`, within its bounds.
    package var clampedMax: Int { min(max(entriesMax, 0), ObjectStoreLimits.pageEntriesMax) }

    /// The page of `parts`, which ascend by number.
    package func page<Part>(of parts: [Part], number: (Part) -> Int) -> PartListPage<Part> {
        let following = parts.drop { number($0) <= afterNumber }
        let page = Array(following.prefix(clampedMax))
        let isTruncated = !page.isEmpty && following.count > page.count
        return PartListPage(parts: page, next: isTruncated ? page.last.map(number) : nil)
    }
}
