import ConfigurationReading
import DistributionModel
import Foundation
import OriginConfiguration
import SiteDeploy
import Testing

private func repositoryText(_ path: String) throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: root.appending(path: path), encoding: .utf8)
}

@Suite struct RulesTests {
    @Test(arguments: [
        ("index.html", "text/html; charset=utf-8"), ("a/b.HTM", "text/html; charset=utf-8"), ("a.css", "text/css; charset=utf-8"),
        ("a.mjs", "text/javascript; charset=utf-8"), ("a.js", "text/javascript; charset=utf-8"), ("a.js.map", "application/json"),
        ("a.json", "application/json"), ("m.webmanifest", "application/manifest+json"), ("a.wasm", "application/wasm"),
        ("a.svg", "image/svg+xml"), ("favicon.ico", "image/x-icon"), ("a.avif", "image/avif"), ("a.webp", "image/webp"),
        ("a.png", "image/png"), ("a.jpeg", "image/jpeg"), ("a.woff2", "font/woff2"), ("a.woff", "font/woff"), ("a.txt", "text/plain; charset=utf-8"),
        ("a.xml", "application/xml; charset=utf-8"), ("a.pdf", "application/pdf"), ("a.mp4", "video/mp4"), ("a.wav", "audio/wav"),
        ("a.tar.gz", "application/gzip"), ("a", "binary/octet-stream"), ("a.unknown", "binary/octet-stream"), (".html", "binary/octet-stream"),
        ("a.b/c", "binary/octet-stream"), ("LICENSE", "text/plain; charset=utf-8"), ("", "binary/octet-stream"),
    ])
    func `the extension decides the content type`(name: String, type: String) {
        #expect(ContentType.of(fileName: name) == type, "\(name)")
    }

    @Test(arguments: [
        ("app.3f2a9c1b.css", CacheControlRule.immutable), ("a/chunk-3F2A9C1B.js", .immutable), ("app.5e4aa6b370.css", .immutable),
        ("app.3f2a9c1.css", .asset), ("app.deadbeef.css", .asset), ("app.12345678.css", .asset), ("3f2a9c1b.css", .asset),
        ("app.3f2a9c1g.css", .asset), ("index.3f2a9c1b.html", .immutable), ("index.html", .page), ("feed.xml", .page), ("robots.txt", .page),
        ("sw.js", .page), ("app.js", .asset), ("a.png", .asset), ("CNAME", .page), ("manifest.webmanifest", .page),
    ] as [(String, CacheControlRule)])
    func `the name decides how long an object is kept`(name: String, rule: CacheControlRule) {
        #expect(CacheControlRule.of(fileName: name) == rule, "\(name)")
    }

    @Test func `the demo sites' seed.conf has no mistake`() throws {
        let read = try SeedConfiguration.read(yaml: try repositoryText("sites/seed.conf"), file: "sites/seed.conf")
        #expect(read.warnings == [])
        #expect(read.value.buckets.map(\.name) == ["hello", "docs", "gallery"])
        #expect(read.value.buckets.map(\.isPublic) == [false, true, false])
        #expect(read.value.cacheControl(forKey: "assets/app.5e4aa6b370.css") == "public, max-age=31536000, immutable")
        #expect(read.value.cacheControl(forKey: "pictures/dawn.png") == "public, max-age=86400")
        #expect(SeedConfiguration().cacheControl(forKey: "index.html") == CacheControlRule.page.rawValue)
    }

