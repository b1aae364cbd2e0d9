// The pages that `skerry serve` makes itself: what is wrong with a folder, what is not there, what is in a folder.

import DeployModel
import WebsiteRouting

enum FolderPages {
    static func problems(_ snapshot: FolderSnapshot) -> String { problems(snapshot.problems) }

    static func problems(_ texts: [String]) -> String {
        document("This site can't be served as it is", texts.map { "<p><code>\(escapeXML($0))</code></p>" }.joined(separator: "\n"))
    }

    static func notFound(_ path: String) -> String {
        document("Not found", "<p>There is nothing at <code>\(escapeXML(path))</code>, and the site has no 404.html.</p>")
    }

    static let badRequest = document("Bad request", "<p>The path can't be read.</p>")

    static func document(_ title: String, _ body: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>\(escapeXML(title))</title></head>
        <body><h1>\(escapeXML(title))</h1>
        \(body)
        </body></html>

        """
    }
}

/// What is in a folder that has no index page; only names that are published.
enum FolderListing {
    /// Names that one page lists.
    static let namesMax = 10_000

    case page(String)
    case redirect(String)

    /// Nil when there is something else at the path, or no such folder.
    init?(_ manifest: Manifest, at path: String, _ decision: ManifestDecision) {
        switch decision {
        case .notFound, .file(_, _, because: .notFoundPage), .file(_, _, because: .fallback): break
        case .file, .redirect, .badRequest: return nil
        }
        let folder = path.hasSuffix("/") ? String(path.dropFirst()) : path.dropFirst() + "/"
        var names: Set<String> = []
        for file in manifest.files.keys where file.utf8.starts(with: folder.utf8) {
            let rest = String(decoding: file.utf8.dropFirst(folder.utf8.count), as: UTF8.self)
            names.insert(rest.firstIndex(of: "/").map { String(rest[...$0]) } ?? rest)
        }
        guard !names.isEmpty else { return nil }
        guard path.hasSuffix("/") else {
            self = .redirect("./\(Self.encoded(String(path.split(separator: "/").last ?? "")))/")
            return
        }
        let up = folder.isEmpty ? "" : "<li><a href=\"../\">../</a></li>\n"
        let items = names.sorted().prefix(Self.namesMax).map {
            "<li><a href=\"./\(Self.encoded($0))\">\(escapeXML($0))</a></li>\n"
        }
        let rest = names.count > Self.namesMax ? "<p>and \(names.count - Self.namesMax) more</p>" : ""
        self = .page(FolderPages.document("Index of \(path)", "<ul>\n\(up)\(items.joined())</ul>\(rest)"))
    }

    private static func encoded(_ name: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in name.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F, 0x7E: result.append(byte)
            default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
