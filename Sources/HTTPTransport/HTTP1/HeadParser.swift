// RFC 9112 request heads, read strictly from raw bytes into offsets. Nothing is copied and, with a reused layout,
// nothing is allocated. Whatever two parsers on a path could read differently is refused (RFC 9112 section 11.2): bare CR or LF,
// folded lines, white space before the colon, repeated or conflicting framing fields.


/// Why a request could not be read; the connection answers with `status` and closes.
package struct RequestError: Error, Sendable, Equatable {
    package var status: Int
    package var reason: String

    package init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }
}

/// Request fields that change what the transport or a cache's fast path does, found while parsing.
package struct KnownFields: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let host = KnownFields(rawValue: 1 << 0)
    package static let contentLength = KnownFields(rawValue: 1 << 1)
    package static let transferEncoding = KnownFields(rawValue: 1 << 2)
    package static let connection = KnownFields(rawValue: 1 << 3)
    package static let expect = KnownFields(rawValue: 1 << 4)
    package static let range = KnownFields(rawValue: 1 << 5)
    package static let ifMatch = KnownFields(rawValue: 1 << 6)
    package static let ifNoneMatch = KnownFields(rawValue: 1 << 7)
    package static let ifModifiedSince = KnownFields(rawValue: 1 << 8)
    package static let ifUnmodifiedSince = KnownFields(rawValue: 1 << 9)
    package static let ifRange = KnownFields(rawValue: 1 << 10)
    package static let authorization = KnownFields(rawValue: 1 << 11)
    package static let acceptEncoding = KnownFields(rawValue: 1 << 12)
    package static let cookie = KnownFields(rawValue: 1 << 13)
    package static let upgrade = KnownFields(rawValue: 1 << 14)
    package static let cacheControl = KnownFields(rawValue: 1 << 15)
    package static let pragma = KnownFields(rawValue: 1 << 16)
    /// Asks what became of the request; an answer that tells it is no plain one.
    package static let explain = KnownFields(rawValue: 1 << 17)

    /// Fields whose presence makes an answer depend on more than the resource.
    package static let conditional: KnownFields = [.ifMatch, .ifNoneMatch, .ifModifiedSince, .ifUnmodifiedSince, .ifRange]
}

/// A run of bytes inside a head.
package struct ByteSlice: Sendable, Equatable {
    package var start: Int32
    package var count: Int32

    init(_ start: Int, _ end: Int) {
        self.start = Int32(truncatingIfNeeded: start)
        self.count = Int32(truncatingIfNeeded: end - start)
    }

    static let empty = ByteSlice(0, 0)
}

/// Where the parts of one request head lie. Reused from request to request so that its storage stays.
struct HeadLayout {
    struct Field {
        var name: ByteSlice
        var value: ByteSlice
        var known: KnownFields
    }

    var headBytes = 0
    var method = ByteSlice.empty
    var path = ByteSlice.empty
    var query: ByteSlice?
    var targetAuthority: ByteSlice?
    var version = HTTPVersion.http11
    var fields: [Field] = []
    var known: KnownFields = []
    var contentLength: Int?
    var isChunked = false
    var wantsClose = false
    var wantsKeepAlive = false
    var expectsContinue = false
    /// Index into `fields` of the one Host field.
    var host: Int?
    var acceptEncoding: Int?

    mutating func reset() {
        fields.removeAll(keepingCapacity: true)
        (headBytes, method, path, query, targetAuthority) = (0, .empty, .empty, nil, nil)
        (version, known, contentLength, isChunked) = (.http11, [], nil, false)
        (wantsClose, wantsKeepAlive, expectsContinue, host, acceptEncoding) = (false, false, false, nil, nil)
    }
}

/// Reads request heads; remembers how far it has looked so that slow senders cost no more than fast ones.
struct HeadParser {
    let limits: TransportLimits
    private var scanned = 0

    init(limits: TransportLimits) { self.limits = limits }

    /// Parses the head at the start of `bytes` into `layout`; false when it isn't complete yet.
    mutating func parse(_ bytes: UnsafeRawBufferPointer, into layout: inout HeadLayout) throws(RequestError) -> Bool {
        guard let end = try endOfHead(bytes) else { return false }
        scanned = 0
        layout.reset()
        layout.headBytes = end
        let firstLineEnd = try parseRequestLine(bytes, end, into: &layout)
        try parseFields(bytes, from: firstLineEnd, to: end - 2, into: &layout)
        try checkFraming(&layout)
        return true
    }

    /// Offset behind the empty line that ends the head.
    private mutating func endOfHead(_ bytes: UnsafeRawBufferPointer) throws(RequestError) -> Int? {
        var position = scanned
        let count = bytes.count
        while position < count, let lineFeed = indexOfByte(0x0A, in: bytes, from: position) {
            guard lineFeed > 0, bytes[lineFeed - 1] == 0x0D else {
                throw RequestError(400, "a line ends in LF without CR")
            }
            if lineFeed >= 3, bytes[lineFeed - 2] == 0x0A {
                guard lineFeed + 1 <= limits.headBytesMax else { throw tooLarge }
                return lineFeed + 1
            }
            position = lineFeed + 1
        }
        scanned = count
        if count > limits.headBytesMax { throw tooLarge }
        if count > limits.requestLineBytesMax, position == 0 { throw RequestError(limits.lineTooLongStatus, "the request line is too long") }
        return nil
    }

