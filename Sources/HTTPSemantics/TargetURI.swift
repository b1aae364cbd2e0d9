// Target URIs of requests, and references to others in Location and Content-Location (RFC 9110 section 7.1, RFC 3986
// section 5). Only http and https; fragments are dropped, user information is refused. Percent-encoding is left as it is, so
// that a URI is compared in the spelling in which it is asked for.

/// The URI that a request is for.
package struct TargetURI: Hashable, Sendable, CustomStringConvertible {
    package var isSecure: Bool
    /// Host in lower case, with the port unless it is the scheme's own.
    package var authority: String
    /// Starts with `/`.
    package var path: String
    package var query: String?

    package init(isSecure: Bool, authority: String, path: String, query: String?) {
        self.isSecure = isSecure
        self.authority = Self.normalized(authority, isSecure: isSecure)
        self.path = path.isEmpty ? "/" : path
        self.query = query
    }

    package var description: String {
        (isSecure ? "https://" : "http://") + authority + path + (query.map { "?\($0)" } ?? "")
    }

    /// An authority as it is compared: lower case, without the port that the scheme has anyway.
    package static func normalized(_ authority: String, isSecure: Bool) -> String {
        let name = authority.lowercased()
        let suffix = isSecure ? ":443" : ":80"
        if name.hasSuffix(suffix) { return String(name.dropLast(suffix.count)) }
        return name.hasSuffix(":") ? String(name.dropLast()) : name
    }

    /// The URI that a reference means where this one is the base; nil when it isn't http(s) or can't be read.
    package func resolving(_ reference: String) -> TargetURI? {
        guard reference.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else { return nil }
        let text = reference.prefix { $0 != "#" }
        if let colon = text.firstIndex(of: ":"), !text[..<colon].contains(where: { "/?".contains($0) }), colon > text.startIndex {
            let scheme = text[..<colon].lowercased()
            guard scheme == "http" || scheme == "https" else { return nil }
            let rest = text[text.index(after: colon)...]
            return rest.hasPrefix("//") ? Self.networkPath(rest, isSecure: scheme == "https") : nil
        }
        if text.hasPrefix("//") { return Self.networkPath(text, isSecure: isSecure) }
        let (path, query) = Self.split(text)
        var result = self
        if path.isEmpty {
            if let query { result.query = query }
            return result
        }
        result.query = query
        if path.hasPrefix("/") {
            result.path = Self.withoutDotSegments(path)
        } else {
            let folder = self.path.prefix(upTo: self.path.lastIndex(of: "/").map { self.path.index(after: $0) } ?? self.path.startIndex)
            result.path = Self.withoutDotSegments(folder + path)
        }
        return result
    }

    private static func networkPath(_ text: Substring, isSecure: Bool) -> TargetURI? {
        let rest = text.dropFirst(2)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        let (path, query) = split(rest.dropFirst(authority.count))
        return TargetURI(
            isSecure: isSecure, authority: String(authority), path: path.isEmpty ? "/" : withoutDotSegments(path), query: query)
    }

    private static func split(_ text: Substring) -> (path: Substring, query: String?) {
        guard let mark = text.firstIndex(of: "?") else { return (text, nil) }
        return (text[..<mark], String(text[text.index(after: mark)...]))
    }

    /// RFC 3986 section 5.2.4.
    private static func withoutDotSegments(_ path: some StringProtocol) -> String {
        var kept: [Substring] = []
        let segments = Substring(path).split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            switch segment {
            case ".": if isLast { kept.append("") }
            case "..":
                if !kept.isEmpty { kept.removeLast() }
                if isLast { kept.append("") }
            default: kept.append(segment)
            }
        }
        return "/" + kept.joined(separator: "/")
    }
}
