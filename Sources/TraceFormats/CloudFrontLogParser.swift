// CloudFront's standard log (docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html): 33
// fields with tabs between them, after two lines that begin with #. `#Fields:` names the columns, so that older logs with
// fewer of them and logs with chosen fields are read as well. The object is host, path and query.
// The size is sc-content-len if the log has it; sc-bytes counts the head as well.

struct CloudFrontLogParser: TraceLineParser {
    private static let standardFields = [
        "date", "time", "x-edge-location", "sc-bytes", "c-ip", "cs-method", "cs(Host)", "cs-uri-stem", "sc-status", "cs(Referer)",
        "cs(User-Agent)", "cs-uri-query", "cs(Cookie)", "x-edge-result-type", "x-edge-request-id", "x-host-header", "cs-protocol",
        "cs-bytes", "time-taken", "x-forwarded-for", "ssl-protocol", "ssl-cipher", "x-edge-response-result-type", "cs-protocol-version",
        "fle-status", "fle-encrypted-fields", "c-port", "time-to-first-byte", "x-edge-detailed-result-type", "sc-content-type",
        "sc-content-len", "sc-range-start", "sc-range-end",
    ]

    private var rules = AccessLogRules()
    private var places: Places

    private struct Places: Sendable {
        var date, time, method, stem, status: Int
        var host, query, bytes, length: Int?
        var count: Int

        init(_ names: [String], line: Int) throws(TraceError) {
            func place(_ name: String) throws(TraceError) -> Int {
                guard let place = names.firstIndex(of: name) else { throw TraceError(.line(line), .columnMissing(name, known: names)) }
                return place
            }
            (date, time) = (try place("date"), try place("time"))
            (method, stem, status) = (try place("cs-method"), try place("cs-uri-stem"), try place("sc-status"))
            // The viewer's Host, where the log has it: one distribution may serve many sites.
            host = names.firstIndex(of: "x-host-header") ?? names.firstIndex(of: "cs(Host)")
            query = names.firstIndex(of: "cs-uri-query")
            length = names.firstIndex(of: "sc-content-len")
            bytes = names.firstIndex(of: "sc-bytes")
            count = names.count
            if length == nil, bytes == nil { _ = try place("sc-bytes") }
        }

        /// The places in a log of the standard fields.
        init() {
            (date, time, method, stem, status) = (0, 1, 5, 7, 8)
            (host, query, bytes, length) = (15, 11, 3, 30)
            count = CloudFrontLogParser.standardFields.count
        }
    }

    init() { places = Places() }

    mutating func parse(_ line: ArraySlice<UInt8>, number: Int) throws(TraceError) -> TraceLine {
        if line.isEmpty { return .skipped(.blank) }
        if line.first == UInt8(ascii: "#") {
            let header = "#Fields:"
            if line.starts(with: header.utf8) {
                let names = line.dropFirst(header.utf8.count).split(whereSeparator: { $0 == 0x20 || $0 == 0x09 })
                places = try Places(names.map { String(decoding: $0, as: UTF8.self) }, line: number)
            }
            return .skipped(.blank)
        }
        let fields = line.split(separator: 0x09, omittingEmptySubsequences: false)
        guard fields.count >= places.count else {
            let name = places.count == Self.standardFields.count ? Self.standardFields[fields.count] : "a field"
            throw TraceError(.line(number), .fieldMissing(name, has: fields.count, wants: places.count))
        }
        guard let day = CivilTime.date(fields[places.date]), let clock = CivilTime.clock(fields[places.time]) else {
            throw TraceError(.line(number), .notATime(text: LineFacts.excerpt(fields[places.date] + [0x20] + fields[places.time])))
        }
        let facts = LineFacts(number)
        let status = fields[places.status]
        // 000: the viewer went away before there was an answer.
        if status.elementsEqual("000".utf8) || status.elementsEqual([0x2D]) { return .skipped(.noRequest) }
        _ = try facts.number(status, "the status")
        var content: Int?
        for place in [places.length, places.bytes].compactMap({ $0 }) where content == nil && !fields[place].elementsEqual([0x2D]) {
            content = try facts.size(fields[place])
        }
        let host = places.host.map { fields[$0] } ?? []
        let query = places.query.map { fields[$0] } ?? []
        let object = NameHash.hash(host, fields[places.stem], query.elementsEqual([0x2D]) ? [] : query)
        return rules.line(
            time: day * 86_400 + clock, method: fields[places.method], status: status, object: object, contentBytes: content)
    }
}
