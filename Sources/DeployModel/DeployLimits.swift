/// Bounds of a deploy. Each is checked before anything is uploaded, or when a document is read.
package enum DeployLimits {
    /// Files of one deploy.
    package static let filesMax = 100_000
    /// One file, bytes: 625 GiB, which is S3's ten thousand parts of 64 MiB.
    package static let fileBytesMax = 10_000 * (64 << 20)
    /// A path below the site's root, bytes of UTF-8; leaves room for what S3 allows a key.
    package static let pathBytesMax = 900
    /// An encoded manifest, bytes.
    package static let manifestBytesMax = 64 << 20
    /// An alias, record or lease document, bytes.
    package static let documentBytesMax = 256 << 10
    /// Moves that an alias remembers.
    package static let historyMax = 50
    /// Shortest and longest life that a preview can be given, seconds: a minute, ten years.
    package static let lifeSeconds: ClosedRange<Int64> = 60...315_360_000
    /// A free text about who made a deploy, bytes; longer ones are cut.
    package static let factBytesMax = 300
}
