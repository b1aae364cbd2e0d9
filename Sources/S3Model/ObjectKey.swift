// Object keys. A key is any Unicode text of 1 to 1,024 bytes in UTF-8; S3 gives `/`, `.` and `..` no meaning.

/// The name of an object inside its bucket: 1 to 1,024 bytes of UTF-8, compared by bytes.
package struct ObjectKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let description: String

    package static let bytesMax = 1024

    package init?(_ text: String) {
        let count = text.utf8.count
        guard count >= 1, count <= Self.bytesMax else { return nil }
        description = text
    }

    /// Order of listings: binary order of the UTF-8 bytes.
    package static func < (a: ObjectKey, b: ObjectKey) -> Bool {
        a.description.utf8.lexicographicallyPrecedes(b.description.utf8)
    }

    /// Equality by bytes; Swift's own string equality would unite canonically equivalent spellings.
    package static func == (a: ObjectKey, b: ObjectKey) -> Bool {
        a.description.utf8.elementsEqual(b.description.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in description.utf8 { hasher.combine(byte) }
    }
}

/// A bucket and a key in it.
package struct ObjectAddress: Hashable, Sendable {
    package let bucket: BucketName
    package let key: ObjectKey

    package init(bucket: BucketName, key: ObjectKey) {
        self.bucket = bucket
        self.key = key
    }
}
