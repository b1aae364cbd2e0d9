extension InMemoryObjectStore {
    package func createUpload(_ upload: NewUpload) async throws(ObjectStoreError) -> MultipartUpload {
        let id = UploadIdentifier.make(initiated: upload.initiated, random: random)
        let made = MultipartUpload(id: id, upload: upload)
        try locked { (state) throws(ObjectStoreError) in
            try state.changeBucket(upload.bucket) {
                $0.uploads[MemoryBucket.uploadKey(upload.key, id)] = MemoryUpload(upload: made)
            }
        }
        return made
    }

    package func upload(_ upload: UploadReference) async throws(ObjectStoreError) -> MultipartUpload {
        try locked { (state) throws(ObjectStoreError) in try state.upload(upload).upload }
    }

    package func beginPart(_ number: Int, of upload: UploadReference) async throws(ObjectStoreError) -> any PartWriter {
        guard ObjectStoreLimits.partNumbers.contains(number) else { throw .invalidPartNumber(number) }
        try locked { (state) throws(ObjectStoreError) in _ = try state.upload(upload) }
        return MemoryPartWriter(store: self, upload: upload, number: number)
    }

    package func copyPart(_ copy: PartCopy) async throws(ObjectStoreError) -> UploadPart {
        guard ObjectStoreLimits.partNumbers.contains(copy.partNumber) else { throw .invalidPartNumber(copy.partNumber) }
        return try locked { (state) throws(ObjectStoreError) in
            _ = try state.upload(copy.upload)
            let source = try state.source(copy.source)
            let range = try copy.checkedRange(sourceSize: source.content.size)
            return try state.storePart(
                copy.partNumber, of: copy.upload, MemoryContent(source.content.cut(range)), copy.commit)
        }
    }

    package func listParts(
        of upload: UploadReference, _ query: PartListQuery
    ) async throws(ObjectStoreError) -> PartListPage<UploadPart> {
        try locked { (state) throws(ObjectStoreError) in
            let parts = try state.upload(upload).parts.values.map(\.part).sorted { $0.number < $1.number }
            return query.page(of: parts, number: \.number)
        }
    }

    package func listUploads(_ query: UploadListQuery) async throws(ObjectStoreError) -> UploadListPage {
        try locked { (state) throws(ObjectStoreError) in
            let walk = ListWalk(prefix: query.prefix, delimiter: query.delimiter, entriesMax: query.entriesMax)
            // The id is cut off again: a zero and 32 characters.
            var cursor = SortedBytesCursor(
                try state.bucket(query.bucket).uploads, listingKey: { Array($0.dropLast(33)) }, row: \.upload)
            switch query.start(walk) {
            case (.at(let bound), _): cursor.seek(to: bound)
            case (.behind(let key), let id?): cursor.seek(to: key + [0] + Array(id.utf8) + [0])
            case (.behind(let key), nil): cursor.seek(to: key + [0] + [UInt8](repeating: 0xFF, count: 33))
            }
            return UploadListPage(try walk.page(&cursor))
        }
    }

    package func completeUpload(_ completion: UploadCompletion) async throws(ObjectStoreError) -> ObjectMetadata {
        let rules = rules
        return try locked { (state) throws(ObjectStoreError) in
            let reference = completion.upload
            let upload = try state.upload(reference)
            let parts = try completion.check(rules) { upload.parts[$0].map { ($0.part, $0.content) } }
            let content = MemoryContent(parts.flatMap(\.payload.chunks))
            let metadata = ObjectMetadata(
                key: reference.key, size: content.size, etag: UploadCompletion.etag(ofParts: parts.map(\.part.etag)),
                checksums: completion.checksums, lastModified: completion.lastModified,
                attributes: upload.upload.upload.attributes, partCount: parts.count, generation: 0)
            let object = MemoryObject(
                metadata: metadata, content: content, parts: UploadCompletion.objectParts(parts.map(\.part)))
            let stored = try state.store(object, in: reference.bucket, if: completion.precondition)
            try state.changeBucket(reference.bucket) {
                $0.uploads[MemoryBucket.uploadKey(reference.key, reference.id)] = nil
            }
            return stored
        }
    }

    package func abortUpload(_ upload: UploadReference) async throws(ObjectStoreError) {
        try locked { (state) throws(ObjectStoreError) in
            _ = try state.upload(upload)
            try state.changeBucket(upload.bucket) { $0.uploads[MemoryBucket.uploadKey(upload.key, upload.id)] = nil }
        }
    }
}

extension MemoryState {
    mutating func storePart(
        _ number: Int, of reference: UploadReference, _ content: MemoryContent, _ commit: PartCommit
    ) throws(ObjectStoreError) -> UploadPart {
        var upload = try upload(reference)
        let part = UploadPart(
            number: number, size: content.size, etag: commit.etag, checksums: commit.checksums,
            lastModified: commit.lastModified)
        upload.parts[number] = (part, content)
        try changeBucket(reference.bucket) { [upload] bucket in
            bucket.uploads[MemoryBucket.uploadKey(reference.key, reference.id)] = upload
        }
        return part
    }
}

extension PartCopy {
    /// The range to copy; throws when it is not within the source or larger than a part may be.
    package func checkedRange(sourceSize: Int64) throws(ObjectStoreError) -> Range<Int64> {
        let range = range ?? 0..<sourceSize
        guard range.lowerBound >= 0, range.upperBound <= sourceSize, self.range == nil || !range.isEmpty else {
            throw .rangeNotSatisfiable(lower: range.lowerBound, upper: range.upperBound, size: sourceSize)
        }
        let length = range.upperBound - range.lowerBound
        guard length <= ObjectStoreLimits.putBytesMax else {
            throw .entityTooLarge(bytes: length, max: ObjectStoreLimits.putBytesMax)
        }
        return range
    }
}
