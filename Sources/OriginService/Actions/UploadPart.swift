import HTTPTypes
import ObjectStorage
import S3Model

extension ActionContext {
    /// PUT /BUCKET/KEY?partNumber&uploadId
    func uploadPart(_ object: ObjectAddress, _ part: PartAddress, _ checksum: ChecksumRequest) async throws -> S3Answer {
        let reference = object.upload(part.uploadID)
        let upload = try await store.upload(reference)
        if let expected = upload.algorithm, let sent = checksum.effectiveAlgorithm, sent != expected {
            throw S3Error(
                .invalidRequest,
                "Checksum Type mismatch occurred, expected checksum Type: \(expected.rawValue.lowercased()), "
                    + "actual checksum Type: \(sent.rawValue.lowercased())")
        }
        let content = try content(checksum, bytesMax: ObjectStoreLimits.putBytesMax, algorithmDefault: upload.algorithm)
        let writer = try await store.beginPart(part.number, of: reference)
        let received: ReceivedContent
        do {
            received = try await content.read { try await writer.write($0) }
        } catch {
            await writer.abort()
            throw error
        }
        let stored = try await writer.commit(
            PartCommit(etag: received.eTag, checksums: received.checksum.map { [$0.stored()] } ?? [], lastModified: request.origin.now()))
        var answer: HTTPFields = [.eTag: "\"\(stored.etag)\""]
        if let checksum = received.checksum { answer[checksum.algorithm.headerName] = checksum.text }
        return S3Answer(.ok, answer)
    }

    /// The same with x-amz-copy-source: the bytes are read once for the part's entity tag and then shared.
    func uploadPartCopy(_ object: ObjectAddress, _ part: PartAddress, _ source: CopySourceHeader) async throws -> S3Answer {
        let reference = object.upload(part.uploadID)
        let upload = try await store.upload(reference)
        return try await retryingWhileSourceChanges {
            let found = try await copySource(source)
            let range = try copyRange(size: found.content.size) ?? 0..<found.content.size
            guard Int64(range.count) <= ObjectStoreLimits.putBytesMax else {
                throw S3Error(.invalidRequest, "The copied range is larger than the largest part, \(ObjectStoreLimits.putBytesMax) bytes")
            }
            let hashes = try await Self.hash(found.content, range, checksum: upload.algorithm)
            let received = ReceivedContent(bytes: hashes.bytes, md5: hashes.md5, checksum: hashes.checksum)
            let commit = PartCommit(
                etag: received.eTag, checksums: received.checksum.map { [$0.stored()] } ?? [], lastModified: request.origin.now())
            let origin = CopySource(
                bucket: source.object.bucket.description, key: source.object.key.description, generation: found.metadata.generation)
            let stored = try await store.copyPart(
                PartCopy(source: origin, range: range, upload: reference, partNumber: part.number, commit: commit))
            return .xml(
                ObjectDocument.copied(
                    root: "CopyPartResult", eTag: stored.etag, lastModified: stored.lastModified.s3, checksum: received.checksum, type: nil))
        }
    }

    /// `x-amz-copy-source-range: bytes=FIRST-LAST`, both given and within the source; nil without the field.
    private func copyRange(size: Int64) throws(S3Error) -> Range<Int64>? {
        guard let text = fields[.xAmzCopySourceRange] else { return nil }
        let ends = text.hasPrefix("bytes=") ? text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false) : []
        guard ends.count == 2, ends.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let first = Int64(ends[0]), let last = Int64(ends[1]), first <= last
        else {
            throw .invalidArgument(
                "x-amz-copy-source-range", text,
                "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy")
        }
        guard last < size else {
            throw S3Error(.invalidRange, "Range specified is not valid for source object of size: \(size)").with("RangeRequested", text)
        }
        return first..<(last + 1)
    }
}
