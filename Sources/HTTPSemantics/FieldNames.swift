// Field names that swift-http-types has no constant for, and reading of list-valued fields over several lines.

package import HTTPTypes

extension HTTPField.Name {
    /// A name known to be valid when the program is written.
    package static func known(_ name: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name(name.description) else { preconditionFailure("\(name) is no field name") }
        return name
    }

    package static let acceptCharset = known("Accept-Charset")
    package static let cacheStatus = known("Cache-Status")
    package static let cdnCacheControl = known("CDN-Cache-Control")
    /// Host, which swift-http-types hides because a parsed request carries it as its authority.
    package static let hostField = known("Host")
    package static let keepAlive = known("Keep-Alive")
    package static let pragma = known("Pragma")
    package static let proxyConnection = known("Proxy-Connection")
    package static let serverTiming = known("Server-Timing")
    package static let warning = known("Warning")
    package static let xAmzCfId = known("X-Amz-Cf-Id")
    package static let xAmzCfPop = known("X-Amz-Cf-Pop")
    package static let xAmzID2 = known("x-amz-id-2")
    package static let xAmzRequestID = known("x-amz-request-id")
    package static let xCache = known("X-Cache")
    package static let xForwardedFor = known("X-Forwarded-For")
    package static let xForwardedProto = known("X-Forwarded-Proto")
    package static let xHTTPMethodOverride = known("X-HTTP-Method-Override")
    package static let xRealIP = known("X-Real-IP")
}

extension HTTPFields {
    /// Calls `body` with each comma-separated element of every line of `name`, trimmed, in order.
    ///
    /// Quoted strings keep their commas; empty elements are skipped (RFC 9110 section 5.6.1.2). Unlike the
    /// subscript it copies each element only once and never joins the lines.
    ///
    /// - Parameter text: how a line's value is read as text.
    package func forEachElement(
        of name: HTTPField.Name, readBy text: (HTTPField) -> String = { $0.value }, _ body: (String) -> Void
    ) {
        for field in self where field.name == name {
            ByteScanner.scanning(text(field)) { scanner in
                while true {
                    let element = scanner.trimmed(scanner.takeListElement())
                    if !element.isEmpty { body(scanner.string(element)) }
                    guard scanner.consume(UInt8(ascii: ",")) else { break }
                }
            }
        }
    }

    /// The value of the only line of `name`; nil when it is absent or stands on several lines.
    package func single(_ name: HTTPField.Name) -> String? {
        var found: String?
        for field in self where field.name == name {
            if found != nil { return nil }
            found = field.value
        }
        return found
    }

    /// The value of the first line of `name`.
    package func first(_ name: HTTPField.Name) -> String? {
        self.first { $0.name == name }?.value
    }
}