    @Test func `mistakes in seed.conf are reported with their place`() {
        var found = ""
        do throws(ConfigurationErrors) {
            _ = try SeedConfiguration.read(
                yaml: """
                    buckets:
                      - name: Hello
                      - {name: docs, website: {index_document: a/b, routing_rules: [{replace_key_with: a, replace_key_prefix_with: b}]}}
                      - {name: docs, redirects: [{key: a, location: ftp://x}]}
                    cache_control: [{pattern: "*"}]
                    """, file: "seed.conf")
        } catch {
            found = error.description
        }
        #expect(
            found == """
                seed.conf:2:11: error: buckets[0].name: found "Hello", expected a bucket name
                seed.conf:3:44: error: buckets[1].website.index_document: found "a/b", expected a name without a slash
                seed.conf:3:84: error: buckets[1].website.routing_rules[0].replace_key_with: found it beside replace_key_prefix_with, expected only one of them
                seed.conf:4:5: error: buckets[2]: found "docs" a second time, expected each bucket once
                seed.conf:4:49: error: buckets[2].redirects[0].location: found "ftp://x", expected a path that starts with /, or an http(s) URL
                seed.conf:5:17: error: cache_control[0].value: found no such key, expected printable characters
                """, "\(found)")
    }

    @Test func `policies name exactly their readers`() {
        let policy = ReadPolicy(
            bucket: "b",
            readers: [
                .originAccessIdentity(arn: "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"), .everyone,
                .distribution(arn: "arn:aws:cloudfront::000000000000:distribution/E2"),
            ])
        #expect(
            policy.json
                == #"{"Version":"2012-10-17","Statement":["#
                + #"{"Sid":"Read1","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"},"#
                + #"{"Sid":"Read2","Effect":"Allow","Principal":{"Service":"cloudfront.amazonaws.com"},"Action":"s3:GetObject","#
                + #""Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"AWS:SourceArn":"arn:aws:cloudfront::000000000000:distribution/E2"}}},"#
                + #"{"Sid":"Read3","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"},"#
                + #""Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}"#)
    }

    @Test func `the demo plan gives each bucket the readers its distribution needs`() throws {
        let edge = try EdgeConfiguration.read(yaml: try repositoryText("edge.conf"), file: "edge.conf").value
        let seed = try SeedConfiguration.read(yaml: try repositoryText("sites/seed.conf"), file: "seed.conf").value
        let plan = SeedPlan(folders: ["hello", "docs", "gallery"], configuration: seed, edge: edge)
        #expect(plan.buckets.map(\.bucket) == ["docs", "gallery", "hello"])
        #expect(
            plan.buckets.map(\.readers) == [
                [.everyone],
                [.originAccessIdentity(arn: "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity EGALLERYACCESS")],
                [.distribution(arn: "arn:aws:cloudfront::000000000000:distribution/EHELLO00000001")],
            ])
        #expect(plan.buckets[0].website?.indexDocument == "index.html")
        #expect(plan.buckets[0].redirects.map(\.key) == ["latest"])
    }

    @Test func `a folder that seed.conf does not name is private, unless a distribution uses its website`() throws {
        let edge = try EdgeConfiguration.read(yaml: try repositoryText("edge.conf"), file: "edge.conf").value
        let plan = SeedPlan(folders: ["other", "docs"], configuration: SeedConfiguration(), edge: edge)
        #expect(plan.buckets.map(\.readers) == [[.everyone], []])
        #expect(plan.buckets.map { $0.website?.errorDocument } == ["404.html", nil])
    }

    @Test func `the website document holds every part`() {
        let website = Website(
            indexDocument: "index.html", errorDocument: "a&b.html",
            routingRules: [
                .init(
                    keyPrefixEquals: "old/", errorCodeEquals: 404, hostName: "h:8080", scheme: "http",
                    replaceKeyPrefixWith: "new/", redirectCode: 302)
            ])
        #expect(
            website.xml
                == "<WebsiteConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IndexDocument><Suffix>index.html</Suffix>"
                + "</IndexDocument><ErrorDocument><Key>a&amp;b.html</Key></ErrorDocument><RoutingRules><RoutingRule><Condition>"
                + "<KeyPrefixEquals>old/</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>"
                + "<Redirect><Protocol>http</Protocol><HostName>h:8080</HostName><ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith>"
                + "<HttpRedirectCode>302</HttpRedirectCode></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>")
    }

    @Test func `docs/settings.md is what the tables say`() throws {
        let document = SettingsDocument(tables: [EdgeSettings.table, OriginSettings.table, SeedSettings.table])
        #expect(
            try repositoryText("docs/settings.md") == document.markdown, "run skerry settings --markdown > docs/settings.md")
    }
}
