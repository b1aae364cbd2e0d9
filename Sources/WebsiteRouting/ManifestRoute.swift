// From a path to a decision over a manifest. In this order:
//
// 1. `_redirects`, first match. Unless it ends in `!`, a rule steps back where there is something at the path.
// 2. The file itself; for a folder its index.html, with a redirect that adds the slash; with clean URLs the page without
//    `.html`, and back.
// 3. For navigations, the fallback page, if the deploy was made with one. It is never guessed.
// 4. The nearest 404.html, up from the folder that was asked for.
//
// Redirects keep the query, unless the rule's destination has one of its own.

package import DeployModel
import HTTPSemantics

extension Manifest {
    /// The status of redirects that add a slash or take `.html` away.
    static let canonicalRedirectStatus = 308

    /// What a request is answered.
    package func decide(_ request: ManifestRequest) -> ManifestDecision {
        guard let path = request.decodedPath else { return .badRequest }
        let found = lookUp(path, request)
        for rule in redirects {
            guard let match = rule.source.match(path) else { continue }
            if !rule.isForced, let found { return found }
            return apply(rule, match, request)
        }
        return found ?? missing(path, request)
    }

    /// What is at a path without any rule.
    private func lookUp(_ path: String, _ request: ManifestRequest) -> ManifestDecision? {
        let name = path.dropFirst()
        func canonical(_ path: some StringProtocol, _ reason: ManifestDecision.RedirectReason) -> ManifestDecision {
            .redirect(
                RedirectLocation.encode("/" + path, query: request.query), status: Self.canonicalRedirectStatus, because: reason)
        }
        if name.isEmpty || name.hasSuffix("/") {
            if files[name + "index.html"] != nil { return .file(name + "index.html", status: 200, because: .index) }
            let page = name.dropLast()
            if cleanURLs != .off, !page.isEmpty, files[page + ".html"] != nil { return canonical(page, .cleanURL) }
            return nil
        }
        if files[String(name)] != nil {
            if cleanURLs == .redirect, let clean = Self.clean(name), isShown(String(name), at: clean) {
                return canonical(clean, .cleanURL)
            }
            return .file(String(name), status: 200, because: .exact)
        }
        if cleanURLs != .off, files[name + ".html"] != nil { return .file(name + ".html", status: 200, because: .cleanURL) }
        if files[name + "/index.html"] != nil { return canonical(name + "/", .slash) }
        return nil
    }

    /// The name of a page without `.html`, and of an index page its folder.
    private static func clean(_ name: Substring) -> Substring? {
        guard name.hasSuffix(".html") else { return nil }
        if name == "index.html" || name.hasSuffix("/index.html") { return name.dropLast("index.html".count) }
        let clean = name.dropLast(".html".count)
        return clean.isEmpty || clean.hasSuffix("/") ? nil : clean
    }

    /// Whether asking for the clean name shows this very page, so that a redirect there comes to an end.
    private func isShown(_ file: String, at clean: Substring) -> Bool {
        if clean.isEmpty || clean.hasSuffix("/") { return true }
        return files[String(clean)] == nil
    }

    private func apply(_ rule: RedirectRule, _ match: PathPattern.Match, _ request: ManifestRequest) -> ManifestDecision {
        let source = rule.source.description
        switch rule.status {
        case 200, 404:
            let path = RedirectLocation.fill(rule.destination.prefix { $0 != "?" && $0 != "#" }, match, encoded: false)
            guard case .file(let file, _, _)? = target(path) else { return missing(request.decodedPath ?? "/", request) }
            return .file(
                file, status: rule.status, because: rule.status == 200 ? .rewrite(source) : .ruledNotFound(source))
        default:
            let location = RedirectLocation.fill(rule.destination[...], match, encoded: true)
            return .redirect(RedirectLocation.adding(request.query, to: location), status: rule.status, because: .rule(source))
        }
    }

    /// The file that a rewrite means: like any path, but redirects of its own are not followed.
    private func target(_ path: String) -> ManifestDecision? {
        let name = path.dropFirst()
        if files[String(name)] != nil { return .file(String(name), status: 200, because: .exact) }
        return [name + ".html", name + "index.html", name + "/index.html"].first { files[$0] != nil }.map {
            .file($0, status: 200, because: .index)
        }
    }

    private func missing(_ path: String, _ request: ManifestRequest) -> ManifestDecision {
        if request.isNavigation, let fallbackPage, files[fallbackPage] != nil {
            return .file(fallbackPage, status: 200, because: .fallback)
        }
        var folder = path.dropFirst()
        while true {
            guard let slash = folder.lastIndex(of: "/") else { break }
            let page = folder[...slash] + "404.html"
            if files[String(page)] != nil { return .file(String(page), status: 404, because: .notFoundPage) }
            folder = folder[..<slash]
        }
        return files["404.html"] != nil ? .file("404.html", status: 404, because: .notFoundPage) : .notFound
    }
}

/// The text of `Location`.
enum RedirectLocation {
    /// A path of this site, encoded, with the query. Never starts with two slashes, which would name another host.
    static func encode(_ path: String, query: String?) -> String {
        var text = encoded(path, keeping: "/")
        while text.hasPrefix("//") { text.removeFirst() }
        return adding(query, to: text)
    }

    /// A destination with what its variable parts stood for. Encoded values can't become part of the URL's structure.
    static func fill(_ template: Substring, _ match: PathPattern.Match, encoded isEncoded: Bool) -> String {
        var result = ""
        var rest = template
        // The host and port of a URL hold no placeholders.
        for scheme in ["http://", "https://"] where rest.hasPrefix(scheme) {
            let host = rest.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
            result = scheme + host
            rest = rest[host.endIndex...]
        }
        let isOfThisSite = result.isEmpty
        var isQuery = false
        while let character = rest.first {
            rest = rest.dropFirst()
            if character == "?" { isQuery = true }
            let startsName = character == ":" && (result.isEmpty || "/?&=".contains(result.last ?? "/"))
            let name = startsName ? rest.prefix { $0.utf8.allSatisfy(PathPattern.isNameByte) } : ""
            let value: (text: String, keeps: String)? =
                name == "splat" ? match.splat.map { ($0, isQuery ? "" : "/") } : match.placeholders[String(name)].map { ($0, "") }
            if let value {
                result += isEncoded ? Self.encoded(value.text, keeping: value.keeps) : value.text
                rest = rest.dropFirst(name.count)
            } else {
                result.append(character)
            }
        }
        if isOfThisSite { while result.hasPrefix("//") { result.removeFirst() } }
        return result
    }

    /// The query, unless the location has one; before a fragment.
    static func adding(_ query: String?, to location: String) -> String {
        guard let query, !query.isEmpty, !location.contains("?") else { return location }
        guard let fragment = location.firstIndex(of: "#") else { return location + "?" + query }
        return location[..<fragment] + "?" + query + location[fragment...]
    }

    /// Percent-encodes all but unreserved characters (RFC 3986 section 2.3), some harmless ones and `keeping`.
    private static func encoded(_ text: String, keeping: String) -> String {
        var result: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        let kept = Array(("-._~!$'()*,;:@+=" + keeping).utf8)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: result.append(byte)
            default:
                if kept.contains(byte) {
                    result.append(byte)
                } else {
                    result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
                }
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
