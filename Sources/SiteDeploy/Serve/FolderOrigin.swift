// A folder in the place of an origin: the edge asks it as it asks any other, and what it answers is what the manifest of a deploy
// decides. No network is between them.
//
// One thing differs from production: every answer says `Cache-Control: no-cache`, to the edge and to browsers, so that a change
// shows at the next request. What production would say stands in `X-Skerry-Cache-Control`.

import ByteStreaming
import Cryptography
import DeployModel
import HTTPSemantics
import HTTPTypes
package import OriginFetch
import NIOCore
import WebsiteRouting

/// Answers the edge's requests from a folder.
package struct FolderOrigin: OriginFetcher {
    /// What is not part of a site's own rules.
    package struct Options: Sendable, Hashable {
        /// Show what is in folders that have no index page.
        package var lists = false
        /// Put the script into pages that reloads them.
        package var reloads = false

        package init() {}
    }

    /// Files up to this size are read and hashed before they are sent, so that what arrives is what its entity tag says.
    static let wholeBytesMax = 8 << 20
    /// Looks at a folder that is being written: some half a second, with the pauses between them.
    static let attemptsMax = 10
    static let pauseMilliseconds = 10

    let folder: ServedFolder
    let options: Options
    private let wait: @Sendable (Duration) async throws -> Void

    package init(_ folder: ServedFolder, _ options: Options, wait: @escaping @Sendable (Duration) async throws -> Void) {
        self.folder = folder
        self.options = options
        self.wait = wait
    }

    package func fetch(_ request: FetchRequest, from endpoint: OriginEndpoint) async throws -> FetchResponse {
        for attempt in 1...Self.attemptsMax {
            let snapshot = await folder.current()
            if let build = snapshot.build {
                do throws(SiteDeployError) {
                    return try answer(request, build, snapshot, isLast: attempt == Self.attemptsMax)
                } catch {
                    await folder.distrust()
                }
            } else if !snapshot.mayPass || attempt == Self.attemptsMax {
                return page(500, FolderPages.problems(snapshot), snapshot, request)
            }
            try await wait(.milliseconds(Self.pauseMilliseconds * attempt))
        }
        let snapshot = await folder.current()
        return page(500, FolderPages.problems(["\(request.target): the file changes while it is read"]), snapshot, request)
    }

    /// Throws when a file is not any more what it was when the folder was read; the last time it is sent as it is then.
    private func answer(
        _ request: FetchRequest, _ build: SiteBuild, _ snapshot: FolderSnapshot, isLast: Bool
    ) throws(SiteDeployError) -> FetchResponse {
        let parts = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let asked = ManifestRequest(
            path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : nil,
            isNavigation: ManifestRequest.isNavigation(
                secFetchMode: request.fields[.known("Sec-Fetch-Mode")], accept: request.fields[.accept]))
        let manifest = build.manifest
        let decision = manifest.decide(asked)
        let path = asked.decodedPath ?? asked.path
        if options.lists, let listing = FolderListing(manifest, at: path, decision) {
            switch listing {
            case .page(let html): return page(200, html, snapshot, request)
            case .redirect(let location):
                let target = location + (asked.query.map { "?" + $0 } ?? "")
                return response(307, [.location: target, .cacheControl: "no-cache"], content: [], request)
            }
        }
        var fields = HTTPFields()
        for field in decision.fields(of: manifest, at: path, isProduction: true) {
            guard let name = HTTPField.Name(field.name) else { continue }
            fields.append(HTTPField(name: name, value: field.value))
        }
        if let lifetime = fields[.cacheControl] { fields[.known("X-Skerry-Cache-Control")] = lifetime }
        fields[.cacheControl] = "no-cache"
        switch decision {
        case .file(let name, let status, _):
            guard let file = manifest.files[name] else { throw .missing(name) }
            return try send(file, name, status, fields, build, snapshot, request, isLast: isLast)
        case .redirect(let location, let status, _):
            fields[.location] = location
            return response(status, fields, content: [], request)
        case .notFound: return page(404, FolderPages.notFound(path), snapshot, request, fields)
        case .badRequest: return page(400, FolderPages.badRequest, snapshot, request, fields)
        }
    }

    private func send(
        _ file: Manifest.File, _ name: String, _ status: Int, _ fields: HTTPFields, _ build: SiteBuild, _ snapshot: FolderSnapshot,
        _ request: FetchRequest, isLast: Bool
    ) throws(SiteDeployError) -> FetchResponse {
        var fields = fields
        let isPage = options.reloads && request.isForDocument
        if isPage, file.blob.byteCount <= LiveReload.pageBytesMax, file.contentType.lowercased().hasPrefix("text/html") {
            let (bytes, tag) = try content(file.blob, build, evenOther: isLast ? name : nil)
            if LiveReload.takes(file.contentType, bytes) {
                fields[.eTag] = "\"\(tag)-\(snapshot.version.prefix(16))\""
                return response(status, fields, content: LiveReload.inserted(into: bytes, version: snapshot.version), request)
            }
        }
        var blob = file.blob
        if !file.encodings.isEmpty {
            fields[.vary] = "Accept-Encoding"
            let accepted = AcceptEncoding(request.fields)
            for encoding in Manifest.Encoding.allCases where accepted.allows(encoding) {
                guard let compressed = file.encodings[encoding] else { continue }
                blob = compressed
                fields[.contentEncoding] = encoding.rawValue
                break
            }
        }
        guard blob.byteCount > Self.wholeBytesMax else {
            let (bytes, tag) = try content(blob, build, evenOther: isLast && blob == file.blob ? name : nil)
            fields[.eTag] = "\"\(tag)\""
            return response(status, fields, content: bytes, request)
        }
        fields[.eTag] = "\"\(blob.tag)\""
        guard let path = build.sources[blob] else { throw .missing(blob.hash.description) }
        let pump = try FilePump(path: path, byteCount: blob.byteCount)
        // What is open now is what was hashed, unless something has happened since.
        guard isLast || snapshot.watch?.hasEvents != true else { throw .conflict(path) }
        fields[.contentLength] = String(blob.byteCount)
        let content = request.method == .head ? FetchContent(stream: ByteStream()) : pump.content
        return FetchResponse(status: .init(code: status), fields: fields, contentLength: blob.byteCount, content: content)
    }

    /// A file's content and its tag, if it is still what it was; or whatever is in the file of that name, if it stands for no other.
    private func content(
        _ blob: Blob, _ build: SiteBuild, evenOther name: String?
    ) throws(SiteDeployError) -> (bytes: [UInt8], tag: String) {
        guard let path = build.sources[blob] else { throw .missing(blob.hash.description) }
        let bytes = try StableFile.bytes(at: path, bytesMax: Self.wholeBytesMax)
        let now = Blob(hash: BlobHash(Hex.encode(DigestAlgorithm.sha256.digest(of: bytes))) ?? blob.hash, byteCount: bytes.count)
        guard now.hash == blob.hash || name.map({ path.hasSuffix("/" + $0) }) == true else { throw .conflict(path) }
        return (bytes, now.tag)
    }

    /// A page of our own.
    private func page(
        _ status: Int, _ html: String, _ snapshot: FolderSnapshot, _ request: FetchRequest, _ more: HTTPFields = [:]
    ) -> FetchResponse {
        var fields = more
        fields[.contentType] = "text/html; charset=utf-8"
        fields[.cacheControl] = "no-cache"
        var bytes = Array(html.utf8)
        if options.reloads { bytes = LiveReload.inserted(into: bytes, version: snapshot.version) }
        return response(status, fields, content: bytes, request)
    }

    private func response(_ status: Int, _ fields: HTTPFields, content: [UInt8], _ request: FetchRequest) -> FetchResponse {
        var fields = fields
        fields[.contentLength] = String(content.count)
        let stream = ByteStream<OriginError>(request.method == .head ? nil : ByteBuffer(bytes: content))
        return FetchResponse(status: .init(code: status), fields: fields, contentLength: content.count, content: FetchContent(stream: stream))
    }
}

extension Blob {
    /// Enough of the hash for an entity tag.
    fileprivate var tag: String { String(hash.description.prefix(32)) }
}

extension FetchRequest {
    /// Whether the answer becomes a page of its own, as far as the browser tells.
    fileprivate var isForDocument: Bool {
        fields[.known("Sec-Fetch-Dest")].map { ["document", "iframe", "frame"].contains($0) } ?? true
    }
}

/// The codings that a request takes, of those a deploy has; the edge has brought the field to a short form.
private struct AcceptEncoding {
    private let names: [Substring]

    init(_ fields: HTTPFields) {
        names = (fields[.acceptEncoding] ?? "").split(separator: ",").map { $0.split(separator: ";")[0].drop { $0 == " " } }
    }

    func allows(_ encoding: Manifest.Encoding) -> Bool { names.contains { $0 == encoding.rawValue } }
}
