// Splitting of query strings and Cookie lines into the parts that policies choose from. Names are compared as sent,
// without percent-decoding, as CloudFront does.

/// The raw query string of a request target.
package enum QueryString {
    /// Calls `body` with each non-empty parameter and its name, in order.
    package static func forEachParameter(
        of query: UnsafeRawBufferPointer, _ body: (_ parameter: UnsafeRawBufferPointer, _ name: UnsafeRawBufferPointer) -> Void
    ) {
        var start = 0
        while start <= query.count {
            let end = query[start...].firstIndex(of: UInt8(ascii: "&")) ?? query.count
            if end > start {
                let parameter = UnsafeRawBufferPointer(rebasing: query[start..<end])
                let equals = parameter.firstIndex(of: UInt8(ascii: "=")) ?? parameter.count
                body(parameter, UnsafeRawBufferPointer(rebasing: parameter[..<equals]))
            }
            start = end + 1
        }
    }

    /// The query string with only the parameters chosen by any of the selections; nil when nothing is left.
    package static func filtered(_ query: String, by selections: [NameSelection]) -> String? {
        if selections.contains(.all) { return query }
        var query = query
        var kept: [UInt8] = []
        query.withUTF8 { bytes in
            forEachParameter(of: UnsafeRawBufferPointer(bytes)) { parameter, name in
                guard selections.contains(where: { $0.selects(name) }) else { return }
                if !kept.isEmpty { kept.append(UInt8(ascii: "&")) }
                kept.append(contentsOf: parameter)
            }
        }
        return kept.isEmpty ? nil : String(decoding: kept, as: UTF8.self)
    }
}

/// The `name=value` pairs of Cookie lines.
package enum CookiePairs {
    /// Cookies beyond this count in one request are ignored.
    package static let pairsMax = 512

    /// The chosen pairs sorted by name; pairs of one name keep their order.
    package static func selected(from lines: some Sequence<String>, by selection: NameSelection) -> [String] {
        selected(from: lines, by: [selection])
    }

    /// The pairs chosen by any of the selections, sorted by name; pairs of one name keep their order.
    package static func selected(from lines: some Sequence<String>, by selections: [NameSelection]) -> [String] {
        var pairs: [(name: String, pair: String)] = []
        for line in lines {
            for part in line.utf8.split(separator: UInt8(ascii: ";")) {
                let trimmed = Substring(part).trimmingSpaces()
                guard !trimmed.isEmpty, pairs.count < pairsMax else { continue }
                let name = String(trimmed.prefix { $0 != "=" })
                if selections.contains(where: { $0.selects(name) }) { pairs.append((name, String(trimmed))) }
            }
        }
        // The offset makes the sort stable.
        return pairs.enumerated()
            .sorted { ($0.element.name, $0.offset) < ($1.element.name, $1.offset) }
            .map(\.element.pair)
    }
}

extension Substring {
    func trimmingSpaces() -> Substring {
        var text = self.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text = text.dropLast() }
        return text
    }
}
