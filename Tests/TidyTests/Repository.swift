import Foundation

/// The files of this repository, found from this file's own place in it.
///
/// Build folders and other leavings are not looked at; what git ignores is what `ignoredFolders` names.
enum Repository {
    static let root: URL = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    struct File: Sendable {
        /// Relative to the root, with forward slashes.
        var path: String
        var text: String
        var lineCount: Int { text.split(separator: "\n", omittingEmptySubsequences: false).count - (text.hasSuffix("\n") ? 1 : 0) }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    /// Names of the folders directly below `folder`.
    static func folders(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            at: root.appendingPathComponent(folder), includingPropertiesForKeys: [.isDirectoryKey]
        )
        .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
        .map(\.lastPathComponent).filter { !$0.hasPrefix(".") }.sorted()
    }

    /// Every readable text file below `folder` whose name ends in one of `suffixes` (all of them when empty).
    static func files(in folder: String, suffixes: [String] = []) throws -> [File] {
        let base = root.appendingPathComponent(folder)
        guard let walker = FileManager.default.enumerator(atPath: base.path) else { return [] }
        var files: [File] = []
        while let relative = walker.nextObject() as? String {
            if relative.split(separator: "/").contains(where: { ignoredFolders.contains(String($0)) }) {
                walker.skipDescendants()
                continue
            }
            guard suffixes.isEmpty || suffixes.contains(where: relative.hasSuffix) else { continue }
            let url = base.appendingPathComponent(relative)
            guard let data = try? Data(contentsOf: url), let text = String(data: data, encoding: .utf8) else { continue }
            files.append(File(path: folder == "." ? relative : folder + "/" + relative, text: text))
        }
        return files.sorted { $0.path < $1.path }
    }

    private static let ignoredFolders: Set<String> = [
        ".git", ".build", ".venv", ".skerry", "__pycache__", ".swiftpm", ".vscode", "node_modules", "Package.resolved",
    ]
}
