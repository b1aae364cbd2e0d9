// S3's server access log (docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html): owner, bucket, [time], address,
// requester, request id, operation, key, "request URI", status, error code, bytes sent, object size, and more. Operations on
// objects that are GETs count; the object is bucket and key. The log tells the object's size even for parts and 304s.

struct S3LogParser: TraceLineParser {
    private static let fieldsMin = 13
    private var rules = AccessLogRules()

    mutating func parse(_ line: ArraySlice<UInt8>, number: Int) throws(TraceError) -> TraceLine {
        if line.isEmpty { return .skipped(.blank) }
        let fields = LogFields.split(line, atMost: Self.fieldsMin)
        guard fields.count == Self.fieldsMin else {
            throw TraceError(.line(number), .fieldMissing("the object's size", has: fields.count, wants: Self.fieldsMin))
        }
        let stamp = fields[2].split(separator: 0x20)
        guard stamp.count == 2, let time = CivilTime.commonLog(stamp[0], zone: stamp[1]) else {
            throw TraceError(.line(number), .notATime(text: LineFacts.excerpt(fields[2])))
        }
        let operation = fields[6]
        // REST.GET.OBJECT, WEBSITE.GET.OBJECT: interface, method, resource.
        let parts = operation.split(separator: UInt8(ascii: "."))
        guard parts.count == 3, parts[2].elementsEqual("OBJECT".utf8) else { return .skipped(.noRequest) }
        let facts = LineFacts(number)
        let sent = fields[11].elementsEqual([0x2D]) ? nil : try facts.size(fields[11])
        let size = fields[12].elementsEqual([0x2D]) ? nil : try facts.size(fields[12])
        return rules.line(
            time: time, method: parts[1], status: fields[9], object: NameHash.hash(fields[1], fields[7]), contentBytes: sent, objectBytes: size)
    }
}
