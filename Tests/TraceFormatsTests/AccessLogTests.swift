import Testing

@testable import TraceFormats

/// The examples of the formats' own documentation, and what may stand in logs besides.
struct AccessLogTests {
    @Test(arguments: [
        ("10/Oct/2000:13:55:36", "-0700", 971_211_336 as Int64?),
        ("06/Feb/2019:00:00:38", "+0000", 1_549_411_238),
        ("29/Feb/2024:23:59:60", "+0000", 1_709_251_199),
        ("01/Jan/1970:00:00:00", "+0000", 0),
        ("01/Jan/1970:01:30:00", "+0130", 0),
        ("1/Oct/2000:13:55:36", "-0700", nil),
        ("10/Okt/2000:13:55:36", "-0700", nil),
        ("10/Oct/2000:24:55:36", "-0700", nil),
        ("10/Oct/2000:13:55:36", "PST", nil),
    ])
    func `a log's time is seconds since 1970`(stamp: String, zone: String, seconds: Int64?) {
        #expect(CivilTime.commonLog(Array(stamp.utf8)[...], zone: Array(zone.utf8)[...]) == seconds)
    }

    @Test func `Common and Combined lines`() {
        let text = """
            127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326
            127.0.0.1 - frank [10/Oct/2000:13:55:37 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326 "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)"
            ::1 - - [10/Oct/2000:13:55:38 -0700] "GET /apache_pb.gif?x HTTP/1.0" 200 10 "-" "a \\"quoted\\" agent"
            """
        let result = parsed(text, as: .common)
        #expect(result.error == nil)
        #expect(result.requests.map(\.bytes) == [2326, 2326, 10])
        #expect(result.requests.map(\.time) == [971_211_336, 971_211_337, 971_211_338])
        #expect(result.requests[0].object == result.requests[1].object)
        #expect(result.requests[0].object != result.requests[2].object)
    }

    @Test func `what is no GET of an object is left out, by reason`() {
        func line(_ request: String, _ status: Int, _ bytes: String) -> String {
            "192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] \"\(request)\" \(status) \(bytes)\n"
        }
        let text =
            line("GET /a HTTP/1.1", 304, "-") + line("GET /a HTTP/1.1", 206, "10") + line("GET /a HTTP/1.1", 200, "100")
            + line("GET /a HTTP/1.1", 304, "-") + line("GET /a HTTP/1.1", 206, "10") + line("POST /a HTTP/1.1", 200, "5")
            + line("HEAD /a HTTP/1.1", 200, "-") + line("GET /b HTTP/1.1", 404, "5") + line("GET /c HTTP/1.1", 301, "5")
            + line("-", 408, "-") + line("\\x16\\x03\\x01", 400, "150")
        let result = parsed(text, as: .common)
        #expect(result.error == nil)
        // A 304 and a part are of the size that a whole response told before.
        #expect(result.requests.map(\.bytes) == [100, 100, 100])
        #expect(result.skipped == [.sizeUnknown: 2, .method: 2, .status: 2, .noRequest: 2])
    }

    @Test func `a virtual host ahead of the line belongs to the object`() {
        let line = "192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" 200 1\n"
        let result = parsed("a.example:443 " + line + "b.example:443 " + line, as: .common)
        #expect(result.requests.count == 2)
        #expect(result.requests[0].object != result.requests[1].object)
    }

