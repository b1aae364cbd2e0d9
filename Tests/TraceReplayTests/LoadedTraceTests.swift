import CacheSimulation
import ContentCoding
import Eviction
import Foundation
import Testing
import TraceFormats

@testable import TraceReplay

struct LoadedTraceTests {
    private static let lines = (0..<20_000).map { "\($0) \($0 % 700) \(100 + $0 % 7)" }.joined(separator: "\n")

    private func gzipped(_ bytes: [UInt8]) throws -> [UInt8] {
        var compressor = try Compressor(.gzip)
        var output: [UInt8] = []
        try bytes.withUnsafeBytes { try compressor.compress($0, into: &output, .finish) }
        return output
    }

    @Test func `a log packed with gzip is unpacked, members that follow one another as well`() throws {
        let bytes = Array(Self.lines.utf8)
        let half = bytes.count / 2
        let file = try TemporaryFile(try gzipped(Array(bytes[..<half])) + gzipped(Array(bytes[half...])), name: "trace.gz")
        let trace = try LoadedTrace.load(path: file.path)
        #expect(trace.fault == nil)
        #expect(trace.format == .lrb)
        #expect(trace.index.requests == 20_000)
        #expect(trace.index.objects == 700)
        #expect(trace.seconds == 19_999)
    }

    @Test func `a packed trace cut short keeps what came before, and says so`() throws {
        let packed = try gzipped(Array(Self.lines.utf8))
        let file = try TemporaryFile(Array(packed.prefix(packed.count / 2)))
        let trace = try LoadedTrace.load(path: file.path)
        #expect((1000..<20_000).contains(trace.index.requests))
        // The last line is cut too, so it is that or the stream that is at fault.
        #expect(trace.fault != nil)
    }

    @Test func `a packed trace damaged in the middle keeps what came before`() throws {
        var packed = try [UInt8](Data(contentsOf: URL(fileURLWithPath: tracePath("web12"))))
        for place in 200_000..<200_100 { packed[place] ^= 0x5A }
        let file = try TemporaryFile(packed, name: "damaged.oracleGeneral.zst")
        let trace = try LoadedTrace.load(path: file.path)
        #expect((1000..<95_607).contains(trace.index.requests))
        // Damaged content shows as a stream or as a record that makes no sense, whichever comes first.
        #expect(trace.fault != nil)
    }

    @Test func `a trace with a bad line keeps the lines before, and says which`() throws {
        let file = try TemporaryFile(Array("1 1 1\n2 2 2\n3 x 3\n4 4 4\n".utf8))
        let trace = try LoadedTrace.load(path: file.path)
        #expect(trace.index.requests == 2)
        #expect(trace.fault?.description == "\(file.path), line 3: the object is no whole number: \"x\"")
    }

    @Test(arguments: [
        ("", "byte 0: there is nothing in it"),
        ("once upon a time\n", "byte 0: the content looks like no known format; name it with --format"),
        ("time,object,size\n1,2,big\n", "line 2: the size is no whole number: \"big\""),
        ("time,object,size\n", "no request in it can be replayed"),
        ("192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] \"POST / HTTP/1.1\" 200 1\n", "no request in it can be replayed (1 method)"),
    ])
    func `a file without a request is an error`(text: String, message: String) throws {
        let file = try TemporaryFile(Array(text.utf8))
        let error = #expect(throws: ReplayError.self) { try LoadedTrace.load(path: file.path) }
        #expect(error?.description.hasSuffix(message) == true, "\(String(describing: error))")
    }

    @Test func `a file that is not there is an error`() {
        let path = tracePath("nothing")
        #expect(throws: ReplayError.cannotRead(path: path, reason: "No such file or directory")) { try LoadedTrace.load(path: path) }
    }

    @Test(arguments: [
        ("1%", CacheSize.share(0.01), "1%"), ("0.1%", .share(0.001), "0.1%"), ("100%", .share(1), "100%"),
        ("500MB", .bytes(500_000_000), "500000000"), ("2GiB", .bytes(2 << 30), "2GiB"), ("1000", .bytes(1000), "1000"),
    ])
    func `a size is bytes or a share`(text: String, size: CacheSize, shown: String) throws {
        #expect(try CacheSize(text) == size)
        #expect(size.description == shown)
    }

    @Test(arguments: ["", "0", "0%", "-1%", "x%", "1001%", "5 apples", "99999999999TB", "1.5GB"])
    func `what is no size is refused`(text: String) {
        #expect(throws: ReplayError.badSize(text: text)) { try CacheSize(text) }
    }

    @Test func `contenders are read as they are written`() throws {
        for contender in Contender.all { #expect(try Contender(contender.description) == contender) }
        #expect(try Contender("lru+second-hit") == .online(.lru, .secondHit))
        for text in ["", "mru", "lru+", "lru+luck", "belady+second-hit"] {
            #expect(throws: ReplayError.self) { try Contender(text) }
        }
    }
}
