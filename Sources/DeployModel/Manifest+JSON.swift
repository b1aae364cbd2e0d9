// The manifest as a document, version 1. Everything not given here is refused when read.

import Cryptography
import HTTPSemantics
import JSONDocuments

/// A manifest in its canonical form, with its digest.
package struct EncodedManifest: Sendable, Hashable {
    package let manifest: Manifest
    package let bytes: [UInt8]
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    package let digest: String
    package var id: DeployID { DeployID(digest: digest) }

    package init(_ manifest: Manifest) {
        self.manifest = manifest
        bytes = manifest.json.bytes
        digest = Hex.encode(DigestAlgorithm.sha256.digest(of: bytes))
    }

    /// Reads a stored manifest. `document` is for messages.
    package init(reading bytes: [UInt8], document: String) throws(DeployDocumentError) {
        guard bytes.count <= DeployLimits.manifestBytesMax else {
            throw DeployDocumentError(document: document, reason: "more than \(DeployLimits.manifestBytesMax) bytes")
        }
        do throws(JSONError) {
            manifest = try Manifest(bytes)
        } catch {
            throw DeployDocumentError(document: document, error)
        }
        self.bytes = bytes
        digest = Hex.encode(DigestAlgorithm.sha256.digest(of: bytes))
    }
}

extension Manifest {
    static let kind = "skerry_manifest"
    static let version: Int64 = 1

    /// Members in a fixed order, paths sorted by their bytes.
    var json: JSONValue {
        let sorted = files.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return .object([
            Self.kind: .integer(Self.version),
            "clean_urls": .string(cleanURLs.rawValue),
            "fallback_page": fallbackPage.map(JSONValue.string),
            "redirects": .array(redirects.map(\.json)),
            "headers": .array(headers.map(\.json)),
            "files": .object(sorted.map { JSONMember($0.key, $0.value.json) }),
        ])
    }

    init(_ bytes: [UInt8]) throws(JSONError) {
        var document = try JSONObject(document: bytes, kind: Self.kind, version: Self.version)
        let mode = try document.string("clean_urls")
        guard let cleanURLs = CleanURLs(rawValue: mode) else { throw JSONError("clean_urls: \"\(mode)\" is not known") }
        let fallback = try document.string(ifPresent: "fallback_page")
        var redirects: [RedirectRule] = []
        for (index, value) in try document.array("redirects").enumerated() {
            redirects.append(try RedirectRule(value, at: "redirects[\(index)]"))
        }
        var headers: [HeaderRule] = []
        for (index, value) in try document.array("headers").enumerated() {
            headers.append(try HeaderRule(value, at: "headers[\(index)]"))
        }
        let members = try document.members("files")
        guard members.count <= DeployLimits.filesMax else { throw JSONError("files: more than \(DeployLimits.filesMax)") }
        var files: [String: File] = [:]
        files.reserveCapacity(members.count)
        for member in members {
            guard Self.isPath(member.name) else { throw JSONError("files: \"\(member.name)\" is no path") }
            files[member.name] = try File(member.value, at: "files[\(member.name)]")
        }
        try document.finish()
        if let fallback, files[fallback] == nil { throw JSONError("fallback_page: there is no file \"\(fallback)\"") }
        self.init(files: files, redirects: redirects, headers: headers, cleanURLs: cleanURLs, fallbackPage: fallback)
    }

    /// Whether a text is a path below the root: no empty, `.` or `..` segment, no slash in front.
    package static func isPath(_ text: String) -> Bool {
        guard (1...DeployLimits.pathBytesMax).contains(text.utf8.count), !text.utf8.contains(0) else { return false }
        return text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
        }
    }
}

extension Blob {
    fileprivate var json: JSONValue { .object(["sha256": .string(hash.description), "size": .integer(Int64(byteCount))]) }

    fileprivate init(_ object: inout JSONObject) throws(JSONError) {
        guard let hash = BlobHash(try object.string("sha256")) else {
            throw JSONError("\(object.place).sha256: 64 lower-case hexadecimal digits are expected")
        }
        let size = try object.integer("size")
        guard (0...Int64(DeployLimits.fileBytesMax)).contains(size) else { throw JSONError("\(object.place).size: out of range") }
        self.init(hash: hash, byteCount: Int(size))
    }
}

