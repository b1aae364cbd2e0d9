// The parts of an HTTP request that a signature covers, free of any HTTP library's types.

/// A request as received (or about to be sent), before any decoding.
package struct SigV4Request: Sendable {
    package var method: String
    /// The path of the request target exactly as on the wire, still percent-encoded; empty means `/`.
    package var path: String
    /// What follows `?` exactly as on the wire, without the `?`; empty when there is none.
    package var query: String
    /// Header fields in order of arrival, names in any case. HTTP/2's `:authority` belongs here as `host`.
    package var headers: [(name: String, value: String)]

    package init(method: String, path: String, query: String = "", headers: [(name: String, value: String)]) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
    }

    /// The values of every field of this name (given in lower case), in order.
    package func values(of lowercasedName: String) -> [String] {
        headers.lazy.filter { equalsIgnoringASCIICase($0.name, lowercasedName) }.map(\.value)
    }

    /// The first value of this name (given in lower case).
    package func value(of lowercasedName: String) -> String? {
        headers.first { equalsIgnoringASCIICase($0.name, lowercasedName) }?.value
    }
}

/// One `name=value` of a query string, decoded.
struct QueryParameter: Sendable {
    let name: [UInt8]
    let value: [UInt8]

    /// The parameters of a raw query, in order. `+` reads as a space, as S3 reads it; empty pieces are skipped.
    static func parse(_ query: String) -> [QueryParameter] {
        query.utf8.split(separator: UInt8(ascii: "&")).map { piece in
            let equals = piece.firstIndex(of: UInt8(ascii: "=")) ?? piece.endIndex
            let value = piece[equals...].dropFirst()
            return QueryParameter(
                name: URIEncoding.decode(piece[..<equals], plusIsSpace: true),
                value: URIEncoding.decode(value, plusIsSpace: true))
        }
    }

    func isNamed(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { $0.elementsEqual(name) }
    }

    var text: String { String(decoding: value, as: UTF8.self) }
}

/// Whether a name equals one given in lower case, ASCII letters compared without case.
func equalsIgnoringASCIICase(_ name: String, _ lowercased: String) -> Bool {
    guard name.utf8.count == lowercased.utf8.count else { return false }
    return zip(name.utf8, lowercased.utf8).allSatisfy { asciiLowercased($0) == $1 }
}

func asciiLowercased(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}

func asciiLowercased(_ text: String) -> String {
    String(decoding: text.utf8.map(asciiLowercased), as: UTF8.self)
}
