// The files of a site, in the order they are uploaded.

package import DeployModel
import Foundation

/// One file and the key it is stored under.
package struct SiteFile: Sendable, Hashable {
    /// Relative to the folder, `/` between its parts.
    package var key: String
    package var path: String
    package var byteCount: Int
}

/// Walks a folder.
///
/// Sorted by key, bytes compared. Names starting with a dot are passed over, `.well-known` excepted. A symbolic link to a file
/// is followed as long as it stays inside the folder, or anywhere if asked; links to folders, and otherwise those that lead outside,
/// are listed as skipped.
package struct SiteFolder: Sendable {
    package static let filesMax = 1_000_000
    /// Deepest nesting of folders.
    package static let depthMax = 64
    /// Longest key, in bytes of UTF-8.
    package static let keyBytesMax = 1024

    package private(set) var files: [SiteFile] = []
    /// Keys that were not taken, with the reason.
    package private(set) var skipped: [(key: String, reason: String)] = []

    private let root: String
    private let ignore: IgnoreRules
    private let fileBytesMax: Int
    private let followsLinks: Bool

    /// Reads the whole tree of names; contents are read when they are sent. What `ignore` names is not mentioned again.
    package init(
        path: String, ignore: IgnoreRules = IgnoreRules(), fileBytesMax: Int = S3Client.singlePutBytesMax,
        followsLinks: Bool = false
    ) throws(SiteDeployError) {
        self.ignore = ignore
        self.fileBytesMax = fileBytesMax
        self.followsLinks = followsLinks
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            throw .file(path: path, reason: "is no folder")
        }
        root = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
        try walk(folder: "", depth: 0)
        files.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    /// The folders directly below a folder, hidden ones excepted, sorted.
    package static func folders(in path: String) throws(SiteDeployError) -> [String] {
        try names(in: path).filter { name in
            var isFolder: ObjCBool = false
            return !name.hasPrefix(".")
                && FileManager.default.fileExists(atPath: path + "/" + name, isDirectory: &isFolder) && isFolder.boolValue
        }
    }

    private static func names(in path: String) throws(SiteDeployError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw .file(path: path, reason: "cannot be listed")
        }
    }

    private mutating func walk(folder: String, depth: Int) throws(SiteDeployError) {
        let base = root.hasSuffix("/") ? root : root + "/"
        for name in try Self.names(in: base + folder) where !name.hasPrefix(".") || name == ".well-known" {
            let key = folder + name
            let path = base + key
            guard key.utf8.count <= Self.keyBytesMax else {
                skipped.append((key, "its key is longer than \(Self.keyBytesMax) bytes"))
                continue
            }
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
                skipped.append((key, "it cannot be read"))
                continue
            }
            let type = attributes[.type] as? FileAttributeType
            guard !ignore.ignores(key, isFolder: type == .typeDirectory) else { continue }
            switch type {
            case .typeDirectory?:
                guard depth < Self.depthMax else {
                    skipped.append((key, "it is deeper than \(Self.depthMax) folders"))
                    continue
                }
                try walk(folder: key + "/", depth: depth + 1)
            case .typeRegular?:
                try add(key, path, attributes)
            case .typeSymbolicLink?:
                try addLink(key, path, base)
            default:
                skipped.append((key, "it is neither a file nor a folder"))
            }
        }
    }

    private mutating func addLink(_ key: String, _ path: String, _ base: String) throws(SiteDeployError) {
        let target = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
        guard followsLinks || target.hasPrefix(base) else {
            skipped.append((key, "it is a link that leads outside"))
            return
        }
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: target),
            attributes[.type] as? FileAttributeType == .typeRegular
        else {
            skipped.append((key, "it is a link to something other than a file"))
            return
        }
        try add(key, target, attributes)
    }

    private mutating func add(_ key: String, _ path: String, _ attributes: [FileAttributeKey: Any]) throws(SiteDeployError) {
        guard files.count < Self.filesMax else { throw .file(path: root, reason: "has more than \(Self.filesMax) files") }
        let byteCount = (attributes[.size] as? NSNumber)?.intValue ?? 0
        guard byteCount <= fileBytesMax else {
            skipped.append((key, "it is larger than \(fileBytesMax >> 30) GiB"))
            return
        }
        files.append(SiteFile(key: key, path: path, byteCount: byteCount))
    }
}
