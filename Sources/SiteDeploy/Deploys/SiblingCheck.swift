// Whether a compressed sibling holds what the file beside it holds. One left over from an earlier build would be served to
// most viewers, and hardly ever to the one who looks for the mistake.

import ContentCoding
import Cryptography
import DeployModel

/// Checks `app.js.br` against `app.js`.
enum SiblingCheck {
    static let outputBytesMax = 1 << 20

    /// Whether a file unpacks to exactly this content. Memory is bounded; unpacking stops where it becomes longer.
    static func unpacks(_ path: String, _ encoding: Manifest.Encoding, to blob: Blob) throws(SiteDeployError) -> Bool {
        let file = try FileParts(path: path)
        var digest = Digest(.sha256)
        var byteCount = 0
        do throws(ContentCodingError) {
            var decompressor = try Decompressor(encoding == .brotli ? .brotli : .gzip)
            while true {
                let input: [UInt8]
                do throws(SiteDeployError) {
                    input = try file.next(StableFile.chunkBytes)
                } catch {
                    return false
                }
                if input.isEmpty { break }
                guard try unpack(input, &decompressor, { digest.update($0); byteCount += $0.count; return byteCount <= blob.byteCount }) else {
                    return false
                }
            }
            try decompressor.finish()
        } catch {
            return false
        }
        return byteCount == blob.byteCount && BlobHash(Hex.encode(digest.current())) == blob.hash
    }

    /// False as soon as `body` says that it is enough.
    private static func unpack(
        _ input: [UInt8], _ decompressor: inout Decompressor, _ body: ([UInt8]) -> Bool
    ) throws(ContentCodingError) -> Bool {
        var position = 0
        while true {
            var output: [UInt8] = []
            let outcome: Result<Decompressor.Progress, ContentCodingError> = input.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
                do throws(ContentCodingError) {
                    return .success(try decompressor.decompress(rest, into: &output, atMost: outputBytesMax))
                } catch {
                    return .failure(error)
                }
            }
            let progress = try outcome.get()
            position += progress.consumed
            guard body(output) else { return false }
            if position == input.count, !progress.mayHaveMore || progress.isAtEnd { return true }
        }
    }
}
