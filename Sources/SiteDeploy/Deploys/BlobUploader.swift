// Blobs into the bucket: small ones whole, many at a time; large ones in parts. What is sent is what was hashed, or nothing.

import DeployModel

/// Sends blobs from local files.
struct BlobUploader: Sendable {
    /// Files up to this many bytes are sent with one request.
    static let wholeBytesMax = 8 << 20
    /// Requests at one time; bounds memory together with the sizes here.
    static let parallelism = 16
    static let partsAtATime = 4
    static let partBytesMin = 8 << 20

    let client: S3Client
    let bucket: String

    private static let headers = [("Content-Type", "application/octet-stream"), ("Cache-Control", CacheControlRule.immutable.rawValue)]

    /// Sends them all. `progress` is told each blob when it is there.
    func upload(
        _ blobs: [Blob], from sources: [Blob: String], progress: @escaping @Sendable (Blob) -> Void
    ) async throws(SiteDeployError) {
        let sorted = blobs.sorted { ($0.byteCount, $0.hash) < ($1.byteCount, $1.hash) }
        let small = Array(sorted.prefix { $0.byteCount <= Self.wholeBytesMax })
        try await forEachBounded(small, width: Self.parallelism) { [self] blob throws(SiteDeployError) in
            try await send(blob, from: try Self.source(of: blob, in: sources), to: DeployKeys.blob(blob.hash), headers: Self.headers)
            return (blob, ())
        } collect: { blob, _ in progress(blob) }
        for blob in sorted[small.count...] {
            try await send(blob, from: try Self.source(of: blob, in: sources), to: DeployKeys.blob(blob.hash), headers: Self.headers)
            progress(blob)
        }
    }

    private static func source(of blob: Blob, in sources: [Blob: String]) throws(SiteDeployError) -> String {
        guard let path = sources[blob] else { throw .missing("no file has the content \(blob.hash)") }
        return path
    }

    private static func changed(_ path: String) -> SiteDeployError { .file(path: path, reason: "changed after it was hashed; deploy again") }

    /// Bytes of each part of an object of that size; nil when it is sent whole. The AWS command line cuts the same parts.
    static func partBytes(of byteCount: Int) -> Int? {
        byteCount <= wholeBytesMax ? nil : max(partBytesMin, (byteCount + S3Client.partsMax - 1) / S3Client.partsMax)
    }

    /// Sends one file's content to a key.
    func send(
        _ blob: Blob, from path: String, to key: String, headers: [(name: String, value: String)]
    ) async throws(SiteDeployError) {
        if let partBytes = Self.partBytes(of: blob.byteCount) {
            return try await sendInParts(blob, from: path, to: key, headers, partBytes)
        }
        let bytes = try StableFile.bytes(at: path, bytesMax: Self.wholeBytesMax)
        guard bytes.count == blob.byteCount, BlobHash.of(bytes) == blob.hash else { throw Self.changed(path) }
        _ = try await client.putObject(
            bucket, key: key, headers: headers, body: .hashed(bytes, sha256: blob.hash.description), if: .none)
    }

    /// Parts are read in order and sent side by side; the whole digest is compared before the object comes to be.
    private func sendInParts(
        _ blob: Blob, from path: String, to key: String, _ headers: [(name: String, value: String)], _ partBytes: Int
    ) async throws(SiteDeployError) {
        let upload = try await client.createUpload(bucket, key: key, headers: headers)
        do throws(SiteDeployError) {
            let parts = try await sendParts(of: blob, from: path, key: key, upload: upload, partBytes)
            try await client.completeUpload(bucket, key: key, upload: upload, parts: parts)
        } catch {
            let (client, bucket) = (client, bucket)
            await Task { _ = try? await client.abortUpload(bucket, key: key, upload: upload) }.value
            throw error
        }
    }

    private func sendParts(
        of blob: Blob, from path: String, key: String, upload: String, _ partBytes: Int
    ) async throws(SiteDeployError) -> [UploadedPart] {
        let file = try FileParts(path: path)
        var left = blob.byteCount
        var number = 0
        var uploaded: [UploadedPart] = []
        do {
            try await withThrowingTaskGroup(of: UploadedPart.self) { group in
                while left > 0 {
                    if number >= Self.partsAtATime, let part = try await group.next() { uploaded.append(part) }
                    number += 1
                    let bytes = try file.next(min(partBytes, left))
                    guard !bytes.isEmpty else { throw Self.changed(path) }
                    left -= bytes.count
                    let current = number
                    group.addTask { [client, bucket] in
                        try await client.uploadPart(
                            bucket, key: key, upload: upload, number: current, body: .bytes(bytes))
                    }
                }
                while let part = try await group.next() { uploaded.append(part) }
            }
            guard try file.next(1).isEmpty, file.hash == blob.hash else { throw Self.changed(path) }
        } catch let error as SiteDeployError {
            throw error
        } catch {
            throw .cancelled
        }
        return uploaded
    }
}
