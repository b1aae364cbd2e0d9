// Assembles a cache key from raw request bytes. A builder that is kept and `reset` reuses its memory when the key
// made from it is gone by then: a lookup on a hit allocates nothing. Query parameters stay in the client's order and
// spelling (CloudFront caches `?a&b` and `?b&a` apart); cookies are sorted by name.

import HTTPSemantics
package import HTTPTypes

extension CacheKey {
    /// Collects the parts of a key in a fixed order: query, headers, cookies.
    package struct Builder: Sendable {
        private var bytes: [UInt8] = []

        private enum Tag: UInt8 {
            case distribution = 0x44, path = 0x50, query = 0x3F, parameter = 0x26
            case headerName = 0x48, headerValue = 0x56, cookie = 0x43
            case authority = 0x41, selecting = 0x53, selectingValue = 0x76, selectingAbsent = 0x61
        }

        /// An empty builder with room for a usual key.
        package init(reservingBytes capacity: Int = 256) { bytes.reserveCapacity(capacity) }

        /// Starts a new key, keeping the memory.
        package mutating func reset(
            method: MethodClass, distribution: String, path: UnsafeRawBufferPointer, acceptEncoding: AcceptEncodingClass
        ) {
            bytes.removeAll(keepingCapacity: true)
            bytes.append(method.rawValue)
            bytes.append(acceptEncoding.rawValue)
            var distribution = distribution
            distribution.withUTF8 { append(.distribution, UnsafeRawBufferPointer($0)) }
            append(.path, path)
        }

        /// Starts from a key that is there.
        package init(extending key: CacheKey) {
            bytes.reserveCapacity(key.bytes.count + 64)
            bytes.append(contentsOf: key.bytes)
        }

        /// Adds scheme and authority, for keys that stand for a whole URI.
        package mutating func appendAuthority(_ authority: UnsafeRawBufferPointer, isSecure: Bool) {
            append(.authority, authority)
            bytes.append(isSecure ? 1 : 0)
        }

        /// Adds a request field that a response's Vary names; nil when the request has none.
        package mutating func appendSelecting(_ name: HTTPField.Name, value: String?) {
            var canonical = name.canonicalName
            canonical.withUTF8 { append(.selecting, UnsafeRawBufferPointer($0)) }
            guard var value else {
                bytes.append(Tag.selectingAbsent.rawValue)
                return
            }
            value.withUTF8 { append(.selectingValue, UnsafeRawBufferPointer($0)) }
        }

        /// Adds the part of the raw query string that the selection chooses; nil when the target has no `?`.
        package mutating func appendQuery(_ query: UnsafeRawBufferPointer?, selecting selection: NameSelection) {
            guard let query, selection != .none else { return }
            if selection == .all {
                append(.query, query)
                return
            }
            QueryString.forEachParameter(of: query) { parameter, name in
                if selection.selects(name) { append(.parameter, parameter) }
            }
        }

        /// Adds one line of a header that is in the key; call once per line, headers in the policy's order.
        ///
        /// An absent header adds nothing and so differs from an empty one.
        package mutating func appendHeader(_ name: HTTPField.Name, value: UnsafeRawBufferPointer) {
            var canonical = name.canonicalName
            canonical.withUTF8 { append(.headerName, UnsafeRawBufferPointer($0)) }
            append(.headerValue, value)
        }

        /// Adds the chosen cookies of all Cookie lines of the request, sorted by name and then by value.
        package mutating func appendCookies(_ lines: some Sequence<String>, selecting selection: NameSelection) {
            guard selection != .none else { return }
            for cookie in CookiePairs.selected(from: lines, by: selection) {
                var pair = cookie
                pair.withUTF8 { append(.cookie, UnsafeRawBufferPointer($0)) }
            }
        }

        /// The key; the builder may be used again after `reset`.
        package func finish() -> CacheKey { CacheKey(bytes: bytes) }

        private mutating func append(_ tag: Tag, _ part: UnsafeRawBufferPointer) {
            bytes.append(tag.rawValue)
            // Seven bits at a time, low first; a length below 128 takes one byte.
            var length = part.count
            while length >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: length) | 0x80)
                length >>= 7
            }
            bytes.append(UInt8(truncatingIfNeeded: length))
            bytes.append(contentsOf: part)
        }
    }
}

extension CachePolicy {
    /// Builds the key of a request whose parts are still raw bytes.
    ///
    /// - Parameters:
    ///   - path: raw path bytes, without query; as they will be sent to the origin.
    ///   - query: raw bytes after the first `?`; nil when there is none.
    ///   - header: calls its second argument with each line's value bytes; also asked for generated headers such as
    ///     `CloudFront-Viewer-Country` when the policy names them.
    ///   - cookieLines: called only when cookies are in the key.
    package func makeKey(
        with builder: inout CacheKey.Builder, method: CacheKey.MethodClass, distribution: String,
        path: UnsafeRawBufferPointer, query: UnsafeRawBufferPointer?, acceptEncoding: AcceptEncodingClass,
        header: (HTTPField.Name, (UnsafeRawBufferPointer) -> Void) -> Void, cookieLines: () -> [String]
    ) -> CacheKey {
        builder.reset(method: method, distribution: distribution, path: path, acceptEncoding: acceptEncoding)
        builder.appendQuery(query, selecting: queryStrings)
        for name in headers {
            header(name) { builder.appendHeader(name, value: $0) }
        }
        if cookies != .none { builder.appendCookies(cookieLines(), selecting: cookies) }
        return builder.finish()
    }

    /// Builds the key of a parsed request.
    package func makeKey(
        method: CacheKey.MethodClass, distribution: String, path: String, query: String?, fields: HTTPFields
    ) -> CacheKey {
        var builder = CacheKey.Builder()
        let encodingClass = AcceptEncodingClass(AcceptEncoding(fields), policy: self)
        var (path, queryText) = (path, query ?? "")
        return path.withUTF8 { path in
            queryText.withUTF8 { queryBytes in
                makeKey(
                    with: &builder, method: method, distribution: distribution, path: UnsafeRawBufferPointer(path),
                    query: query == nil ? nil : UnsafeRawBufferPointer(queryBytes), acceptEncoding: encodingClass,
                    header: { name, append in
                        for field in fields where field.name == name {
                            field.withUnsafeBytesOfValue { append(UnsafeRawBufferPointer($0)) }
                        }
                    },
                    cookieLines: { fields.distinctValues(of: .cookie) })
            }
        }
    }
}
