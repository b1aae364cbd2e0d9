// Common Log Format and Combined, as Apache and nginx write them: host, identity, user, [time], "request", status, bytes,
// and for Combined "referrer" and "user agent". The object is the target of the request with its query. A name of
// a virtual host may stand ahead of the line, and then belongs to the object.

struct CommonLogParser: TraceLineParser {
    private var rules = AccessLogRules()

    mutating func parse(_ line: ArraySlice<UInt8>, number: Int) throws(TraceError) -> TraceLine {
        if line.isEmpty { return .skipped(.blank) }
        // The time is the first field in brackets: the fourth, or the fifth behind a virtual host.
        let head = line.prefix { $0 != UInt8(ascii: "[") }.split(separator: 0x20)
        guard head.count == 3 || head.count == 4, let bracket = line.firstIndex(of: UInt8(ascii: "[")) else {
            throw TraceError(.line(number), .fieldMissing("[the time]", has: min(head.count, 9), wants: 7))
        }
        let fields = LogFields.split(line[bracket...], atMost: 4)
        guard fields.count == 4 else { throw TraceError(.line(number), .fieldMissing("the size", has: head.count + fields.count, wants: 7)) }
        let stamp = fields[0].split(separator: 0x20)
        guard stamp.count == 2, let time = CivilTime.commonLog(stamp[0], zone: stamp[1]) else {
            throw TraceError(.line(number), .notATime(text: LineFacts.excerpt(fields[0])))
        }
        let facts = LineFacts(number)
        _ = try facts.number(fields[2], "the status")
        let bytes = fields[3].elementsEqual([0x2D]) ? nil : try facts.size(fields[3])
        let request = fields[1].split(separator: 0x20)
        guard request.count == 3 || request.count == 2 else { return .skipped(.noRequest) }
        let host = head.count == 4 ? head[0] : []
        return rules.line(
            time: time, method: request[0], status: fields[2], object: NameHash.hash(host, request[1]), contentBytes: bytes)
    }
}
