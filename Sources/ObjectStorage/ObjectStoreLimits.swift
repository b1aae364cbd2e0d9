/// The numbers every `ObjectStore` keeps to; most are Amazon S3's published quotas.
package enum ObjectStoreLimits {
    /// Entries (keys plus common prefixes, uploads, or parts) in one listing page.
    package static let pageEntriesMax = 1000
    /// Buckets in one page of `listBuckets`.
    package static let bucketPageEntriesMax = 10_000
    /// Keys one batch delete may name.
    package static let batchDeletionsMax = 1000
    /// The part numbers of a multipart upload.
    package static let partNumbers: ClosedRange<Int> = 1...10_000
    /// Bytes the parts of a completed upload must have, the last one excepted: 5 MiB.
    package static let partBytesMin: Int64 = 5 * 1024 * 1024
    /// Bytes of one simple put or one part: 5 GiB.
    package static let putBytesMax: Int64 = 5 * 1024 * 1024 * 1024
    /// Bytes of one object, assembled from parts: 50 TB, as S3 has documented since December 2025.
    package static let objectBytesMax: Int64 = 50 * 1024 * 1024 * 1024 * 1024
    /// Bytes of one bucket configuration document (S3's largest, the website configuration, is 128 KiB).
    package static let configurationBytesMax = 256 * 1024
}
