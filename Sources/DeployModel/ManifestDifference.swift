/// What changed from one deploy to another, paths sorted.
package struct ManifestDifference: Sendable, Hashable {
    package var added: [String] = []
    package var removed: [String] = []
    /// Other content.
    package var changed: [String] = []
    /// The same content with another type, lifetime or compressed sibling.
    package var retouched: [String] = []
    /// `_redirects`, `_headers`, clean URLs or fallback.
    package var rulesChanged = false

    package init(from old: Manifest, to new: Manifest) {
        for (path, file) in new.files {
            guard let before = old.files[path] else {
                added.append(path)
                continue
            }
            if before.blob != file.blob { changed.append(path) } else if before != file { retouched.append(path) }
        }
        removed = old.files.keys.filter { new.files[$0] == nil }
        added.sort()
        removed.sort()
        changed.sort()
        retouched.sort()
        rulesChanged =
            old.redirects != new.redirects || old.headers != new.headers || old.cleanURLs != new.cleanURLs
            || old.fallbackPage != new.fallbackPage
    }

    package var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty && retouched.isEmpty && !rulesChanged }
}
