import Cryptography
import DeployModel
import HTTPSemantics
import SiteDeploy
import Synchronization
import Testing

@Suite struct SyncTests {
    private func file(_ key: String, _ text: String, cacheControl: String = "c") -> SyncFile {
        let bytes = Array(text.utf8)
        return SyncFile(
            key: key, byteCount: bytes.count, entityTag: Hex.encode(DigestAlgorithm.md5.digest(of: bytes)), sha256: BlobHash.of(bytes).description,
            headers: ["content-type": key.hasSuffix(".html") ? "text/html" : "text/css", "cache-control": cacheControl])
    }

    private func sync(_ s3: MemoryS3) -> BucketSync { BucketSync(client: s3.bucket().client, bucket: "b", parallelism: 2) }

    private func options(deletes: Bool = false, dryRun: Bool = false) -> SyncOptions {
        var options = SyncOptions()
        options.deletes = deletes
        options.isDryRun = dryRun
        return options
    }

    @Test func `new files go first, pages last, then what is gone`() async throws {
        let s3 = MemoryS3()
        s3.put("old.html", "old")
        let (_, folder) = try await DeployerTests.build(["index.html": "hi", "a.css": "a{}", "z/b.css": "b{}", "docs/index.html": "docs"])
        let dry = try await sync(s3).run(folder: folder.path, options(deletes: true, dryRun: true))
        #expect(dry.plan.deletes == ["old.html"] && s3.keys == ["old.html"])
        let outcome = try await sync(s3).run(folder: folder.path, options(deletes: true))
        #expect(outcome.plan.uploads.map(\.key) == ["a.css", "z/b.css", "docs/index.html", "index.html"])
        #expect(outcome.plan.uploads.allSatisfy { $0.reason == .new })
        #expect(s3.keys == ["a.css", "docs/index.html", "index.html", "z/b.css"])
        let writes = s3.log.filter { $0.hasPrefix("PUT") || $0.hasPrefix("POST") }
        #expect(Set(writes[0...1]) == ["PUT a.css", "PUT z/b.css"])
        #expect(Set(writes[2...3]) == ["PUT docs/index.html", "PUT index.html"])
        #expect(writes.last == "POST ?delete")
        #expect(outcome.plan.invalidated == ["/", "/a.css", "/docs", "/docs/", "/docs/index.html", "/index.html", "/old.html", "/z/b.css"])
        // Once more: nothing, whatever the times.
        try folder.write("index.html", "hi")
        #expect(try await sync(s3).run(folder: folder.path, options(deletes: true)).plan.uploads == [])
    }

    @Test func `another content and other headers are told apart, also when the entity tag says nothing`() async throws {
        let s3 = MemoryS3()
        let (_, folder) = try await DeployerTests.build(["index.html": "hi", "a.css": "a{}", "b.css": "b{}"])
        _ = try await sync(s3).run(folder: folder.path, options())
        s3.state.withLock { state in
            // As encryption with a key of its own leaves it.
            state.objects["a.css"]?.entityTag = "\"0123456789abcdef0123456789abcdef\""
        }
        #expect(try await sync(s3).run(folder: folder.path, options()).plan.unchanged == 3)
        try folder.write("index.html", "ho")
        try folder.write("_headers", "/b.css\n  Cache-Control: no-store\n  X-Lost: 1\n")
        let outcome = try await sync(s3).run(folder: folder.path, options())
        #expect(outcome.plan.uploads == [.init(key: "b.css", reason: .headers), .init(key: "index.html", reason: .content)])
        #expect(outcome.findings.map(\.description) == ["_headers:1: warning: S3 does not keep X-Lost; use a response headers policy"])
        #expect(s3.state.withLock { $0.objects["b.css"]?.fields["cache-control"] } == "no-store")
        var trusting = options()
        trusting.comparesHeaders = false
        try folder.write("_headers", "/b.css\n  Cache-Control: no-cache\n")
        #expect(try await sync(s3).run(folder: folder.path, trusting).plan.uploads == [])
    }

    @Test func `a file in parts has the entity tag that S3 gives it`() async throws {
        let s3 = MemoryS3()
        let (build, folder) = try await DeployerTests.build(["big.bin": String(repeating: "x", count: 16 << 20), "more.bin": String(repeating: "y", count: (8 << 20) + 1)])
        #expect(build.manifest.files.count == 2)
        let plan = try await sync(s3).run(folder: folder.path, options(dryRun: true)).plan
        #expect(plan.uploads.map(\.key) == ["big.bin", "more.bin"])
        let part = DigestAlgorithm.md5.digest(of: [UInt8](repeating: UInt8(ascii: "x"), count: 8 << 20))
        let tag = Hex.encode(DigestAlgorithm.md5.digest(of: part + part)) + "-2"
        s3.put("big.bin", String(repeating: "x", count: 16 << 20))
        s3.state.withLock { $0.objects["big.bin"]?.entityTag = "\"\(tag)\"" }
        var trusting = options(dryRun: true)
        trusting.comparesHeaders = false
        #expect(try await sync(s3).run(folder: folder.path, trusting).plan.uploads.map(\.key) == ["more.bin"])
    }

    @Test func `beyond a thousand paths everything is invalidated`() {
        func plan(_ count: Int) -> SyncPlan {
            SyncPlan(files: (0..<count).map { file("f\($0) x.css", "x") }, stored: [:], heads: [:], deletes: false)
        }
        #expect(plan(1_000).invalidated.count == 1_000)
        #expect(plan(1_000).invalidated.first == "/f0%20x.css")
        #expect(plan(1_001).invalidated == ["/*"])
    }
}
