// Folder -> bucket: makes the bucket, puts its files, redirects and website configuration, and at last lets its readers in.
//
// The policy comes last, so that nobody sees half a site. Everything can be repeated: a second run puts the same things again.

/// Puts one folder of files into one bucket.
package struct SiteSeeder: Sendable {
    private let client: S3Client
    private let configuration: SeedConfiguration

    /// What has happened, for a progress line.
    package enum Progress: Sendable, Equatable {
        case bucket(String)
        case object(key: String, done: Int, of: Int)
        case skipped(key: String, reason: String)
    }

    package init(client: S3Client, configuration: SeedConfiguration = SeedConfiguration()) {
        self.client = client
        self.configuration = configuration
    }

    /// - Returns: how many objects were put.
    package func seed(
        _ plan: BucketPlan, from folder: SiteFolder, progress: @Sendable (Progress) -> Void = { _ in }
    ) async throws(SiteDeployError) -> Int {
        try await client.createBucket(plan.bucket)
        progress(.bucket(plan.bucket))
        for (key, reason) in folder.skipped { progress(.skipped(key: key, reason: reason)) }
        let total = folder.files.count + plan.redirects.count
        for (position, file) in folder.files.enumerated() {
            if Task.isCancelled { throw .cancelled }
            try await client.putObject(
                plan.bucket, key: file.key, headers: headers(of: file.key), body: try .file(at: file.path))
            progress(.object(key: file.key, done: position + 1, of: total))
        }
        for (position, redirect) in plan.redirects.enumerated() {
            let headers = headers(of: redirect.key) + [("x-amz-website-redirect-location", redirect.location)]
            try await client.putObject(plan.bucket, key: redirect.key, headers: headers, body: .bytes([]))
            progress(.object(key: redirect.key, done: folder.files.count + position + 1, of: total))
        }
        if let website = plan.website { try await client.putBucketWebsite(plan.bucket, website) }
        if plan.readers.contains(.everyone) { try await client.deletePublicAccessBlock(plan.bucket) }
        if !plan.readers.isEmpty {
            try await client.putBucketPolicy(ReadPolicy(bucket: plan.bucket, readers: plan.readers))
        }
        return total
    }

    private func headers(of key: String) -> [(name: String, value: String)] {
        [
            ("Content-Type", ContentType.of(fileName: key)),
            ("Cache-Control", configuration.cacheControl(forKey: key)),
        ]
    }
}
