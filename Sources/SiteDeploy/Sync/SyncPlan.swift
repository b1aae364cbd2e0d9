// A folder beside a plain bucket: what has to be sent and taken away, by content and headers, never by time.

/// One file as it should be in the bucket.
package struct SyncFile: Sendable, Hashable {
    package var key: String
    package var byteCount: Int
    /// What S3 calls the content (MD5, or that of its parts with their number), without quotes.
    package var entityTag: String
    package var sha256: String
    /// Names in lower case, as S3 keeps them.
    package var headers: [String: String]

    package init(key: String, byteCount: Int, entityTag: String, sha256: String, headers: [String: String]) {
        self.key = key
        self.byteCount = byteCount
        self.entityTag = entityTag
        self.sha256 = sha256
        self.headers = headers
    }

    /// Pages go after what they point at.
    var isPage: Bool { headers["content-type"]?.hasPrefix("text/html") ?? false }
}

/// What a synchronisation does, and why.
package struct SyncPlan: Sendable, Hashable {
    package enum Reason: String, Sendable, Hashable {
        case new, content, headers
    }

    package struct Upload: Sendable, Hashable {
        package var key: String
        package var reason: Reason

        package init(key: String, reason: Reason) {
            self.key = key
            self.reason = reason
        }
    }

    /// In this order.
    package var uploads: [Upload] = []
    /// After all uploads.
    package var deletes: [String] = []
    package var unchanged = 0

    /// Fields that are compared; the rest of an object's headers is its own.
    static let compared = ["content-type", "cache-control", "content-disposition", "content-language", "expires"]

    /// `heads` has what is known of stored objects beyond the listing, for those that were asked.
    package init(files: [SyncFile], stored: [String: ListedObject], heads: [String: S3ObjectHead], deletes isDeleting: Bool) {
        for file in files.sorted(by: { ($0.isPage ? 1 : 0, $0.key) < ($1.isPage ? 1 : 0, $1.key) }) {
            if let reason = Self.reason(for: file, stored[file.key], heads[file.key]) {
                uploads.append(Upload(key: file.key, reason: reason))
            } else {
                unchanged += 1
            }
        }
        guard isDeleting else { return }
        let wanted = Set(files.map(\.key))
        deletes = stored.keys.filter { !wanted.contains($0) }.sorted()
    }

    private static func reason(for file: SyncFile, _ object: ListedObject?, _ head: S3ObjectHead?) -> Reason? {
        guard let object else { return .new }
        guard object.byteCount == file.byteCount else { return .content }
        // An encrypted object's entity tag says nothing of its content; what we stored beside it does.
        let isSame = unquoted(object.entityTag) == file.entityTag || head?.fields[BucketSync.hashField] == file.sha256
        guard isSame else { return .content }
        guard let head else { return nil }
        return compared.allSatisfy { head.fields[$0] == file.headers[$0] } ? nil : .headers
    }

    static func unquoted(_ tag: String) -> String { String(tag.drop { $0 == "\"" }.prefix { $0 != "\"" }) }

    /// Most paths of one invalidation; beyond, everything is invalidated.
    package static let invalidatedMax = 1000

    /// Paths that caches may hold in an older form: each changed key, and the folders that an index page answers.
    package var invalidated: [String] {
        var paths: Set<String> = []
        for key in uploads.map(\.key) + deletes {
            let path = "/" + encodePath(key)
            paths.insert(path)
            for index in ["index.html", "index.htm"] where path.hasSuffix("/" + index) {
                let folder = String(path.dropLast(index.count))
                paths.insert(folder)
                if folder != "/" { paths.insert(String(folder.dropLast())) }
            }
        }
        return paths.count > Self.invalidatedMax ? ["/*"] : paths.sorted()
    }
}
