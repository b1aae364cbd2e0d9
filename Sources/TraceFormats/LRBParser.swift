// The text of webcachesim and LRB: time, object and size in decimal, blanks between them; further columns are features of
// the object, which no policy here uses.

struct LRBParser: TraceLineParser {
    func parse(_ line: ArraySlice<UInt8>, number: Int) throws(TraceError) -> TraceLine {
        let fields = line.split(maxSplits: 3, whereSeparator: { $0 == 0x20 || $0 == 0x09 })
        if fields.isEmpty || fields[0].first == UInt8(ascii: "#") { return .skipped(.blank) }
        guard fields.count >= 3 else {
            throw TraceError(.line(number), .fieldMissing(fields.count == 1 ? "the object" : "the size", has: fields.count, wants: 3))
        }
        let facts = LineFacts(number)
        return .request(
            TraceRequest(
                time: try facts.seconds(fields[0]), object: try facts.number(fields[1], "the object"), bytes: try facts.size(fields[2])))
    }
}

/// Reads numbers of one line, with the errors they can have.
struct LineFacts {
    private static let secondsMax = 1 << 40
    private let line: Int

    init(_ line: Int) { self.line = line }

    func number(_ text: ArraySlice<UInt8>, _ name: String) throws(TraceError) -> UInt64 {
        guard let number = DecimalNumber.parse(text) else {
            throw TraceError(.line(line), .notANumber(field: name, text: Self.excerpt(text)))
        }
        return number
    }

    func size(_ text: ArraySlice<UInt8>) throws(TraceError) -> Int {
        Int(try bounded(text, "the size", TraceParser.objectBytesMax))
    }

    func seconds(_ text: ArraySlice<UInt8>) throws(TraceError) -> Int64 {
        Int64(try bounded(text, "the time", Self.secondsMax))
    }

    func ttl(_ text: ArraySlice<UInt8>) throws(TraceError) -> Int32 {
        Int32(try bounded(text, "the TTL", Int(Int32.max)))
    }

    private func bounded(_ text: ArraySlice<UInt8>, _ name: String, _ max: Int) throws(TraceError) -> UInt64 {
        let number = try number(text, name)
        guard number <= UInt64(max) else { throw TraceError(.line(line), .outOfRange(field: name, text: Self.excerpt(text), max: max)) }
        return number
    }

    /// The first bytes of a field, for people.
    static func excerpt(_ text: ArraySlice<UInt8>) -> String { String(decoding: text.prefix(40), as: UTF8.self) }
}
