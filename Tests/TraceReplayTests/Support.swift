import Foundation

/// The folder of this checkout.
let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

func tracePath(_ name: String) -> String { root.appendingPathComponent("Benchmarks/traces/\(name).oracleGeneral.bin.zst").path }

/// A file that lasts as long as the test.
final class TemporaryFile {
    let path: String

    init(_ content: [UInt8], name: String = "trace") throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("skerry-\(UUID().uuidString)-\(name)").path
        try Data(content).write(to: URL(fileURLWithPath: path))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
