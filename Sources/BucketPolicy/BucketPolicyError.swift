// Why a policy is refused: S3's MalformedPolicy, in S3's words where they are known, with the place and the offending
// value beside them, which S3 does not say.

/// A policy document that would not be effective as written.
package struct BucketPolicyError: Error, Sendable, Hashable {
    /// S3's error code.
    package static let code = "MalformedPolicy"

    /// S3's sentence.
    package let message: String
    /// What exactly is wrong, for the error document's `<Detail>` and for logs.
    package let detail: String
    /// 1-based position of the offending value; nil when the document as a whole is at fault.
    package let position: Position?

    package struct Position: Sendable, Hashable, CustomStringConvertible {
        package let line: Int
        /// Bytes from the start of the line, from 1.
        package let column: Int

        package var description: String { "line \(line), column \(column)" }
    }
}

extension BucketPolicyError.Position {
    init(offset: Int, in bytes: [UInt8]) {
        let before = bytes[..<min(offset, bytes.count)]
        line = 1 + before.count { $0 == 0x0A }
        column = 1 + before.reversed().prefix { $0 != 0x0A }.count
    }
}
