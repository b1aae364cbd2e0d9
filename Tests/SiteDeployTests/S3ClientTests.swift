import Foundation
import HTTPTypes
import OriginFetch
import SigV4
import SiteDeploy
import Testing

@Suite struct S3ClientTests {
    @Test func `a put is signed and carries its headers`() async throws {
        let test = TestClient()
        try await test.client.putObject("b", key: "a b/ü.txt", headers: [("Content-Type", "text/plain")], body: .bytes(Array("hi".utf8)))
        let asked = try #require(test.fetcher.asked.first)
        #expect(asked.line == "PUT /b/a%20b/%C3%BC.txt")
        #expect(asked.body == "hi")
        #expect(field("Host", of: asked) == "127.0.0.1:9000")
        #expect(field("content-type", of: asked) == "text/plain")
        #expect(
            field("x-amz-content-sha256", of: asked) == "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4")
        let request = SigV4Request(
            method: "PUT", path: "/b/a%20b/%C3%BC.txt",
            headers: asked.fields.map { ($0.name.rawName, $0.value) })
        let claim = try #require(
            try SigV4Verifier(region: "us-east-1").parse(request, at: SigningTime(secondsSince1970: 1_700_000_000)))
        #expect(try claim.verify(secretAccessKey: "secret").accessKeyID == "AKIA")
    }

    @Test func `transient failures are tried four times with doubling waits`() async throws {
        let test = TestClient([
            .status(503, "<Error><Code>SlowDown</Code></Error>"), .status(500),
            .failure(OriginError(.communication, origin: "o", detail: "gone")), .status(200),
        ])
        try await test.client.createBucket("bucket")
        #expect(test.fetcher.lines == Array(repeating: "PUT /bucket", count: 4))
        #expect(test.waits.all == [.milliseconds(100), .milliseconds(200), .milliseconds(400)])
    }

    @Test func `after the last attempt the failure comes out`() async {
        let test = TestClient(Array(repeating: .failure(OriginError(.connect, origin: "o", detail: "refused")), count: 9))
        await #expect(
            throws: SiteDeployError.unreachable(
                operation: "CreateBucket bucket", endpoint: "127.0.0.1:9000", reason: "refused")
        ) { try await test.client.createBucket("bucket") }
        #expect(test.fetcher.asked.count == 4)
    }

    @Test func `a refusal is an answer and carries S3's words`() async {
        let test = TestClient([.status(403, "<?xml?><Error><Code>AccessDenied</Code><Message>No &amp; never</Message></Error>")])
        await #expect(
            throws: SiteDeployError.refused(
                operation: "PutObject b/k", status: 403, code: "AccessDenied", message: "No & never")
        ) { try await test.client.putObject("b", key: "k", headers: [], body: .bytes([])) }
        #expect(test.fetcher.asked.count == 1)
    }

    @Test func `a bucket that is already ours is fine, another's is not`() async throws {
        try await TestClient([.status(409, "<Error><Code>BucketAlreadyOwnedByYou</Code></Error>")]).client.createBucket("b")
        await #expect(throws: SiteDeployError.refused(operation: "CreateBucket b", status: 409, code: "BucketAlreadyExists", message: "")) {
            try await TestClient([.status(409, "<Error><Code>BucketAlreadyExists</Code></Error>")]).client.createBucket("b")
        }
    }

    @Test func `a file is sent whole and by its digest`() async throws {
        let folder = try TemporaryFolder()
        let text = String(repeating: "0123456789", count: 60_000)
        try folder.write("big.txt", text)
        let test = TestClient()
        try await test.client.putObject("b", key: "big.txt", headers: [], body: try .file(at: folder.path + "/big.txt"))
        #expect(test.fetcher.asked.first?.body == text)
        #expect(throws: SiteDeployError.file(path: "/nonexistent/x", reason: "cannot be read")) {
            _ = try RequestBody.file(at: "/nonexistent/x")
        }
    }
}

/// A folder that is removed with its last reference.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "skerry-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.resolvingSymlinksInPath().path(percentEncoded: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws {
        let file = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try text.write(toFile: file, atomically: false, encoding: .utf8)
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path + "/" + name, withDestinationPath: target)
    }
}
