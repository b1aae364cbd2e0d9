import NIOCore
import Testing

@testable import EdgeStorage

struct CachedBodyTests {
    private static let piece = CachedBody.pieceBytes
    /// Two and a half pieces of bytes that differ with their position.
    private static let bytes = (0..<(piece * 5 / 2)).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 8) ^ ($0 >> 16)) }
    private static let body = CachedBody(copying: stride(from: 0, to: bytes.count, by: 70_001).map {
        ByteBuffer(bytes: bytes[$0..<min($0 + 70_001, bytes.count)])
    })

    @Test(arguments: [
        0..<0, 0..<1, 0..<piece - 1, 0..<piece, 0..<piece + 1, piece - 1..<piece, piece..<piece + 1, piece - 1..<piece + 1,
        piece - 1..<2 * piece + 1, 2 * piece..<bytes.count, bytes.count - 1..<bytes.count, 0..<bytes.count,
    ])
    func `a slice holds the bytes of its range`(range: Range<Int>) {
        let slices = Self.body.slice(range)
        #expect(slices.flatMap { Array($0.readableBytesView) } == Array(Self.bytes[range]))
        #expect(slices.allSatisfy { $0.readableBytes > 0 })
    }

    @Test func `content lies in pieces of bounded size`() {
        #expect(Self.body.byteCount == Self.bytes.count)
        #expect(Self.body.pieces.map(\.readableBytes) == [Self.piece, Self.piece, Self.piece / 2])
    }

    @Test func `no content is no piece`() {
        #expect(CachedBody.empty.pieces.isEmpty)
        #expect(CachedBody.empty.slice(0..<0).isEmpty)
        #expect(CachedBody(copying: [ByteBuffer(), ByteBuffer()]).byteCount == 0)
    }

    @Test(arguments: [1, 1_000, 1_025, 65_537, 1_048_577])
    func `storage is no larger than the allocator makes it, and shared with no network buffer`(count: Int) {
        var network = ByteBufferAllocator().buffer(capacity: 4 * 1024 * 1024)
        network.writeRepeatingByte(0x61, count: count)
        let body = CachedBody(copying: [network])
        #expect(body.byteCount == count)
        #expect(body.storageBytes < 2 * count + 2)
    }
}
