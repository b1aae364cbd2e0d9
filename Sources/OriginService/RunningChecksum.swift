// An additional checksum over bytes as they pass.

import Cryptography
import ObjectStorage
import S3Model

/// A running checksum of one algorithm; digests can't be copied, so it has one owner.
struct RunningChecksum: ~Copyable {
    let algorithm: ChecksumAlgorithm
    // Only the one that `algorithm` names is fed.
    private var crc32 = CRC32()
    private var crc32c = CRC32C()
    private var crc64nvme = CRC64NVME()
    private var digest: Digest?

    init(_ algorithm: ChecksumAlgorithm) {
        self.algorithm = algorithm
        switch algorithm {
        case .crc32, .crc32c, .crc64nvme: digest = nil
        case .sha1: digest = Digest(.sha1)
        case .sha256: digest = Digest(.sha256)
        }
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        switch algorithm {
        case .crc32: crc32.update(bytes)
        case .crc32c: crc32c.update(bytes)
        case .crc64nvme: crc64nvme.update(bytes)
        case .sha1, .sha256: digest?.update(bytes)
        }
    }

    /// The checksum of everything fed so far.
    func current() -> ChecksumValue {
        let bytes =
            switch algorithm {
            case .crc32: crc32.bytes
            case .crc32c: crc32c.bytes
            case .crc64nvme: crc64nvme.bytes
            case .sha1, .sha256: digest?.current() ?? []
            }
        return ChecksumValue(algorithm: algorithm, bytes: bytes)
    }
}

extension ChecksumValue {
    func stored(_ type: ChecksumType = .fullObject) -> ObjectChecksum {
        ObjectChecksum(algorithm: algorithm.rawValue, scope: type == .composite ? .composite : .fullObject, value: text)
    }

    init?(_ stored: ObjectChecksum) {
        guard let algorithm = ChecksumAlgorithm(rawValue: stored.algorithm) else { return nil }
        self.init(algorithm: algorithm, text: stored.value)
    }
}

extension ChecksumType {
    init(_ scope: ObjectChecksum.Scope) { self = scope == .composite ? .composite : .fullObject }
    var scope: ObjectChecksum.Scope { self == .composite ? .composite : .fullObject }
}
