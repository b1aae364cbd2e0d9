import OriginFetch
import SiteDeploy
import Synchronization
import Testing

@Suite struct SeederTests {
    @Test func `a folder is walked in key order, hidden names and outside links left out`() throws {
        let folder = try TemporaryFolder()
        let outside = try TemporaryFolder()
        try outside.write("secret", "s")
        for name in ["b.html", "a/z.css", "a.txt", ".hidden", ".git/config", ".well-known/x", "B.html"] { try folder.write(name, name) }
        try folder.link("inside", to: "a.txt")
        try folder.link("out", to: outside.path + "/secret")
        try folder.link("folder", to: "a")
        try folder.link("dangling", to: "nowhere")
        let site = try SiteFolder(path: folder.path)
        #expect(site.files.map(\.key) == [".well-known/x", "B.html", "a.txt", "a/z.css", "b.html", "inside"])
        #expect(site.files.map(\.byteCount) == [13, 6, 5, 7, 6, 5])
        #expect(
            site.skipped.map { "\($0.key): \($0.reason)" } == [
                "dangling: it is a link to something other than a file", "folder: it is a link to something other than a file",
                "out: it is a link that leads outside",
            ])
        #expect(throws: SiteDeployError.file(path: folder.path + "/a.txt", reason: "is no folder")) {
            _ = try SiteFolder(path: folder.path + "/a.txt")
        }
        #expect(try SiteFolder.folders(in: folder.path) == ["a", "folder"])
    }

    @Test func `a public website is seeded in order, its policy last`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("index.html", "<h1>hi</h1>")
        try folder.write("app.3f2a9c1b.css", "a{}")
        let test = TestClient()
        let configuration = SeedConfiguration(cacheControl: [.init(pattern: "*.html", value: "max-age=7")])
        let plan = BucketPlan(
            bucket: "docs", readers: [.everyone], website: Website(indexDocument: "index.html"),
            redirects: [.init(key: "latest", location: "/index.html")])
        let seen = Mutex<[SiteSeeder.Progress]>([])
        let count = try await SiteSeeder(client: test.client, configuration: configuration).seed(
            plan, from: SiteFolder(path: folder.path)
        ) { step in seen.withLock { $0.append(step) } }
        #expect(count == 3)
        #expect(
            test.fetcher.lines == [
                "PUT /docs", "PUT /docs/app.3f2a9c1b.css", "PUT /docs/index.html", "PUT /docs/latest", "PUT /docs?website=",
                "DELETE /docs?publicAccessBlock=", "PUT /docs?policy=",
            ])
        let asked = test.fetcher.asked
        #expect(asked.map { field("cache-control", of: $0) } == [nil, CacheControlRule.immutable.rawValue, "max-age=7", CacheControlRule.page.rawValue, nil, nil, nil])
        #expect(field("content-type", of: asked[2]) == "text/html; charset=utf-8")
        #expect(field("x-amz-website-redirect-location", of: asked[3]) == "/index.html")
        #expect(asked[2].body == "<h1>hi</h1>")
        #expect(asked[6].body == ReadPolicy(bucket: "docs", readers: [.everyone]).json)
        #expect(
            seen.withLock { $0 } == [
                .bucket("docs"), .object(key: "app.3f2a9c1b.css", done: 1, of: 3), .object(key: "index.html", done: 2, of: 3),
                .object(key: "latest", done: 3, of: 3),
            ])
    }

    @Test func `a private bucket without readers gets no policy`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("a", "a")
        let test = TestClient()
        _ = try await SiteSeeder(client: test.client).seed(
            BucketPlan(bucket: "b", readers: [], website: nil, redirects: []), from: SiteFolder(path: folder.path))
        #expect(test.fetcher.lines == ["PUT /b", "PUT /b/a"])
    }
}
