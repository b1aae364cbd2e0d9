import HTTPCaching
import HTTPSemantics
import Testing

@testable import AccessLogs

/// 2026-11-25 01:42:39 UTC.
let moment = HTTPDate(secondsSince1970: 1_795_570_959)

func outcome() -> RequestOutcome {
    var outcome = RequestOutcome(
        finishedAt: moment, status: 200, bytesSent: 12_345, bytesReceived: 321, resultAtStart: .hit, result: .hit,
        timeTaken: 82_400_000, timeToFirstByte: 1_500_000, clientPort: 4711, isSecure: true)
    outcome.contentLength = 12_000
    return outcome
}

let texts = RequestStrings([
    .clientAddress: "192.0.2.183", .method: "GET", .distributionDomain: "esite.cloudfront.localhost", .path: "/images/cat.jpg",
    .referer: "https://www.example.com/a?b=c", .userAgent: "Mozilla/5.0 (X11; Linux) \"quoted\" 100%", .query: "a=1&b='2'",
    .cookie: "id=x; b=y", .requestID: "abc_-==", .host: "www.example.com", .forwardedFor: "203.0.113.7", .tlsVersion: "TLSv1.3",
    .protocolVersion: "HTTP/2.0", .contentType: "text/html; charset=utf-8", .behavior: "/images/*",
])

func line(_ outcome: RequestOutcome, _ texts: RequestStrings, cookies: Bool = true, _ format: LogFormat = .cloudFront) -> String {
    let layout = LogLayout(format: format, includesCookies: cookies, edgeLocation: "SKY50-C1")
    return String(decoding: layout.line(of: RequestRecord(outcome: outcome, texts: texts)), as: UTF8.self)
}

@Suite struct LogLineTests {
    @Test func `a file begins with the version and the names of the 33 fields`() {
        let layout = LogLayout(format: .cloudFront, includesCookies: false, edgeLocation: "SKY50-C1")
        #expect(
            String(decoding: layout.prologue, as: UTF8.self)
                == "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) "
                + "cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken "
                + "x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields "
                + "c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end\n")
        #expect(LogLayout(format: .json, includesCookies: false, edgeLocation: "").prologue.isEmpty)
        #expect(LogField.allCases.count == 33)
    }

    @Test func `a full line is written byte for byte`() {
        let expected = [
            "2026-11-25", "01:42:39", "SKY50-C1", "12345", "192.0.2.183", "GET", "esite.cloudfront.localhost", "/images/cat.jpg", "200",
            "https://www.example.com/a?b=c", "Mozilla/5.0%20(X11;%20Linux)%20%22quoted%22%20100%25", "a=1&b=%272%27", "id=x;%20b=y", "Hit",
            "abc_-==", "www.example.com", "https", "321", "0.082", "203.0.113.7", "TLSv1.3", "-", "Hit", "HTTP/2.0", "-", "-", "4711",
            "0.002", "Hit", "text/html;%20charset=utf-8", "12000", "-", "-",
        ]
        #expect(line(outcome(), texts) == expected.joined(separator: "\t") + "\n")
    }

    @Test func `what is empty or absent is a hyphen, and a viewer who left first has status 000`() {
        var left = outcome()
        (left.status, left.bytesSent, left.result, left.error) = (0, 0, .error, .clientCommError)
        (left.resultAtStart, left.contentLength, left.isSecure) = (.miss, nil, false)
        (left.timeTaken, left.timeToFirstByte) = (0, -5)
        let expected = [
            "2026-11-25", "01:42:39", "SKY50-C1", "0", "-", "-", "-", "-", "000", "-", "-", "-", "-", "Error", "-", "-", "http", "321",
            "0.000", "-", "-", "-", "Miss", "-", "-", "-", "4711", "0.000", "ClientCommError", "-", "-", "-", "-",
        ]
        #expect(line(left, RequestStrings([.query: "", .userAgent: ""])) == expected.joined(separator: "\t") + "\n")
    }

    @Test(arguments: [
        ("tab\tnewline\nreturn\r", "tab%09newline%0Areturn%0D"), ("\0\u{1F} \u{7F}", "%00%1F%20%7F"),
        ("<>\"#%{}|\\^~[]`'", "%3C%3E%22%23%25%7B%7D%7C%5C%5E%7E%5B%5D%60%27"), ("naïve 雪", "na%C3%AFve%20%E9%9B%AA"),
        ("%20already", "%2520already"), ("!$&()*+,-./:;=?@_09AZaz", "!$&()*+,-./:;=?@_09AZaz"), ("-", "-"),
    ])
    func `a hostile value stays one field`(value: String, written: String) throws {
        let text = line(outcome(), RequestStrings([.userAgent: value, .path: value, .cookie: value]))
        let fields = text.dropLast().split(separator: "\t", omittingEmptySubsequences: false)
        #expect(fields.count == 33)
        #expect(fields[LogField.userAgent.rawValue] == written)
        #expect(fields[LogField.path.rawValue] == written)
        #expect(fields[LogField.cookie.rawValue] == written)
        let entry = try #require(try LogReader.entries(of: text).first)
        #expect(entry[.userAgent] == (value == "-" ? nil : value))
    }

    @Test func `bytes that are no UTF-8 are encoded one by one`() {
        struct Raw: RequestTexts {
            func withText(_ text: RequestText, _ body: (UnsafeRawBufferPointer?) -> Void) {
                if text == .userAgent { ([0xFF, 0x41, 0x80] as [UInt8]).withUnsafeBytes { body($0) } } else { body(nil) }
            }
        }
        var bytes: [UInt8] = []
        LogLayout(format: .cloudFront, includesCookies: true, edgeLocation: "P").append(outcome(), Raw(), to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self).split(separator: "\t")[LogField.userAgent.rawValue] == "%FFA%80")
    }

    @Test func `cookies are logged only where they are asked for`() {
        #expect(line(outcome(), texts, cookies: false).split(separator: "\t")[LogField.cookie.rawValue] == "-")
    }

    @Test(arguments: [
        (0, "0.000"), (499_999, "0.000"), (500_000, "0.001"), (999_499_999, "0.999"), (999_500_000, "1.000"), (61_002_000_000, "61.002"),
    ] as [(Int64, String)])
    func `times are seconds to the thousandth`(nanoseconds: Int64, written: String) {
        var one = outcome()
        one.timeTaken = nanoseconds
        #expect(line(one, texts).split(separator: "\t")[LogField.timeTaken.rawValue] == written)
    }

    @Test func `a range shows its ends and a shield's hit its detail`() {
        var part = outcome()
        (part.status, part.rangeStart, part.rangeEnd, part.isShieldHit) = (206, 0, 99, true)
        (part.result, part.resultAtStart) = (.miss, .miss)
        let fields = line(part, texts).dropLast().split(separator: "\t")
        #expect(fields[8] == "206")
        #expect(fields.suffix(2) == ["0", "99"])
        #expect(fields[LogField.detailedResult.rawValue] == "OriginShieldHit")
        #expect(fields[LogField.result.rawValue] == "Miss")
    }

    @Test func `JSON has the same values under the same names`() {
        var miss = outcome()
        (miss.result, miss.resultAtStart, miss.nonHitReason) = (.miss, .miss, .notInCache)
        let text = line(miss, texts, .json)
        #expect(text.hasPrefix(#"{"date":"2026-11-25","time":"01:42:39","x-edge-location":"SKY50-C1","sc-bytes":"12345","c-ip":"192.0.2.183","#))
        #expect(text.contains(#""cs(User-Agent)":"Mozilla/5.0%20(X11;%20Linux)%20%22quoted%22%20100%25","#))
        #expect(text.hasSuffix(#""sc-range-end":"-","cache-behavior-path-pattern":"/images/*","x-edge-non-hit-reason":"not-in-cache"}"# + "\n"))
        #expect(text.split(separator: "\":\"").count == 36)
    }
}

