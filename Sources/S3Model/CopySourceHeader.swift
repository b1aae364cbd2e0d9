// `x-amz-copy-source`: which object a copy reads.

import HTTPSemantics

/// The source of a CopyObject or UploadPartCopy: `[/]bucket/key[?versionId=...]`, percent-coded.
package struct CopySourceHeader: Sendable, Hashable {
    package let object: ObjectAddress
    package let versionID: String?

    package init(object: ObjectAddress, versionID: String? = nil) {
        self.object = object
        self.versionID = versionID
    }

    package init(headerValue: String) throws(S3Error) {
        var text = Substring(headerValue)
        if text.hasPrefix("/") { text = text.dropFirst() }
        guard !text.hasPrefix("arn:") else { throw .notImplemented("Copying from an access point") }
        var version: String?
        // A `?` in the key itself arrives as %3F.
        if let mark = text.range(ofQuery: "?versionId=") {
            version = PercentCoding.decode(text[mark.upperBound...])
            text = text[..<mark.lowerBound]
        }
        guard let slash = text.firstIndex(of: "/"), slash > text.startIndex else { throw Self.malformed(headerValue) }
        guard let bucketText = PercentCoding.decode(text[..<slash]), let keyText = PercentCoding.decode(text[text.index(after: slash)...])
        else { throw Self.malformed(headerValue) }
        guard let bucket = BucketName(bucketText) else { throw S3Error(.invalidBucketName).with("BucketName", bucketText) }
        guard keyText.utf8.count <= ObjectKey.bytesMax else { throw S3Error(.keyTooLongError) }
        guard let key = ObjectKey(keyText) else { throw Self.malformed(headerValue) }
        object = ObjectAddress(bucket: bucket, key: key)
        versionID = version
    }

    private static func malformed(_ value: String) -> S3Error {
        .invalidArgument("x-amz-copy-source", value, "Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
    }
}

extension Substring {
    fileprivate func range(ofQuery marker: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(marker) { return start..<index(start, offsetBy: marker.count) }
            start = index(after: start)
        }
        return nil
    }
}
