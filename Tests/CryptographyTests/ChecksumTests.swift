import Cryptography
import Testing

struct ChecksumTests {
    static let digits = Array("123456789".utf8)

    @Test func `the published check values hold`() {
        #expect(CRC32(of: Self.digits).value == 0xCBF4_3926)
        #expect(CRC32C(of: Self.digits).value == 0xE306_9283)
        #expect(CRC64NVME(of: Self.digits).value == 0xAE8B_1486_0A79_9888)
    }

    @Test func `RFC 3720's CRC-32C examples hold`() {
        #expect(CRC32C(of: [UInt8](repeating: 0, count: 32)).value == 0x8A91_36AA)
        #expect(CRC32C(of: [UInt8](repeating: 0xFF, count: 32)).value == 0x62A8_AB43)
        #expect(CRC32C(of: Array(0..<32)).value == 0x46DD_794E)
        #expect(CRC32C(of: Array((0..<32).reversed())).value == 0x113F_DB5C)
    }

    @Test func `nothing has a check of zero, and bytes are big-endian`() {
        #expect(CRC32().value == 0 && CRC32C().value == 0 && CRC64NVME().value == 0)
        #expect(CRC32(of: Self.digits).bytes == [0xCB, 0xF4, 0x39, 0x26])
        #expect(CRC64NVME(of: Self.digits).bytes == [0xAE, 0x8B, 0x14, 0x86, 0x0A, 0x79, 0x98, 0x88])
        #expect(Base64.standard.encode(CRC64NVME(of: Self.digits).bytes) == "rosUhgp5mIg=")
    }

    @Test(arguments: [0, 1, 7, 8, 15, 16, 17, 31, 32, 33, 100, 1023])
    func `the wide steps agree with one byte at a time, however the bytes are cut`(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 5) }
        var crc32 = CRC32()
        var crc32c = CRC32C()
        var crc64 = CRC64NVME()
        for byte in bytes {
            crc32.update([byte])
            crc32c.update([byte].span.bytes)
            crc64.update([byte])
        }
        #expect(CRC32(of: bytes) == crc32)
        #expect(CRC32C(of: bytes) == crc32c)
        #expect(CRC64NVME(of: bytes) == crc64)
        for cut in stride(from: 0, through: count, by: 5) {
            var joined = CRC64NVME(of: bytes[..<cut])
            joined.update(bytes[cut...])
            #expect(joined == crc64)
        }
    }

    @Test(arguments: [(0, 0), (0, 9), (9, 0), (1, 1), (300, 700), (7, 65_537)])
    func `two parts join by their checks and the second's length`(first: Int, second: Int) {
        let bytes = (0..<first + second).map { UInt8(truncatingIfNeeded: $0 &* 131 &+ $0 >> 8) }
        let (head, tail) = (bytes[..<first], bytes[first...])
        var crc32 = CRC32(of: head)
        crc32.append(CRC32(of: tail), byteCount: UInt64(second))
        #expect(crc32 == CRC32(of: bytes))
        var crc32c = CRC32C(of: head)
        crc32c.append(CRC32C(of: tail), byteCount: UInt64(second))
        #expect(crc32c == CRC32C(of: bytes))
        var crc64 = CRC64NVME(of: head)
        crc64.append(CRC64NVME(of: tail), byteCount: UInt64(second))
        #expect(crc64 == CRC64NVME(of: bytes))
    }
}
