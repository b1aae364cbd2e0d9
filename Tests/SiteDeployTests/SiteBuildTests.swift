import ContentCoding
import DeployModel
import Foundation
import Testing

@testable import SiteDeploy

@Suite struct SiteBuildTests {
    private func lints(_ files: [String: String], _ options: SiteBuildOptions = SiteBuildOptions()) async throws -> [String] {
        let (build, folder) = try await DeployerTests.build(files, options)
        return withExtendedLifetime(folder) { build.lints.map(\.description) }
    }

    @Test func `files get types, lifetimes and their compressed siblings`() async throws {
        let packed = try ContentCoding.allCases.map { try Compressor.compressed(Array("js".utf8), $0) }
        let (unpacked, folder) = try await DeployerTests.build([
            "index.html": "hi", "app.3f2a9c1b.js": "js", "data.tar.gz": "tar",
            "_headers": "/*\n  X-A: 1\n", "_redirects": "/old /index.html 301\n", ".skerryignore": "*.map\n", "app.js.map": "map",
            ".well-known/security.txt": "me", ".git/config": "no",
        ])
        #expect(unpacked.manifest.files.count == 4)
        for (coding, bytes) in zip(ContentCoding.allCases, packed) {
            try Data(bytes).write(to: URL(filePath: folder.path + "/app.3f2a9c1b.js" + (coding == .gzip ? ".gz" : ".br")))
        }
        let build = try await SiteBuild.read(folder: folder.path, SiteBuildOptions())
        let files = build.manifest.files
        #expect(files.keys.sorted() == [".well-known/security.txt", "app.3f2a9c1b.js", "data.tar.gz", "index.html"])
        let script = try #require(files["app.3f2a9c1b.js"])
        #expect(script.contentType == "text/javascript; charset=utf-8")
        #expect(script.cacheControl == CacheControlRule.immutable.rawValue)
        #expect(script.encodings == [
            .brotli: Blob(hash: .of(packed[1]), byteCount: packed[1].count), .gzip: Blob(hash: .of(packed[0]), byteCount: packed[0].count),
        ])
        #expect(files["data.tar.gz"]?.contentType == "application/gzip")
        #expect(build.manifest.redirects.map(\.destination) == ["/index.html"])
        #expect(build.manifest.headers.count == 1)
        #expect(build.lints == [])
        #expect(build.sources.count == 6)
        withExtendedLifetime(folder) {}
    }

    @Test func `the same files make the same deploy, whatever their times`() async throws {
        let (one, a) = try await DeployerTests.build(["index.html": "1", "x/y": "2"])
        let (two, b) = try await DeployerTests.build(["x/y": "2", "index.html": "1"])
        #expect(one.encoded.id == two.encoded.id)
        withExtendedLifetime((a, b)) {}
    }

    @Test(arguments: [
        (["a.css": "x"], "index.html: warning: is missing, so that / is not found"),
        (["index.html": "", "docs/_headers": "/*"], "docs/_headers: warning: has no effect below the folder's root, and is deployed as a file"),
        (["index.html": "", "a.js": "new", "a.js.gz": "no gzip"], "a.js.gz: warning: is not a.js compressed, and was left out"),
        (["index.html": "", "netlify.toml": ""], "netlify.toml: warning: is not read, and is deployed as a file"),
        (["index.html": "", "A.css": "1", "a.css": "2"], "A.css: warning: differs from a.css only in case; some machines can keep only one of them"),
        (["index.html": "", "_redirects": "/a /b\n/b /a\n"], "_redirects:1: error: redirects for ever: /a -> /b -> /a"),
        (["index.html": "", "_redirects": "# x\n/a /gone\n"], "_redirects:2: warning: leads to /gone, where there is nothing"),
        (["index.html": "", "_redirects": "/a /index.html 418\n"],
            "_redirects:1: error: code: found \"418\", expected one of 200, 301, 302, 303, 307, 308, 404, with ! to win over a file"),
        (["index.html": "", "a.js": "", "b.js": "", "_headers": "/*.js\n  Cache-Control: max-age=99\n"],
            "_headers:1: error: path: found \"/*.js\", expected * only once and as the last character"),
        (["index.html": "", "js/a.js": "", "js/b.js": "", "_headers": "/js/*\n  Cache-Control: max-age=31536000, immutable\n"],
            "_headers:1: warning: \"max-age=31536000, immutable\" on js/a.js and 1 more, whose name has no content hash: "
                + "browsers will not see its next version"),
        (["index.html": "", ".skerryignore": "[ab]"], ".skerryignore:1: error: expected a pattern of names, /, *, ? and **"),
    ] as [([String: String], String)])
    func `what is silently wrong elsewhere is said`(files: [String: String], finding: String) async throws {
        #expect(try await lints(files).contains(finding))
    }

    @Test func `a sound site has no findings, and hashed names may be kept for ever`() async throws {
        #expect(
            try await lints([
                "index.html": "", "js/a.3f2a9c1b.js": "", "_headers": "/js/*\n  Cache-Control: max-age=31536000, immutable\n",
                "_redirects": "/old/* /:splat 301\n/x /\n",
            ]) == [])
    }

    @Test func `configuration beside the folder is found to be without effect`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("_redirects", "/a /b")
        try folder.write("vercel.json", "{}")
        try folder.write("public/index.html", "hi")
        var options = SiteBuildOptions()
        options.surroundings = [folder.path, folder.path]
        let build = try await SiteBuild.read(folder: folder.path + "/public", options)
        let prefix = folder.path.hasSuffix("/") ? folder.path : folder.path + "/"
        #expect(
            build.lints.map(\.description) == [
                "\(prefix)_redirects: warning: has no effect, as it is not in the deployed folder", "\(prefix)vercel.json: warning: is not read",
            ])
    }

    @Test func `a sibling of an earlier build is found, and no path of its own`() async throws {
        let (_, folder) = try await DeployerTests.build(["index.html": "", "a.js": "new content"])
        for old in ["old content", "new", "new content and more"] {
            try Data(try Compressor.compressed(Array(old.utf8), .brotli)).write(to: URL(filePath: folder.path + "/a.js.br"))
            let build = try await SiteBuild.read(folder: folder.path, SiteBuildOptions())
            #expect(build.lints.map(\.description) == ["a.js.br: warning: is not a.js compressed, and was left out"], "\(old)")
            #expect(build.manifest.files.keys.sorted() == ["a.js", "index.html"])
            #expect(build.manifest.blobs.count == 2)
        }
    }

    @Test func `a file that is another each time it is read is refused`() {
        #expect(throws: SiteDeployError.file(path: "/proc/self/status", reason: "changes while it is read")) {
            _ = try StableFile.blob(at: "/proc/self/status")
        }
        #expect(throws: SiteDeployError.file(path: "/nonexistent", reason: "cannot be read: No such file or directory")) {
            _ = try StableFile.blob(at: "/nonexistent")
        }
        #expect(throws: SiteDeployError.file(path: "/dev/null", reason: "is no file any more")) { _ = try StableFile.blob(at: "/dev/null") }
    }

    @Test func `a fallback page has to be there`() async throws {
        var options = SiteBuildOptions()
        options.fallbackPage = "index.html"
        #expect(try await lints(["a.css": ""], options).contains("index.html: error: is to answer navigations, but there is no such file"))
        #expect(try await lints(["index.html": ""], options) == [])
    }

    @Test func `links that loop or lead outside are left out with a word, a missing or empty folder is refused`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("index.html", "hi")
        try folder.link("loop", to: "loop")
        try folder.link("up", to: "..")
        try folder.link("passwd", to: "/etc/passwd")
        let build = try await SiteBuild.read(folder: folder.path, SiteBuildOptions())
        #expect(build.manifest.files.keys.sorted() == ["index.html"])
        #expect(build.lints.count == 3)
        #expect(build.lints.allSatisfy { $0.severity == .warning && $0.message.hasPrefix("was left out: ") })
        let empty = try TemporaryFolder()
        await #expect(throws: SiteDeployError.file(path: empty.path, reason: "has no files to deploy")) {
            _ = try await SiteBuild.read(folder: empty.path, SiteBuildOptions())
        }
        await #expect(throws: SiteDeployError.file(path: "/nonexistent", reason: "is no folder")) {
            _ = try await SiteBuild.read(folder: "/nonexistent", SiteBuildOptions())
        }
    }
}
