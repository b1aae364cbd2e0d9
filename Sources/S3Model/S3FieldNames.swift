// The x-amz-* field names, once.

package import HTTPTypes

extension HTTPField.Name {
    /// For literals that are visibly tokens.
    private static func token(_ text: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name("\(text)") else { preconditionFailure("\(text) is not a field name") }
        return name
    }

    package static let contentMD5 = token("Content-MD5")
    package static let xAmzACL = token("x-amz-acl")
    package static let xAmzAbortDate = token("x-amz-abort-date")
    package static let xAmzBucketRegion = token("x-amz-bucket-region")
    package static let xAmzChecksumAlgorithm = token("x-amz-checksum-algorithm")
    package static let xAmzChecksumCRC32 = token("x-amz-checksum-crc32")
    package static let xAmzChecksumCRC32C = token("x-amz-checksum-crc32c")
    package static let xAmzChecksumCRC64NVME = token("x-amz-checksum-crc64nvme")
    package static let xAmzChecksumMode = token("x-amz-checksum-mode")
    package static let xAmzChecksumSHA1 = token("x-amz-checksum-sha1")
    package static let xAmzChecksumSHA256 = token("x-amz-checksum-sha256")
    package static let xAmzChecksumType = token("x-amz-checksum-type")
    package static let xAmzContentSHA256 = token("x-amz-content-sha256")
    package static let xAmzCopySource = token("x-amz-copy-source")
    package static let xAmzCopySourceIfMatch = token("x-amz-copy-source-if-match")
    package static let xAmzCopySourceIfModifiedSince = token("x-amz-copy-source-if-modified-since")
    package static let xAmzCopySourceIfNoneMatch = token("x-amz-copy-source-if-none-match")
    package static let xAmzCopySourceIfUnmodifiedSince = token("x-amz-copy-source-if-unmodified-since")
    package static let xAmzCopySourceRange = token("x-amz-copy-source-range")
    package static let xAmzDate = token("x-amz-date")
    package static let xAmzDecodedContentLength = token("x-amz-decoded-content-length")
    package static let xAmzErrorCode = token("x-amz-error-code")
    package static let xAmzErrorMessage = token("x-amz-error-message")
    package static let xAmzExpectedBucketOwner = token("x-amz-expected-bucket-owner")
    package static let xAmzMaxParts = token("x-amz-max-parts")
    package static let xAmzMetadataDirective = token("x-amz-metadata-directive")
    package static let xAmzMPObjectSize = token("x-amz-mp-object-size")
    package static let xAmzMPPartsCount = token("x-amz-mp-parts-count")
    package static let xAmzMissingMeta = token("x-amz-missing-meta")
    package static let xAmzObjectAttributes = token("x-amz-object-attributes")
    package static let xAmzObjectOwnership = token("x-amz-object-ownership")
    package static let xAmzObjectSize = token("x-amz-object-size")
    package static let xAmzPartNumberMarker = token("x-amz-part-number-marker")
    package static let xAmzSDKChecksumAlgorithm = token("x-amz-sdk-checksum-algorithm")
    package static let xAmzSourceARN = token("x-amz-source-arn")
    package static let xAmzSourceExpectedBucketOwner = token("x-amz-source-expected-bucket-owner")
    package static let xAmzStorageClass = token("x-amz-storage-class")
    package static let xAmzTaggingDirective = token("x-amz-tagging-directive")
    package static let xAmzTrailer = token("x-amz-trailer")
    package static let xAmzWebsiteRedirectLocation = token("x-amz-website-redirect-location")
}