@Suite struct LogFileNameTests {
    @Test(arguments: [
        (0, "EABC.1970-01-01-00.0000002a.gz"), (1_795_570_959, "EABC.2026-11-25-01.0000002a.gz"),
        (951_782_399, "EABC.2000-02-28-23.0000002a.gz"), (951_782_400, "EABC.2000-02-29-00.0000002a.gz"),
    ] as [(Int64, String)])
    func `a name holds the hour of its requests`(seconds: Int64, name: String) {
        let hour = LogFileName.hour(of: HTTPDate(secondsSince1970: seconds))
        #expect(LogFileName(distributionID: "EABC", hour: hour, unique: 42).text == name)
    }

    @Test(arguments: [("", ""), ("logs", "logs/"), ("logs/", "logs/"), ("a/b", "a/b/")])
    func `a prefix ends in a slash`(prefix: String, written: String) { #expect(LogFileName.prefix(prefix) == written) }
}

@Suite struct LogReaderTests {
    @Test func `a line of ours reads back as it was`() throws {
        let layout = LogLayout(format: .cloudFront, includesCookies: true, edgeLocation: "SKY50-C1")
        let text = String(decoding: layout.prologue, as: UTF8.self) + line(outcome(), texts)
        let entry = try #require(try LogReader.entries(of: text).first)
        #expect(entry[.userAgent] == texts[.userAgent])
        #expect(entry[.contentType] == "text/html; charset=utf-8")
        #expect(entry.number(.bytesSent) == 12_345)
        #expect(entry[.rangeStart] == nil)
        #expect(entry.secondsSince1970 == moment.secondsSince1970)
    }

    @Test func `the fields of a file are those that it names`() throws {
        let text = "#Version: 1.0\n#Fields: date time sc-status\n2012-05-24\t11:35:53\t200\n\n"
        let entries = try LogReader.entries(of: text)
        #expect(entries.count == 1)
        #expect(entries[0]["sc-status"] == "200")
        #expect(entries[0].secondsSince1970 == 1_337_859_353)
    }

    @Test(arguments: [
        ("#Fields: date time\n2012-05-24", "line 2: 1 fields where #Fields names 2"),
        ("#Fields: date date", "line 1: the #Fields line names no field, or one twice"),
        ("a\tb", "line 1: 2 fields where #Fields names 33"),
    ])
    func `what is no line of the log is refused with its place`(text: String, reason: String) {
        #expect { try LogReader.entries(of: text) } throws: { "\($0)" == reason }
    }
}
