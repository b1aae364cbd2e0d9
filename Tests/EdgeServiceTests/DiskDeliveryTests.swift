// Answers out of the disk tier: the same as out of memory, whatever is asked for and over whatever connection.

import DistributionModel
import Foundation
import HTTPCaching
import HTTPTypes
import NIOCore
import OriginFetch
import Synchronization
import Testing

@testable import EdgeService
@testable import EdgeStorage

struct DiskDeliveryTests {
    /// A folder in which one edge follows another.
    private final class Place: Sendable {
        let directory = NSTemporaryDirectory() + "disk-delivery-" + UUID().uuidString

        deinit { try? FileManager.default.removeItem(atPath: directory) }

        func edge(memoryObject: Int = 1 << 20, seconds: Int64 = 0, distributions: [Distribution] = [.site()]) async throws -> Edge {
            let tier = DiskTier(
                DiskTierSettings(directory: directory, bytesMax: 200 << 20, objectBytesMax: 64 << 20), files: UnlockedFileSystem(),
                uptime: { .zero }, report: { _ in })
            tier.start()
            await tier.loaded()
            let edge = try Edge(distributions, memoryBytes: 8 << 20, objectBytesMax: memoryObject, disk: tier)
            edge.clock.advance(seconds)
            return edge
        }

        var files: [String] {
            let walker = FileManager.default.enumerator(atPath: directory)
            return walker?.compactMap { $0 as? String }.filter { $0.count > 32 }.map { directory + "/" + $0 } ?? []
        }
    }

    private static let date = "Mon, 01 Jan 2024 00:00:00 GMT"
    private static let fields: HTTPFields = [.eTag: "\"v1\"", .lastModified: date, .contentType: "text/plain", .cacheControl: "max-age=1000"]

