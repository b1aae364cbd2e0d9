/// Header fields in the order and spelling in which they came.
struct Fields: Sendable, ExpressibleByDictionaryLiteral {
    var list: [(name: String, value: String)] = []

    init(_ list: [(name: String, value: String)]) { self.list = list }
    init(dictionaryLiteral elements: (String, String)...) { list = elements.map { ($0, $1) } }

    /// The value of the first field of that name, whatever its case.
    subscript(name: String) -> String? { values(name).first }

    func values(_ name: String) -> [String] {
        list.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }
}

/// A response as it came over the wire.
struct Response: Sendable, CustomStringConvertible {
    var status: Int
    var reason: String
    var fields: Fields
    var body: [UInt8]
    /// Whether the body ended as its framing promised.
    var isComplete = true

    var text: String { String(decoding: body, as: UTF8.self) }

    /// `Hit`, `Miss`, `RefreshHit`, `Error`: the first word of X-Cache.
    var cacheResult: String? { fields["X-Cache"]?.split(separator: " ").first.map(String.init) }

    /// The Age field in seconds.
    var age: Int? { fields["Age"].flatMap(Int.init) }

    var description: String {
        let lines = fields.list.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
        return "\(status) \(reason)\n\(lines)\n\n\(text.prefix(600))\(isComplete ? "" : "\n(cut short)")"
    }
}

/// Splits a message head off `bytes`: the first line, the fields, and where the body begins. Nil while it is incomplete.
func parseHead(_ bytes: [UInt8]) -> (line: String, fields: Fields, bodyStart: Int)? {
    guard bytes.count >= 4 else { return nil }
    let end: [UInt8] = [13, 10, 13, 10]
    guard let split = (0...(bytes.count - 4)).first(where: { Array(bytes[$0..<($0 + 4)]) == end }) else { return nil }
    let lines = String(decoding: bytes[..<split], as: UTF8.self).components(separatedBy: "\r\n")
    let fields = lines.dropFirst().map { line -> (name: String, value: String) in
        guard let colon = line.firstIndex(of: ":") else { return (line, "") }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        return (String(line[..<colon]), String(value))
    }
    return (lines.first ?? "", Fields(fields), split + 4)
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
