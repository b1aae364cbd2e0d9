import ByteStreaming
import Cryptography
import DeployModel
import Foundation
import HTTPSemantics
import HTTPTypes
import NIOCore
import OriginFetch
import SigV4
import SiteDeploy
import Synchronization

/// A small S3 in memory: objects, conditions, listings, multi-delete, multipart. Its clock stands where it is put; a test can look
/// at each request before it is carried out, fail it, or end the world there.
final class MemoryS3: Sendable {
    struct Object {
        var bytes: [UInt8]
        var fields: [String: String]
        var writtenAt: Int64
        var entityTag: String
    }

    struct State {
        var objects: [String: Object] = [:]
        var uploads: [String: [Int: [UInt8]]] = [:]
        var now: Int64 = 1_800_000_000
        var log: [String] = []
        var uploadCount = 0
    }

    /// What becomes of a request.
    enum Fate {
        case carriedOut
        /// Carried out, and the answer lost.
        case unanswered
        case lost
    }

    let state = Mutex(State())
    /// One client's view: asked with each request's number (from 1) and line.
    typealias Rule = @Sendable (_ number: Int, _ line: String) async -> Fate

    var keys: [String] { state.withLock { $0.objects.keys.sorted() } }
    var log: [String] { state.withLock { $0.log } }
    func forgetLog() { state.withLock { $0.log = [] } }
    func advance(_ seconds: Int64) { state.withLock { $0.now += seconds } }
    var now: HTTPDate { HTTPDate(secondsSince1970: state.withLock { $0.now }) }
    func bytes(_ key: String) -> [UInt8]? { state.withLock { $0.objects[key]?.bytes } }
    func remove(_ key: String) { state.withLock { $0.objects[key] = nil } }
    func put(_ key: String, _ text: String) { state.withLock { _ = Self.store(&$0, key, Array(text.utf8), [:]) } }

    func clock(random: UInt64 = 1) -> DeployClock {
        let draws = Mutex(random)
        return DeployClock(
            now: { [self] in now },
            // Waiting is time passing for everybody, except for heartbeats, which would never end here.
            wait: { [self] duration in
                if duration >= .seconds(10) {
                    try await Task.sleep(for: .seconds(3600))
                } else {
                    advance(1)
                    await Task.yield()
                }
            },
            random: {
                draws.withLock {
                    $0 = $0 &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return $0
                }
            })
    }

    func bucket(_ rule: @escaping Rule = { _, _ in .carriedOut }) -> DeployBucket {
        let client = S3Client(
            endpoint: OriginEndpoint(host: "127.0.0.1", port: 9000),
            credentials: SigningCredentials(accessKeyID: "AKIA", secretAccessKey: "secret"), region: "us-east-1",
            fetcher: Door(s3: self, rule: rule), now: { [self] in SigningTime(secondsSince1970: now.secondsSince1970) },
            wait: { _ in await Task.yield() })
        return DeployBucket(client: client, name: "b")
    }

    private final class Door: OriginFetcher {
        let s3: MemoryS3
        let rule: Rule
        let count = Mutex(0)

        init(s3: MemoryS3, rule: @escaping Rule) {
            self.s3 = s3
            self.rule = rule
        }

        func fetch(_ request: FetchRequest, from endpoint: OriginEndpoint) async throws -> FetchResponse {
            var body: [UInt8] = []
            while let chunk = try await request.content?.nextChunk() { body += chunk.readableBytesView }
            let line = "\(request.method.rawValue) \(request.target)"
            let number = count.withLock { count in
                count += 1
                return count
            }
            let fate = await rule(number, line)
            try Task.checkCancellation()
            if fate == .lost { throw OriginError(.connect, origin: "memory", detail: "lost") }
            let answer = s3.answer(request, body)
            if fate == .unanswered { throw OriginError(.communication, origin: "memory", detail: "unanswered") }
            return answer
        }
    }

    private static func store(_ state: inout State, _ key: String, _ bytes: [UInt8], _ fields: [String: String]) -> String {
        let tag = "\"" + Hex.encode(DigestAlgorithm.md5.digest(of: bytes)) + "\""
        state.objects[key] = Object(bytes: bytes, fields: fields, writtenAt: state.now, entityTag: tag)
        return tag
    }