    private static func content(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 9) } }

    private static let small = 10_000
    private static let large = 5_000_000

    private static func whole(_ bytes: [UInt8]) -> OriginReply { OriginReply(.ok, fields, bytes: bytes) }

    /// An edge that has just started over what another one stored 100 seconds ago.
    private static func restarted(_ place: Place, _ bytes: [UInt8]) async throws -> Edge {
        do {
            let first = try await place.edge()
            first.origin.answer(whole(bytes))
            let miss = await first.get("/a")
            #expect(miss.xCache == "Miss")
            #expect(miss.body == bytes)
            await first.settle()
            await first.cache.disk?.isIdle()
        }
        let edge = try await place.edge(seconds: 100)
        edge.origin.fail(.connect)
        return edge
    }

    @Test(arguments: [small, large], [false, true])
    func `a restart keeps hits, with their age`(count: Int, isSecure: Bool) async throws {
        let place = Place()
        let bytes = Self.content(count)
        let edge = try await Self.restarted(place, bytes)
        let hit = await edge.begin("/a", isSecure: isSecure).reply
        #expect(hit.status == 200)
        #expect(hit.xCache == "Hit")
        #expect(hit.age == 100)
        #expect(hit.body == bytes)
        #expect(hit.isWhole)
        #expect(hit.fields[.eTag] == "\"v1\"")
        #expect(hit.fields[.contentLength] == String(count))
        #expect((hit.regions > 0) == (count == Self.large && !isSecure), "large content goes straight from its file, where the kernel may send it")
        #expect(edge.origin.count == 0)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var fields: HTTPFields
        var method = HTTPRequest.Method.get
        var status: Int
        var ranges: [Range<Int>] = []
        var testDescription: String { "\(method) \(fields)" }
    }

    @Test(
        arguments: [
            Row(fields: [:], method: .head, status: 200),
            Row(fields: [.range: "bytes=0-9"], status: 206, ranges: [0..<10]),
            Row(fields: [.range: "bytes=262140-262150"], status: 206, ranges: [262_140..<262_151]),
            Row(fields: [.range: "bytes=1000000-4000000"], status: 206, ranges: [1_000_000..<4_000_001]),
            Row(fields: [.range: "bytes=-5"], status: 206, ranges: [large - 5..<large]),
            Row(fields: [.range: "bytes=5000000-"], status: 416),
            Row(fields: [.range: "bytes=0-9,300000-300009"], status: 206, ranges: [0..<10, 300_000..<300_010]),
            Row(fields: [.ifNoneMatch: "\"v1\""], status: 304), Row(fields: [.ifModifiedSince: date], status: 304),
            Row(fields: [.ifNoneMatch: "\"v2\"", .range: "bytes=0-0"], status: 206, ranges: [0..<1]),
            Row(fields: [.range: "bytes=0-9", .ifRange: "\"v2\""], status: 200, ranges: [0..<large]),
        ], [false, true])
    func `ranges and conditions are answered from the file`(row: Row, isSecure: Bool) async throws {
        let place = Place()
        let bytes = Self.content(Self.large)
        let edge = try await Self.restarted(place, bytes)
        let reply = await edge.begin("/a", row.fields, method: row.method, isSecure: isSecure).reply
        #expect(reply.status == row.status)
        #expect(edge.origin.count == 0)
        switch row.ranges.count {
        case 0: #expect(row.status == 416 || reply.body.isEmpty)
        case 1: #expect(reply.body == Array(bytes[row.ranges[0]]))
        default:
            #expect(reply.fields[.contentType]?.hasPrefix("multipart/byteranges") == true)
            #expect(reply.fields[.contentLength] == String(reply.body.count))
            for range in row.ranges { #expect(Data(reply.body).range(of: Data(bytes[range])) != nil) }
        }
    }

    @Test func `what is too large for memory is a hit the second time, and those who come meanwhile share the fetch`() async throws {
        let place = Place()
        let edge = try await place.edge()
        let bytes = Self.content(Self.large)
        let gate = edge.origin.gate()
        let first = edge.begin("/a")
        gate.sendHead(.ok, Self.fields, length: bytes.count)
        gate.send(ByteBuffer(bytes: bytes[..<3_000_000]))
        await until("the first has some") { first.soFar.body.count >= 3_000_000 }
        let second = edge.begin("/a")
        await until("the second has joined") { second.soFar.body.count >= 3_000_000 }
        gate.send(ByteBuffer(bytes: bytes[3_000_000...]))
        gate.end()
        let replies = [await first.reply, await second.reply]
        #expect(replies.map(\.xCache) == ["Miss", "Hit"])
        #expect(replies.allSatisfy { $0.isWhole && $0.body == bytes })
        await edge.settle()
        let third = await edge.get("/a")
        #expect(third.xCache == "Hit")
        #expect(third.body == bytes)
        #expect(third.regions > 0)
        #expect(edge.origin.count == 1)
        #expect(edge.cache.statistics.bytes < 1 << 20, "memory has none of it")
    }

    @Test func `content whose length is not known goes to disk when memory's limit is passed`() async throws {
        let place = Place()
        let edge = try await place.edge()
        let bytes = Self.content(Self.large)
        let gate = edge.origin.gate()
        let first = edge.begin("/a")
        gate.sendHead(.ok, Self.fields)
        for start in stride(from: 0, to: bytes.count, by: 500_000) { gate.send(ByteBuffer(bytes: bytes[start..<start + 500_000])) }
        gate.end()
        #expect(await first.reply.body == bytes)
        await edge.settle()
        let hit = await edge.get("/a")
        #expect(hit.xCache == "Hit")
        #expect(hit.body == bytes)
        #expect(hit.fields[.contentLength] == String(bytes.count))
    }

    /// Over an edge that has just started, changes a byte of the one file there is.
    private static func damaged(_ place: Place, at offset: Int, _ bytes: [UInt8]) async throws -> Edge {
        let edge = try await restarted(place, bytes)
        let file = try #require(place.files.first)
        var content = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
        content[offset] ^= 1
        try Data(content).write(to: URL(fileURLWithPath: file))
        return edge
    }

    @Test func `a damaged beginning is a miss`() async throws {
        let place = Place()
        let bytes = Self.content(12_000_000)
        let edge = try await Self.damaged(place, at: 5, bytes)
        edge.origin.answer(Self.whole(bytes))
        let first = await edge.get("/a")
        #expect(first.xCache == "Miss")
        #expect(first.body == bytes)
        await edge.settle()
        await edge.cache.disk?.isIdle()
        #expect(await edge.get("/a").xCache == "Hit")
        #expect(edge.origin.count == 1)
    }

    /// What the origin makes of the request for the rest.
    enum Rest: CaseIterable, Sendable {
        case range, whole, otherVersion, otherRange, weak, cut, failure
        var isGood: Bool { self == .range || self == .whole }
    }

    @Test(arguments: Rest.allCases, [false, true])
    func `damage further on is gone on with from the origin, if that has the same version`(rest: Rest, isSecure: Bool) async throws {
        let place = Place()
        let bytes = Self.content(12_000_000)
        let edge = try await Self.damaged(place, at: 11_000_000, bytes)
        if rest != .failure {
            edge.origin.answer { request in
                guard let range = request.fields[.range] else { return Self.whole(bytes) }
                #expect(request.fields[.ifRange] == "\"v1\"")
                guard let start = Int(range.dropFirst("bytes=".count).prefix { $0 != "-" }) else { return OriginReply(.badRequest, [:], bytes: []) }
                var fields = Self.fields
                fields[.contentRange] = "bytes \(start)-\(bytes.count - 1)/\(bytes.count)"
                switch rest {
                case .whole: return Self.whole(bytes)
                case .otherVersion: fields[.eTag] = "\"v2\""
                case .weak: fields[.eTag] = "W/\"v1\""
                case .otherRange: fields[.contentRange] = "bytes 0-\(bytes.count - start - 1)/\(bytes.count)"
                case .cut: return OriginReply(.partialContent, fields, bytes: Array(bytes[start..<start + 1_000]))
                case .range, .failure: break
                }
                return OriginReply(.partialContent, fields, bytes: Array(bytes[start...]))
            }
        }
        let first = await edge.begin("/a", isSecure: isSecure).reply
        #expect(first.status == 200)
        #expect(first.isWhole == rest.isGood)
        #expect(first.body == Array(bytes[..<first.body.count]), "nothing wrong was sent")
        #expect(edge.origin.count == 1)
        // The file is gone, so that what comes next is fetched whole.
        edge.origin.answer(Self.whole(bytes))
        #expect(await edge.get("/a").body == bytes)
        await edge.settle()
        await edge.cache.disk?.isIdle()
        let again = await edge.get("/a")
        #expect(again.xCache == "Hit")
        #expect(again.body == bytes)
    }

    @Test func `a range that meets damage further on gets its bytes and no more`() async throws {
        let place = Place()
        let bytes = Self.content(12_000_000)
        let edge = try await Self.damaged(place, at: 11_000_000, bytes)
        edge.origin.answer { request in
            let range = request.fields[.range]?.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) } ?? []
            guard range.count == 2 else { return Self.whole(bytes) }
            var fields = Self.fields
            fields[.contentRange] = "bytes \(range[0])-\(range[1])/\(bytes.count)"
            return OriginReply(.partialContent, fields, bytes: Array(bytes[range[0]...range[1]]))
        }
        let reply = await edge.get("/a", [.range: "bytes=1000000-11500000"])
        #expect(reply.status == 206)
        #expect(reply.isWhole)
        #expect(reply.body == Array(bytes[1_000_000...11_500_000]))
        #expect(edge.origin.last?.fields[.range]?.hasSuffix("-11500000") == true)
    }

    @Test(arguments: [small, large])
    func `a confirmation renews what is on disk`(count: Int) async throws {
        let place = Place()
        let bytes = Self.content(count)
        do {
            let edge = try await Self.restarted(place, bytes)
            edge.clock.advance(1_000)
            edge.origin.answer(OriginReply(.notModified, [.eTag: "\"v1\"", .cacheControl: "max-age=5000"]))
            let refreshed = await edge.get("/a")
            #expect(refreshed.xCache == "RefreshHit")
            #expect(refreshed.body == bytes)
            #expect(edge.origin.last?.fields[.ifNoneMatch] == "\"v1\"")
            await edge.settle()
            await edge.cache.disk?.isIdle()
        }
        let edge = try await place.edge(seconds: 4_000)
        edge.origin.fail(.connect)
        let hit = await edge.get("/a")
        #expect(hit.xCache == "Hit")
        #expect(hit.age == 2_900)
        #expect(hit.body == bytes)
    }

    @Test func `a 304 renews variants that lie on disk alone`() async throws {
        let place = Place()
        func edge() async throws -> Edge { try await place.edge(distributions: [.strict()]) }
        let cached = OriginReply(.ok, [.eTag: "\"same\"", .cacheControl: "max-age=10", .vary: "Foo"], bytes: [1])
        do {
            let first = try await edge()
            first.origin.answer(cached)
            for value in ["1", "2", "3"] { await first.get("/a", [foo: value]) }
            await first.settle()
            await first.cache.disk?.isIdle()
        }
        let later = try await edge()
        later.clock.advance(20)
        later.origin.answer(OriginReply(.notModified, [.eTag: "\"same\"", .cacheControl: "max-age=30", .server: "new", .vary: "Foo"]))
        #expect(await later.get("/a", [foo: "1"]).status == 200)
        await later.settle()
        await later.cache.disk?.isIdle()
        for value in ["2", "3"] {
            let other = await later.get("/a", [foo: value])
            #expect(other.isHit && other.body == [1] && other.fields[.server] == "new")
        }
        #expect(later.origin.count == 1)
    }

    @Test func `a changed object takes the place of the file`() async throws {
        let place = Place()
        let edge = try await Self.restarted(place, Self.content(Self.large))
        edge.clock.advance(1_000)
        let other = Array(Self.content(Self.large + 1).reversed())
        edge.origin.answer(OriginReply(.ok, [.eTag: "\"v2\"", .cacheControl: "max-age=1000"], bytes: other))
        #expect(await edge.get("/a").body == other)
        await edge.settle()
        await edge.cache.disk?.isIdle()
        #expect(await edge.get("/a").body == other)
        #expect(edge.origin.count == 1)
        #expect(place.files.count == 1)
    }

    @Test func `an expired copy on disk stands in for an origin that fails`() async throws {
        let place = Place()
        let bytes = Self.content(Self.large)
        let edge = try await Self.restarted(place, bytes)
        edge.clock.advance(2_000)
        let stale = await edge.get("/a")
        #expect(stale.status == 200)
        #expect(stale.body == bytes)
    }

    @Test func `an invalidation reaches the disk`() async throws {
        let place = Place()
        do {
            let edge = try await Self.restarted(place, Self.content(Self.large))
            #expect(edge.cache.invalidate(distributionID: "E1ABCDEF", matching: try InvalidationPattern("/*")) == 1)
            try await edge.cache.removalsAreDone()
            #expect(place.files.isEmpty)
        }
        let edge = try await place.edge()
        edge.origin.answer(Self.whole([1]))
        #expect(await edge.get("/a").body == [1])
    }
}

