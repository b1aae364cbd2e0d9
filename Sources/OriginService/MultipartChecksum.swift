// The checksum of a completed multipart object, from those of its parts (S3 User Guide, "Checking object integrity").

import Cryptography
import S3Model

enum MultipartChecksum {
    struct Part {
        var bytes: Int64
        var checksum: ChecksumValue
    }

    /// nil when a part's value is of another algorithm or length, which a caller has excluded.
    static func combine(_ parts: [Part], algorithm: ChecksumAlgorithm, type: ChecksumType) -> ChecksumValue? {
        guard parts.allSatisfy({ $0.checksum.algorithm == algorithm && $0.checksum.bytes.count == algorithm.valueBytes }) else { return nil }
        switch type {
        case .composite:
            var running = RunningChecksum(algorithm)
            for part in parts { part.checksum.bytes.withUnsafeBytes { running.update($0) } }
            return ChecksumValue(algorithm: algorithm, bytes: running.current().bytes, partCount: parts.count)
        case .fullObject:
            switch algorithm {
            case .crc32:
                var whole = CRC32()
                for part in parts { whole.append(CRC32(value: UInt32(number(part))), byteCount: UInt64(part.bytes)) }
                return ChecksumValue(algorithm: algorithm, bytes: whole.bytes)
            case .crc32c:
                var whole = CRC32C()
                for part in parts { whole.append(CRC32C(value: UInt32(number(part))), byteCount: UInt64(part.bytes)) }
                return ChecksumValue(algorithm: algorithm, bytes: whole.bytes)
            case .crc64nvme:
                var whole = CRC64NVME()
                for part in parts { whole.append(CRC64NVME(value: number(part)), byteCount: UInt64(part.bytes)) }
                return ChecksumValue(algorithm: algorithm, bytes: whole.bytes)
            case .sha1, .sha256: return nil
            }
        }
    }

    private static func number(_ part: Part) -> UInt64 {
        part.checksum.bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