    private var tooLarge: RequestError {
        RequestError(limits.headTooLargeStatus, "request line and header fields exceed \(limits.headBytesMax) bytes")
    }

    // MARK: Request line

    private func parseRequestLine(
        _ bytes: UnsafeRawBufferPointer, _ end: Int, into layout: inout HeadLayout
    ) throws(RequestError) -> Int {
        guard let lineFeed = indexOfByte(0x0A, in: bytes, from: 0) else { throw RequestError(400, "no request line") }
        let lineEnd = lineFeed - 1
        guard lineEnd <= limits.requestLineBytesMax else { throw RequestError(limits.lineTooLongStatus, "the request line is too long") }
        var position = 0
        while position < lineEnd, isTokenByte(bytes[position]) { position += 1 }
        guard position > 0, position <= 32, position < lineEnd, bytes[position] == 0x20 else {
            throw RequestError(400, "the request line does not begin with a method and one space")
        }
        layout.method = ByteSlice(0, position)
        let targetStart = position + 1
        position = targetStart
        while position < lineEnd, bytes[position] > 0x20, bytes[position] != 0x7F { position += 1 }
        guard position > targetStart, position < lineEnd, bytes[position] == 0x20 else {
            throw RequestError(400, "the request target is empty or holds a forbidden byte")
        }
        try parseVersion(bytes, from: position + 1, to: lineEnd, into: &layout)
        try parseTarget(bytes, from: targetStart, to: position, into: &layout)
        return lineFeed + 1
    }

    private func parseVersion(
        _ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int, into layout: inout HeadLayout
    ) throws(RequestError) {
        let isHTTP = end - start == 8 && bytes[start] == 0x48 && bytes[start + 1] == 0x54 && bytes[start + 2] == 0x54
            && bytes[start + 3] == 0x50 && bytes[start + 4] == 0x2F && bytes[start + 6] == 0x2E
        guard isHTTP, isDigit(bytes[start + 5]), isDigit(bytes[start + 7]) else {
            throw RequestError(400, "the request line does not end in an HTTP version")
        }
        guard bytes[start + 5] == 0x31 else { throw RequestError(505, "only HTTP/1.0 and HTTP/1.1 are spoken here") }
        layout.version = bytes[start + 7] == 0x30 ? .http10 : .http11
    }

    private func parseTarget(
        _ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int, into layout: inout HeadLayout
    ) throws(RequestError) {
        var pathStart = start
        if bytes[start] == 0x2A, end == start + 1 {  // "*" is for OPTIONS alone (RFC 9112 section 3.2.4)
            let method = UnsafeRawBufferPointer(rebasing: bytes[..<Int(layout.method.count)])
            guard method.elementsEqual("OPTIONS".utf8) else {
                throw RequestError(400, "the request target * is for OPTIONS alone")
            }
            layout.path = ByteSlice(start, end)
            return
        }
        if bytes[start] != 0x2F {
            guard let authorityStart = absoluteFormPrefix(bytes, start, end) else {
                throw RequestError(400, "the request target is neither a path nor an absolute http URL")
            }
            var position = authorityStart
            while position < end, bytes[position] != 0x2F, bytes[position] != 0x3F, bytes[position] != 0x23 { position += 1 }
            guard position > authorityStart else { throw RequestError(400, "the request target has no host") }
            guard bytes[authorityStart..<position].allSatisfy(isAuthorityByte) else {
                throw RequestError(400, "the request target's host is not an authority")
            }
            layout.targetAuthority = ByteSlice(authorityStart, position)
            pathStart = position
        }
        var position = pathStart
        while position < end, bytes[position] != 0x3F {
            guard bytes[position] != 0x23 else { throw RequestError(400, "the request target holds a fragment") }
            position += 1
        }
        layout.path = ByteSlice(pathStart, position)
        if position < end { layout.query = ByteSlice(position + 1, end) }
    }

