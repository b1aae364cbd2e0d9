// A deploy's manifest: every path with the content behind it, and the rules for paths that are no file.
//
// It is immutable and says nothing about when, where or by whom: equal sites have equal manifests, and so one id. Its
// canonical JSON is what is hashed and stored.

import HTTPSemantics

/// The SHA-256 of a blob, 64 lower-case hexadecimal digits.
package struct BlobHash: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let description: String

    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 64,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        description = String(text)
    }

    /// What a digest of 32 bytes reads in hexadecimal.
    init(hex: String) { description = hex }

    package static func < (a: Self, b: Self) -> Bool { a.description < b.description }
}

/// Content by its hash.
package struct Blob: Sendable, Hashable {
    package var hash: BlobHash
    package var byteCount: Int

    package init(hash: BlobHash, byteCount: Int) {
        self.hash = hash
        self.byteCount = byteCount
    }
}

/// One deploy's content and rules.
package struct Manifest: Sendable, Hashable {
    /// A content coding for which a file brought a compressed sibling.
    package enum Encoding: String, Sendable, Hashable, CaseIterable {
        case brotli = "br"
        case gzip
    }

    /// What is served at one path.
    package struct File: Sendable, Hashable {
        package var blob: Blob
        package var contentType: String
        package var cacheControl: String
        package var encodings: [Encoding: Blob]

        package init(blob: Blob, contentType: String, cacheControl: String, encodings: [Encoding: Blob] = [:]) {
            self.blob = blob
            self.contentType = contentType
            self.cacheControl = cacheControl
            self.encodings = encodings
        }
    }

    /// What `/about` means when there is only `about.html`.
    package enum CleanURLs: String, Sendable, Hashable, CaseIterable {
        /// Nothing.
        case off
        /// The page; and `/about.html` leads to `/about`.
        case redirect
        /// The page, under both names.
        case rewrite
    }

    /// By path below the root, without a slash in front: `index.html`, `docs/a.css`.
    package var files: [String: File]
    /// In file order; the first that matches decides.
    package var redirects: [RedirectRule]
    /// In file order; all that match are merged.
    package var headers: [HeaderRule]
    package var cleanURLs: CleanURLs
    /// The page that answers navigations to paths that are no file; nil when those are not found.
    package var fallbackPage: String?

    package init(
        files: [String: File], redirects: [RedirectRule] = [], headers: [HeaderRule] = [], cleanURLs: CleanURLs = .off,
        fallbackPage: String? = nil
    ) {
        self.files = files
        self.redirects = redirects
        self.headers = headers
        self.cleanURLs = cleanURLs
        self.fallbackPage = fallbackPage
    }

    /// Every blob that some path needs, each once.
    package var blobs: Set<Blob> {
        var blobs: Set<Blob> = []
        for file in files.values {
            blobs.insert(file.blob)
            blobs.formUnion(file.encodings.values)
        }
        return blobs
    }

    /// Bytes of all files, compressed siblings aside.
    package var byteCount: Int { files.values.reduce(0) { $0 + $1.blob.byteCount } }
}

/// One line of `_redirects`.
package struct RedirectRule: Sendable, Hashable {
    package var source: PathPattern
    /// A path of this site or an http(s) URL, with `:splat` and `:name` in it.
    package var destination: String
    /// 200 rewrites, 404 shows a page as not found, 301, 302, 303, 307 and 308 redirect.
    package var status: Int
    /// Also where a file exists.
    package var isForced: Bool

    package init(source: PathPattern, destination: String, status: Int, isForced: Bool) {
        self.source = source
        self.destination = destination
        self.status = status
        self.isForced = isForced
    }

    package static let statuses = [200, 301, 302, 303, 307, 308, 404]
}

/// One block of `_headers`.
package struct HeaderRule: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var path: PathPattern
    package var set: [Field]
    /// Names of fields that earlier blocks may have set.
    package var remove: [String]

    package init(path: PathPattern, set: [Field], remove: [String] = []) {
        self.path = path
        self.set = set
        self.remove = remove
    }
}

extension HeaderRule {
    /// What the blocks that match a path make of it together; fields of one name are joined with a comma, in order.
    package static func merged(_ rules: [HeaderRule], for path: String) -> [Field] {
        var fields: [Field] = []
        for rule in rules where rule.path.match(path) != nil {
            for name in rule.remove { fields.removeAll { equal($0.name, name) } }
            for field in rule.set {
                if let at = fields.firstIndex(where: { equal($0.name, field.name) }) {
                    fields[at].value += ", " + field.value
                } else {
                    fields.append(field)
                }
            }
        }
        return fields
    }

    private static func equal(_ a: String, _ b: String) -> Bool { FieldSyntax.equalsIgnoringCase(a.utf8, b.utf8) }
}
