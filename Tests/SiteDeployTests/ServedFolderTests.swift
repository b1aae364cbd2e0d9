import DeployModel
import Foundation
import Synchronization
import Testing

@testable import SiteDeploy

/// The folder of `skerry serve`, without the edge in front of it.
@Suite struct ServedFolderTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let path = NSTemporaryDirectory() + "/served-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path + "/sub", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try write("home", path + "/index.html")
        try await body(path)
    }

    private func write(_ text: String, _ path: String) throws { try text.write(toFile: path, atomically: false, encoding: .utf8) }

    @Test func `nothing is read again while nothing has changed, and everything after a change`() async throws {
        try await withFolder { path in
            let reported = Mutex(0)
            let folder = ServedFolder(path, SiteBuildOptions()) { _ in reported.withLock { $0 += 1 } }
            let first = await folder.current()
            #expect(first.build?.manifest.files.keys.sorted() == ["index.html"])
            let watch = folder.watch
            #expect(await folder.current().version == first.version)
            #expect(folder.watch === watch)
            #expect(reported.withLock { $0 } == 1)
            try write("home, again", path + "/index.html")
            let second = await folder.current()
            #expect(second.version != first.version && folder.watch !== watch)
            #expect(second.build?.manifest.files["index.html"]?.blob.byteCount == 11)
            // Touched, but the same: read again, and no news.
            try write("home, again", path + "/index.html")
            #expect(await folder.current().version == second.version)
            #expect(reported.withLock { $0 } == 2)
            await folder.distrust()
            let before = folder.watch
            #expect(await folder.current().version == second.version && folder.watch !== before)
        }
    }

    @Test func `folders that come while it is watched are watched, too`() async throws {
        try await withFolder { path in
            let folder = ServedFolder(path, SiteBuildOptions())
            _ = await folder.current()
            try FileManager.default.createDirectory(atPath: path + "/sub/new", withIntermediateDirectories: true)
            _ = await folder.current()
            try write("x", path + "/sub/new/x.txt")
            #expect(await folder.current().build?.manifest.files["sub/new/x.txt"] != nil)
        }
    }

    @Test func `a folder that is none says so, is looked at each time, and is served once it is there`() async throws {
        try await withFolder { path in
            let folder = ServedFolder(path + "/later", SiteBuildOptions())
            let none = await folder.current()
            #expect(none.build == nil && none.problems == [path + "/later is no folder"])
            #expect(folder.watch?.isComplete == false)
            try FileManager.default.createDirectory(atPath: path + "/later", withIntermediateDirectories: true)
            #expect(await folder.current().problems == [path + "/later has no files to deploy"])
            try write("x", path + "/later/x.txt")
            #expect(await folder.current().build != nil)
            #expect(folder.watch?.isComplete == true)
        }
    }

    @Test func `a file written just now is hashed again, whatever its time stamp says`() async throws {
        try await withFolder { path in
            let known = KnownBlobs()
            var hashes: Set<String> = []
            for round in 0..<50 {
                try write("\(1000 + round)", path + "/index.html")
                hashes.insert(try known.blob(at: path + "/index.html").hash.description)
            }
            #expect(hashes.count == 50)
        }
    }
}