    /// Offset of the authority in `http://…` or `https://…`.
    private func absoluteFormPrefix(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Int? {
        for prefix in ["http://", "https://"] as [StaticString] {
            let count = prefix.utf8CodeUnitCount
            guard end - start > count else { continue }
            if (0..<count).allSatisfy({ lowercased(bytes[start + $0]) == prefix.utf8Start[$0] }) { return start + count }
        }
        return nil
    }

    // MARK: Fields

    private func parseFields(
        _ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int, into layout: inout HeadLayout
    ) throws(RequestError) {
        var position = start
        while position < end {
            let nameStart = position
            while position < end, isTokenByte(bytes[position]) { position += 1 }
            guard position > nameStart, bytes[position] == 0x3A else {
                let folded = bytes[nameStart] == 0x20 || bytes[nameStart] == 0x09
                throw RequestError(400, folded ? "a header field is folded over two lines" : "a header field has no valid name")
            }
            let name = ByteSlice(nameStart, position)
            position += 1
            while position < end, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
            let valueStart = position
            while isFieldValueByte(bytes[position]) { position += 1 }
            guard bytes[position] == 0x0D, bytes[position + 1] == 0x0A else {
                throw RequestError(400, "a header field's value holds a forbidden byte")
            }
            var valueEnd = position
            while valueEnd > valueStart, bytes[valueEnd - 1] == 0x20 || bytes[valueEnd - 1] == 0x09 { valueEnd -= 1 }
            position += 2
            guard layout.fields.count < limits.fieldCountMax else {
                throw RequestError(limits.headTooLargeStatus, "more than \(limits.fieldCountMax) header fields")
            }
            let value = ByteSlice(valueStart, valueEnd)
            let known = knownField(bytes, name)
            layout.fields.append(.init(name: name, value: value, known: known))
            if !known.isEmpty { try note(known, UnsafeRawBufferPointer(rebasing: bytes[valueStart..<valueEnd]), in: &layout) }
        }
    }

    /// Applies a field that the transport itself acts on.
    private func note(
        _ known: KnownFields, _ value: UnsafeRawBufferPointer, in layout: inout HeadLayout
    ) throws(RequestError) {
        let repeated = layout.known.contains(known)
        layout.known.formUnion(known)
        switch known {
        case .host:
            guard !repeated else { throw RequestError(400, "two Host fields") }
            guard value.allSatisfy(isAuthorityByte) else { throw RequestError(400, "the Host field is not an authority") }
            layout.host = layout.fields.count - 1
        case .contentLength:
            guard !repeated, let length = decimal(value) else {
                throw RequestError(400, "Content-Length is repeated or not a number")
            }
            layout.contentLength = length
        case .transferEncoding:
            guard !repeated else { throw RequestError(400, "Transfer-Encoding is repeated") }
            guard equalsIgnoringCase(value, "chunked") else {
                throw RequestError(501, "only the transfer coding 'chunked' is spoken here")
            }
            layout.isChunked = true
        case .connection:
            forEachListMember(value) { member in
                if equalsIgnoringCase(member, "close") { layout.wantsClose = true }
                if equalsIgnoringCase(member, "keep-alive") { layout.wantsKeepAlive = true }
            }
        case .expect:
            guard equalsIgnoringCase(value, "100-continue") else {
                throw RequestError(417, "the only expectation that can be met is 100-continue")
            }
            layout.expectsContinue = layout.version == .http11
        case .acceptEncoding:
            layout.acceptEncoding = repeated ? nil : layout.fields.count - 1
        default: break
        }
    }

    private func checkFraming(_ layout: inout HeadLayout) throws(RequestError) {
        if layout.isChunked, layout.contentLength != nil {
            throw RequestError(400, "both Content-Length and Transfer-Encoding")
        }
        if layout.isChunked, layout.version == .http10 {
            throw RequestError(400, "Transfer-Encoding in an HTTP/1.0 request")
        }
        if layout.version == .http11, layout.host == nil { throw RequestError(400, "no Host field") }
    }
}

// MARK: Names that the parser knows

/// Known field by name, decided by length first so that most names cost one comparison.
private func knownField(_ bytes: UnsafeRawBufferPointer, _ name: ByteSlice) -> KnownFields {
    let slice = UnsafeRawBufferPointer(rebasing: bytes[Int(name.start)..<Int(name.start + name.count)])
    switch slice.count {
    case 4: return equalsIgnoringCase(slice, "host") ? .host : []
    case 5: return equalsIgnoringCase(slice, "range") ? .range : []
    case 6:
        if equalsIgnoringCase(slice, "cookie") { return .cookie }
        if equalsIgnoringCase(slice, "expect") { return .expect }
        return equalsIgnoringCase(slice, "pragma") ? .pragma : []
    case 7: return equalsIgnoringCase(slice, "upgrade") ? .upgrade : []
    case 8:
        if equalsIgnoringCase(slice, "if-match") { return .ifMatch }
        return equalsIgnoringCase(slice, "if-range") ? .ifRange : []
    case 10: return equalsIgnoringCase(slice, "connection") ? .connection : []
    case 13:
        if equalsIgnoringCase(slice, "if-none-match") { return .ifNoneMatch }
        if equalsIgnoringCase(slice, "cache-control") { return .cacheControl }
        return equalsIgnoringCase(slice, "authorization") ? .authorization : []
    case 14: return equalsIgnoringCase(slice, "content-length") ? .contentLength : []
    case 15: return equalsIgnoringCase(slice, "accept-encoding") ? .acceptEncoding : []
    case 16: return equalsIgnoringCase(slice, "x-skerry-explain") ? .explain : []
    case 17:
        if equalsIgnoringCase(slice, "if-modified-since") { return .ifModifiedSince }
        return equalsIgnoringCase(slice, "transfer-encoding") ? .transferEncoding : []
    case 19: return equalsIgnoringCase(slice, "if-unmodified-since") ? .ifUnmodifiedSince : []
    default: return []
    }
}