/// The real file system without its lock, so that one edge can follow another in a process.
private struct UnlockedFileSystem: CacheFileSystem {
    private let base = PosixCacheFileSystem()

    func createDirectory(_ path: String) throws(CacheFileError) { try base.createDirectory(path) }
    func createFile(_ path: String) throws(CacheFileError) -> Int32 { try base.createFile(path) }
    func openFile(_ path: String, forWriting: Bool) throws(CacheFileError) -> Int32 { try base.openFile(path, forWriting: forWriting) }
    func closeFile(_ descriptor: Int32) { base.closeFile(descriptor) }
    func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int) throws(CacheFileError) -> Int {
        try base.write(bytes, to: descriptor, at: offset)
    }
    func read(into bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int) throws(CacheFileError) -> Int {
        try base.read(into: bytes, from: descriptor, at: offset)
    }
    func truncate(_ descriptor: Int32, to size: Int) throws(CacheFileError) { try base.truncate(descriptor, to: size) }
    func size(of descriptor: Int32) throws(CacheFileError) -> Int { try base.size(of: descriptor) }
    func adviseReading(_ descriptor: Int32, offset: Int, length: Int) { base.adviseReading(descriptor, offset: offset, length: length) }
    func rename(_ path: String, to target: String) throws(CacheFileError) { try base.rename(path, to: target) }
    func remove(_ path: String) throws(CacheFileError) { try base.remove(path) }
    func syncDirectory(_ path: String) throws(CacheFileError) { try base.syncDirectory(path) }
    func entries(of directory: String) throws(CacheFileError) -> [String] { try base.entries(of: directory) }
    func sizes(in directory: String) throws(CacheFileError) -> [Int] { try base.sizes(in: directory) }
    func lock(_ path: String) throws(CacheFileError) -> Int32 {
        try base.openFile(String(path.dropLast("/lock".count)), forWriting: false)
    }
    func isOpen(_ descriptor: Int32, at path: String) -> Bool { base.isOpen(descriptor, at: String(path.dropLast("/lock".count))) }
}