extension Manifest.File {
    fileprivate var json: JSONValue {
        let siblings = Manifest.Encoding.allCases.compactMap { coding in encodings[coding].map { JSONMember(coding.rawValue, $0.json) } }
        return .object([
            "sha256": .string(blob.hash.description), "size": .integer(Int64(blob.byteCount)), "type": .string(contentType),
            "cache_control": .string(cacheControl), "encodings": siblings.isEmpty ? nil : .object(siblings),
        ])
    }

    fileprivate init(_ value: JSONValue, at place: String) throws(JSONError) {
        var object = try JSONObject(value, at: place)
        let blob = try Blob(&object)
        let type = try object.string("type")
        let cacheControl = try object.string("cache_control")
        for text in [type, cacheControl] where !FieldSyntax.isFieldValue(text.utf8) || text.isEmpty {
            throw JSONError("\(place): \"\(text)\" is no header value")
        }
        var encodings: [Manifest.Encoding: Blob] = [:]
        for member in try object.members("encodings") {
            guard let coding = Manifest.Encoding(rawValue: member.name) else {
                throw JSONError("\(place).encodings: \"\(member.name)\" is not known")
            }
            var sibling = try JSONObject(member.value, at: "\(place).encodings.\(member.name)")
            encodings[coding] = try Blob(&sibling)
            try sibling.finish()
        }
        try object.finish()
        self.init(blob: blob, contentType: type, cacheControl: cacheControl, encodings: encodings)
    }
}

extension RedirectRule {
    fileprivate var json: JSONValue {
        .object([
            "from": .string(source.description), "to": .string(destination), "status": .integer(Int64(status)),
            "force": isForced ? .boolean(true) : nil,
        ])
    }

    fileprivate init(_ value: JSONValue, at place: String) throws(JSONError) {
        var object = try JSONObject(value, at: place)
        let pattern = try PathPattern(json: try object.string("from"), at: place)
        let destination = try object.string("to")
        let status = try object.integer("status")
        guard Self.statuses.contains(Int(status)) else { throw JSONError("\(place).status: \(status) is not known") }
        let starts = ["/", "http://", "https://"]
        guard starts.contains(where: destination.hasPrefix), destination.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw JSONError("\(place).to: a path or an http(s) URL is expected")
        }
        let force = try object.flag("force")
        try object.finish()
        self.init(source: pattern, destination: destination, status: Int(status), isForced: force)
    }
}

extension HeaderRule {
    fileprivate var json: JSONValue {
        .object([
            "path": .string(path.description),
            "set": .array(set.map { .array([.string($0.name), .string($0.value)]) }),
            "remove": remove.isEmpty ? nil : .array(remove.map(JSONValue.string)),
        ])
    }

    fileprivate init(_ value: JSONValue, at place: String) throws(JSONError) {
        var object = try JSONObject(value, at: place)
        let pattern = try PathPattern(json: try object.string("path"), at: place)
        var set: [Field] = []
        for pair in try object.array("set") {
            guard case .array(let texts) = pair, texts.count == 2, case .string(let name) = texts[0], case .string(let text) = texts[1],
                FieldSyntax.isToken(name.utf8), FieldSyntax.isFieldValue(text.utf8), !text.isEmpty
            else { throw JSONError("\(place).set: pairs of a header name and its value are expected") }
            set.append(Field(name, text))
        }
        var remove: [String] = []
        for name in try object.array("remove") {
            guard case .string(let name) = name, FieldSyntax.isToken(name.utf8) else {
                throw JSONError("\(place).remove: header names are expected")
            }
            remove.append(name)
        }
        try object.finish()
        self.init(path: pattern, set: set, remove: remove)
    }
}

extension PathPattern {
    fileprivate init(json text: String, at place: String) throws(JSONError) {
        do throws(PathPatternError) {
            try self.init(text)
        } catch {
            throw JSONError("\(place): \"\(text)\" is no path pattern; expected \(error.expected)")
        }
    }
}

extension BlobHash {
    /// The hash of bytes.
    package static func of(_ bytes: [UInt8]) -> BlobHash { BlobHash(hex: Hex.encode(DigestAlgorithm.sha256.digest(of: bytes))) }
}
