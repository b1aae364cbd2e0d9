import Cryptography
import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// The promise behind a 200 to a PUT, tested by pulling the plug.
    @Suite struct CrashTests {
        /// The content of a version of a key: made from the names, so that nothing has to be remembered.
        static func content(_ key: String, version: Int) -> [UInt8] {
            var state = UInt64(truncatingIfNeeded: version) &+ key.utf8.reduce(UInt64(7)) { ($0 &* 1_099_511_628_211) ^ UInt64($1) }
            let sizes = [0, 1, 700, 5_000, 40_000, 300_000]
            func next() -> UInt64 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return state >> 33
            }
            let count = sizes[Int(next()) % sizes.count]
            var bytes: [UInt8] = Array("\(key) \(version)\n".utf8)
            while bytes.count < count { bytes.append(UInt8(truncatingIfNeeded: next())) }
            return bytes
        }

        private struct Ledger: Sendable {
            /// The last version of each key that was acknowledged.
            var acknowledged: [String: Int] = [:]
            /// The last version of each key that was begun.
            var begun: [String: Int] = [:]
        }

        @Test func `after kill -9 amid concurrent PUTs every acknowledged object is whole and nothing is half there`() throws {
            try Workplace.with { place in
                let ledger = Watched(Ledger())
                var acknowledgedBefore = 0
                for round in 0..<3 {
                    let origin = try place.startOrigin()
                    if round == 0 { try origin.s3.makeBucket("crash") }
                    try verify(origin, ledger.current)
                    let s3 = origin.s3
                    let goal = acknowledgedBefore + 60
                    for worker in 0..<8 {
                        startThread {
                            for step in 0..<10_000 {
                                // Ten keys to a worker and round: some are new, some replace what a crash may have left.
                                let key = "worker-\(worker)/round-\(step % 2 == 0 ? round : 0)/key-\(step % 10)"
                                let version = ledger.change { ledger in
                                    let version = (ledger.begun[key] ?? 0) + 1
                                    ledger.begun[key] = version
                                    return version
                                }
                                let body = Self.content(key, version: version)
                                guard let response = try? s3.request("PUT", "/crash/\(key)", body: body), response.status == 200
                                else { return }
                                ledger.change { $0.acknowledged[key] = version }
                            }
                        }
                    }
                    let reached = ledger.wait(seconds: 60) { $0.acknowledged.values.reduce(0, +) >= goal ? true : nil }
                    #expect(reached == true, "only \(ledger.current.acknowledged.count) keys\n\(origin.process.story)")
                    origin.process.send(SIGKILL)
                    #expect(origin.process.waitForExit(seconds: 10) == .signal(SIGKILL))
                    acknowledgedBefore = ledger.current.acknowledged.values.reduce(0, +)
                }
                let origin = try place.startOrigin()
                try verify(origin, ledger.current)
                #expect(try leftovers(below: origin.data).isEmpty)
            }
        }

        private func verify(_ origin: Origin, _ ledger: Ledger) throws {
            let listed = try origin.s3.keys("crash")
            #expect(Set(ledger.acknowledged.keys).subtracting(listed) == [], "acknowledged, but not listed")
            for key in listed {
                let response = try origin.s3.request("GET", "/crash/\(key)")
                #expect(response.status == 200, "\(key)")
                #expect(response.isComplete, "\(key)")
                let text = String(decoding: response.body.prefix { $0 != 10 }, as: UTF8.self)
                let version = text.split(separator: " ").last.flatMap { Int($0) } ?? -1
                #expect(response.body == Self.content(key, version: version), "\(key) is not whole: \(text)")
                #expect(version >= ledger.acknowledged[key] ?? 0, "\(key) went back to \(version)")
                #expect(version <= ledger.begun[key] ?? 0)
                let digest = Hex.encode(DigestAlgorithm.md5.digest(of: response.body))
                #expect(response.fields["ETag"] == "\"\(digest)\"", "\(key)")
            }
        }

        /// Files of uploads that never ended, which a start removes.
        private func leftovers(below folder: String) throws -> [String] {
            let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
            return files.filter { $0.hasSuffix(".tmp") || $0.hasSuffix(".partial") }
        }
    }
}
