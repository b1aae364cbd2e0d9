import ConfigurationReading
import DistributionModel
import Foundation
import HTTPCaching
import Testing

@Suite struct DemoConfigurationTests {
    static func read() throws -> CheckedConfiguration<EdgeConfiguration> {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "edge.conf"), encoding: .utf8)
        return try EdgeConfiguration.read(yaml: text, file: "edge.conf")
    }

    @Test func `the demo configuration has no mistake and no warning`() throws {
        let read = try Self.read()
        #expect(read.warnings == [])
        #expect(read.value.distributions.map(\.id) == ["EHELLO00000001", "EDOCS000000001", "EGALLERY000001"])
        #expect(read.value.listen.http.description == "127.0.0.1:8080")
        #expect(read.value.listen.control.description == "127.0.0.1:8081")
        #expect(read.value.originAccess.credentialsFile == ".skerry/credentials")
    }

    @Test(arguments: [
        ("hello.localhost:8080", 0), ("docs.localhost:8080", 1), ("gallery.localhost", 2), ("ehello00000001.cloudfront.localhost", 0),
    ])
    func `each demo site has its host name`(host: String, position: Int) throws {
        #expect(HostRouter(try Self.read().value.distributions).distribution(forHost: host) == position)
    }

    @Test func `hello has a root object, an error page and an origin access control`() throws {
        let hello = try Self.read().value.distributions[0]
        #expect(hello.defaultRootObject?.path == "/index.html")
        #expect(hello.customErrorResponse(for: 403)?.page == .init(path: "/404.html", responseCode: 404))
        #expect(hello.customErrorResponse(for: 404)?.page == .init(path: "/404.html", responseCode: 404))
        let origin = try #require(hello.origin(id: hello.defaultCacheBehavior.targetOriginID))
        #expect(origin.domainName.description == "hello.s3.localhost:9000")
        #expect(origin.kind == .s3(S3Origin(access: .originAccessControl(OriginAccessControl(name: "demo-oac")))))
        #expect(hello.defaultCacheBehavior.compress)
        #expect(
            hello.defaultCacheBehavior.responseHeadersPolicy == ResponseHeadersPolicy.managed(named: "SecurityHeadersPolicy")?.policy)
    }

    @Test func `docs fetches from the website endpoint`() throws {
        let docs = try Self.read().value.distributions[1]
        let origin = try #require(docs.origin(id: docs.defaultCacheBehavior.targetOriginID))
        #expect(origin.domainName.description == "docs.s3-website.localhost:9000")
        #expect(origin.kind == .custom(CustomOrigin(httpPort: 9000)))
        #expect(origin.port(https: false) == 9000)
    }

    @Test func `gallery keeps pictures for long under an identity of its own`() throws {
        let gallery = try Self.read().value.distributions[2]
        let picture = gallery.cacheBehavior(forPath: "/pictures/dawn.png")
        #expect(picture.cachePolicy.minTTL == 86_400 && picture.cachePolicy.defaultTTL == 604_800)
        #expect(gallery.cacheBehavior(forPath: "/index.html").cachePolicy == CachePolicy.managed(named: "CachingOptimized")?.policy)
        let origin = try #require(gallery.origin(id: picture.targetOriginID))
        #expect(
            origin.kind
                == .s3(
                    S3Origin(
                        access: .originAccessIdentity(OriginAccessIdentity(id: "EGALLERYACCESS", comment: "reads the gallery bucket")))))
    }
}