    @Test(arguments: [
        ("127.0.0.1 - - \"GET / HTTP/1.1\" 200 1", TraceError.Reason.fieldMissing("[the time]", has: 8, wants: 7)),
        ("127.0.0.1 - - [yesterday] \"GET / HTTP/1.1\" 200 1", .notATime(text: "yesterday")),
        ("127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" OK 1", .notANumber(field: "the status", text: "OK")),
        ("127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" 200 many", .notANumber(field: "the size", text: "many")),
        ("127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HT", .fieldMissing("the size", has: 5, wants: 7)),
    ])
    func `a Common line that is none is an error`(line: String, reason: TraceError.Reason) {
        let good = "127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" 200 1\n"
        let result = parsed(good + line, as: .common)
        #expect(result.requests.count == 1)
        #expect(result.error == TraceError(.line(2), reason))
    }

    @Test func `S3's lines tell the object's size, for parts and 304s as well`() {
        let head = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be amzn-s3-demo-bucket1"
        let tail = "\"S3Console/0.4\" - 9vKBE6vMhrNiWHZmb2L0mXOcqPGzQOI5XLnCtZNPxev+Hf+7tpT6sxDwDty4LHBUOZJG96N1234= SigV4"
        let text = """
            \(head) [06/Feb/2019:00:00:38 +0000] 192.0.2.3 - 3E57427F3EXAMPLE REST.GET.VERSIONING - "GET /?versioning HTTP/1.1" 200 - 113 - 7 - "-" \(tail)
            \(head) [06/Feb/2019:00:01:00 +0000] 192.0.2.3 - 3E57427F3EXAMPLE REST.GET.OBJECT s3-dg.pdf "GET /s3-dg.pdf HTTP/1.1" 206 - 10 4406583 41754 28 "-" \(tail)
            \(head) [06/Feb/2019:00:01:05 +0000] 192.0.2.3 - 3E57427F3EXAMPLE WEBSITE.GET.OBJECT s3-dg.pdf "GET /s3-dg.pdf HTTP/1.1" 304 - - 4406583 5 - "-" \(tail)
            \(head) [06/Feb/2019:00:01:57 +0000] 192.0.2.3 - DD6CC733AEXAMPLE REST.PUT.OBJECT s3-dg.pdf "PUT /s3-dg.pdf HTTP/1.1" 200 - - 4406583 41754 28 "-" \(tail)
            \(head) [06/Feb/2019:00:01:58 +0000] - AmazonS3 DD6CC733AEXAMPLE S3.EXPIRE.OBJECT s3-dg.pdf "-" - - - 4406583 - - "-" \(tail)
            """
        let result = parsed(text, as: .s3)
        #expect(result.error == nil)
        #expect(result.requests.map(\.bytes) == [4_406_583, 4_406_583])
        #expect(result.requests.map(\.time) == [1_549_411_260, 1_549_411_265])
        #expect(result.requests[0].object == result.requests[1].object)
        #expect(result.skipped == [.noRequest: 1, .method: 2])
        #expect(parsed("79a bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3", as: .s3).error?.place == .line(1))
    }

    private let header = """
        #Version: 1.0
        #Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end

        """

    /// A line of 33 fields.
    private func line(_ clock: String, stem: String = "/index.html", status: String = "200", query: String = "-", length: String = "78", method: String = "GET") -> String {
        [
            "2019-12-04", clock, "LAX1", "392", "192.0.2.100", method, "d111111abcdef8.cloudfront.net", stem, status, "-",
            "Mozilla/5.0%20(Windows)", query, "-", "Hit", "SOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==",
            "www.example.com", "https", "23", "0.001", "-", "TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256", "Hit", "HTTP/2.0", "-", "-", "11040",
            "0.001", "Hit", "text/html", length, "-", "-",
        ].joined(separator: "\t") + "\n"
    }

    @Test func `CloudFront's 33 fields`() {
        let text = header + line("21:02:31") + line("21:02:31", query: "a=1", length: "-") + line("21:02:32", status: "304", length: "-")
            + line("21:02:33", status: "000") + line("21:02:34", status: "403") + line("21:02:35", method: "OPTIONS")
        let result = parsed(text, as: .cloudFront)
        #expect(result.error == nil)
        #expect(result.requests.map(\.time) == [1_575_493_351, 1_575_493_351, 1_575_493_352])
        // Without a content length, the bytes sent.
        #expect(result.requests.map(\.bytes) == [78, 392, 78])
        #expect(result.requests[0].object == result.requests[2].object)
        #expect(result.requests[0].object != result.requests[1].object)
        #expect(result.skipped == [.blank: 2, .noRequest: 1, .status: 1, .method: 1])
    }

    @Test func `CloudFront's columns may be others, and must be enough`() {
        let few = "#Fields: time date cs-uri-stem sc-status cs-method sc-bytes\n21:02:31\t2019-12-04\t/a\t200\tGET\t5\n"
        #expect(parsed(few, as: .cloudFront).requests.map(\.bytes) == [5])
        let error = parsed("#Fields: date time cs-uri-stem sc-bytes cs-method\n", as: .cloudFront).error
        #expect(error == TraceError(.line(1), .columnMissing("sc-status", known: ["date", "time", "cs-uri-stem", "sc-bytes", "cs-method"])))
    }

    @Test func `a CloudFront line cut short or without a time is an error`() {
        let cut = String(line("21:02:31").prefix(100))
        let result = parsed(header + line("21:02:31") + cut, as: .cloudFront)
        #expect(result.requests.count == 1)
        #expect(result.error?.description.hasPrefix("line 4: cs-uri-query is missing: 11 fields where 33") == true, "\(String(describing: result.error))")
        #expect(parsed(header + line("2102"), as: .cloudFront).error == TraceError(.line(3), .notATime(text: "2019-12-04 2102")))
    }
}