    private func answer(_ request: FetchRequest, _ body: [UInt8]) -> FetchResponse {
        let parts = request.target.split(separator: "?", maxSplits: 1)
        let path = String(decoding: URIEncoding.decode(parts[0].utf8), as: UTF8.self)
        var query: [String: String] = [:]
        for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let words = pair.split(separator: "=", omittingEmptySubsequences: false)
            query[String(words[0])] = words.count > 1 ? String(decoding: URIEncoding.decode(words[1].utf8), as: UTF8.self) : ""
        }
        func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { request.fields[$0] } }
        return state.withLock { state in
            let key = path.split(separator: "/", maxSplits: 1).dropFirst().first.map(String.init)
            state.log.append("\(request.method.rawValue) \(key ?? "?\(query.keys.sorted().joined(separator: "&"))")")
            guard let key else {
                if query["delete"] != nil {
                    for match in String(decoding: body, as: UTF8.self).matches(of: /<Key>([^<]*)<\/Key>/) { state.objects[String(match.1)] = nil }
                    return Self.response(&state, 200, "<DeleteResult></DeleteResult>")
                }
                if query["uploads"] != nil { return Self.response(&state, 200, "<ListMultipartUploadsResult></ListMultipartUploadsResult>") }
                guard query["list-type"] != nil else { return Self.response(&state, 200) }
                return Self.list(&state, query["prefix"] ?? "", after: query["continuation-token"] ?? "")
            }
            let object = state.objects[key]
            if let match = header("if-match"), request.method != .get, match != object?.entityTag.filter({ $0 != "\"" }) {
                return Self.response(&state, object == nil ? 404 : 412, "<Error><Code>PreconditionFailed</Code></Error>")
            }
            if header("if-none-match") == "*", object != nil {
                return Self.response(&state, 412, "<Error><Code>PreconditionFailed</Code></Error>")
            }
            switch request.method {
            case .get, .head:
                guard let object else { return Self.response(&state, 404, "<Error><Code>NoSuchKey</Code></Error>") }
                return Self.response(&state, 200, bytes: request.method == .get ? object.bytes : [], object: object)
            case .post where query["uploads"] != nil:
                state.uploadCount += 1
                state.uploads["u\(state.uploadCount)"] = [:]
                return Self.response(&state, 200, "<R><UploadId>u\(state.uploadCount)</UploadId></R>")
            case .put where query["partNumber"] != nil:
                state.uploads[query["uploadId"] ?? ""]?[Int(query["partNumber"] ?? "") ?? 0] = body
                return Self.response(&state, 200)
            case .post:
                let upload = state.uploads.removeValue(forKey: query["uploadId"] ?? "") ?? [:]
                _ = Self.store(&state, key, upload.sorted { $0.key < $1.key }.flatMap(\.value), [:])
                return Self.response(&state, 200, "<R><ETag>x</ETag></R>")
            case .delete where query["uploadId"] != nil:
                state.uploads[query["uploadId"] ?? ""] = nil
                return Self.response(&state, 204)
            case .delete:
                state.objects[key] = nil
                return Self.response(&state, 204)
            default:
                var fields: [String: String] = [:]
                for field in request.fields where field.name.canonicalName.hasPrefix("x-amz-meta-") || field.name.canonicalName.hasPrefix("c") {
                    fields[field.name.canonicalName] = field.value
                }
                _ = Self.store(&state, key, body, fields)
                return Self.response(&state, 200, object: state.objects[key])
            }
        }
    }

    /// Pages of three, so that every listing has several.
    private static func list(_ state: inout State, _ prefix: String, after: String) -> FetchResponse {
        let keys = state.objects.keys.filter { $0.hasPrefix(prefix) && $0 > after }.sorted()
        let contents = keys.prefix(3).map { key -> String in
            let object = state.objects[key]
            let time = SigningTime(secondsSince1970: object?.writtenAt ?? 0).extended
            return "<Contents><Key>\(URIEncoding.encode(key.utf8))</Key><LastModified>\(time)</LastModified>"
                + "<ETag>\(object?.entityTag ?? "")</ETag><Size>\(object?.bytes.count ?? 0)</Size></Contents>"
        }.joined()
        let more = keys.count > 3 ? "<IsTruncated>true</IsTruncated><NextContinuationToken>\(keys[2])</NextContinuationToken>" : ""
        return response(&state, 200, "<ListBucketResult>\(more)\(contents)</ListBucketResult>")
    }

    private static func response(
        _ state: inout State, _ status: Int, _ text: String = "", bytes: [UInt8] = [], object: Object? = nil
    ) -> FetchResponse {
        var fields: HTTPFields = [.date: HTTPDate(secondsSince1970: state.now).formatted]
        if let object {
            fields[.eTag] = object.entityTag
            fields[.lastModified] = HTTPDate(secondsSince1970: object.writtenAt).formatted
            fields[.contentLength] = String(object.bytes.count)
            for (name, value) in object.fields { if let name = HTTPField.Name(name) { fields[name] = value } }
        }
        var buffer = ByteBuffer(string: text)
        buffer.writeBytes(bytes)
        return FetchResponse(status: .init(code: status), fields: fields, contentLength: nil, content: FetchContent(stream: ByteStream(buffer)))
    }
}

/// What must be true of a bucket at every moment: every alias leads to a manifest that is there, and every manifest to its blobs.
func brokenPromises(in s3: MemoryS3) -> [String] {
    var broken: [String] = []
    for key in s3.keys {
        guard let bytes = s3.bytes(key) else { continue }
        switch DeployKeys.Place(key: key) {
        case .alias(_, let site):
            guard let alias = try? AliasDocument(reading: bytes, document: key) else {
                broken.append("\(key) can't be read")
                continue
            }
            if s3.bytes(DeployKeys.manifest(alias.deploy, of: site)) == nil { broken.append("\(key) leads to \(alias.deploy), which is not there") }
        case .manifest(let id, _):
            guard let manifest = try? EncodedManifest(reading: bytes, document: key), manifest.id == id else {
                broken.append("\(key) can't be read")
                continue
            }
            for blob in manifest.manifest.blobs {
                guard let content = s3.bytes(DeployKeys.blob(blob.hash)) else {
                    broken.append("\(key) needs \(blob.hash), which is not there")
                    continue
                }
                if BlobHash.of(content) != blob.hash { broken.append("\(blob.hash) is another content") }
            }
        default: break
        }
    }
    return broken
}
