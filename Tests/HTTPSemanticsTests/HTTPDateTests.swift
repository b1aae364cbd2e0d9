import HTTPSemantics
import Testing

/// 2026-11-24T12:00:00Z
private let now = HTTPDate(secondsSince1970: 1_795_521_600)

@Suite struct HTTPDateTests {
    @Test(arguments: [
        // The three spellings of RFC 9110 section 5.6.7.
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777),
        ("Wed Nov 16 08:49:37 1994", 784_975_777),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Wed, 31 Dec 1969 23:59:59 GMT", -1),
        ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
        ("Tue, 29 Feb 2000 00:00:00 GMT", 951_782_400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
        ("Mon, 18 Jan 2038 03:14:08 GMT", 2_147_397_248),
        ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
        // A day name that does not fit the date is not checked.
        ("Mon, 06 Nov 1994 08:49:37 GMT", 784_111_777),
    ] as [(String, Int64)])
    func `each form of HTTP-date is read`(text: String, seconds: Int64) {
        #expect(HTTPDate(text, now: now) == HTTPDate(secondsSince1970: seconds))
    }

    @Test(arguments: [
        "", "0", "-1", "never", "Sun", "Sun, ", "784111777",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 AEST",
        "Sun, 06 Nov 1994 08:49:37 +0000", "Sun, 06 Nov 1994 08:49:37 GMT+1", "Sun, 06 Nov 1994 08:49:37 GMT ",
        " Sun, 06 Nov 1994 08:49:37 GMT", "Sun,  06 Nov 1994 08:49:37 GMT", "Sun, 06  Nov 1994 08:49:37 GMT",
        "Sun 06 Nov 1994 08:49:37 GMT", "06 Nov 1994 08:49:37 GMT", "Sun, 06-Nov-1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08.49.37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
        "Wed, 29 Feb 2023 00:00:00 GMT", "Mon, 29 Feb 2100 00:00:00 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT", "Sunday, 06 Nov 1994 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT",
        "Sun Nov 06 08:49:37 1994 GMT", "Sun Nov 6 08:49:37 1994", "Sun Nov  6 08:49:37 94",
        "sun, 06 nov 1994 08:49:37 gmt", "Thu, 01 Jan 1970 00:00:00 GMT, Thu, 01 Jan 1970 00:00:00 GMT",
    ])
    func `anything else is no date`(text: String) {
        #expect(HTTPDate(text, now: now) == nil)
    }

    @Test func `letter case is ignored only when asked, as RFC 9111 section 4.2 does`() {
        for text in ["sun, 06 nov 1994 08:49:37 gmt", "SUNDAY, 06-NOV-94 08:49:37 GMT", "sUn nOv  6 08:49:37 1994"] {
            #expect(HTTPDate(text, now: now) == nil)
            #expect(HTTPDate(text, now: now, letters: .ignored)?.secondsSince1970 == 784_111_777)
        }
    }

    @Test(arguments: [
        // Exactly 50 years ahead stays ahead; one second more is the past.
        ("Tuesday, 24-Nov-76 12:00:00 GMT", "Tue, 24 Nov 2076 12:00:00 GMT"),
        ("Wednesday, 24-Nov-76 12:00:01 GMT", "Wed, 24 Nov 1976 12:00:01 GMT"),
        ("Friday, 31-Dec-99 00:00:00 GMT", "Fri, 31 Dec 1999 00:00:00 GMT"),
        ("Saturday, 01-Jan-00 00:00:00 GMT", "Sat, 01 Jan 2000 00:00:00 GMT"),
        ("Tuesday, 24-Nov-26 12:00:01 GMT", "Tue, 24 Nov 2026 12:00:01 GMT"),
    ])
    func `a two-digit year lies at most fifty years ahead`(text: String, expected: String) {
        #expect(HTTPDate(text, now: now)?.formatted == expected)
    }

    @Test func `the century also turns when now is near its end`() {
        let late = HTTPDate("Tue, 01 Jan 2097 00:00:00 GMT", now: now)!
        #expect(HTTPDate("Monday, 01-Jan-05 00:00:00 GMT", now: late)?.formatted == "Thu, 01 Jan 2105 00:00:00 GMT")
    }

    @Test func `every formatted date reads back as itself`() {
        // Prime steps over four centuries reach all weekdays, months and leap years.
        var seconds: Int64 = -62_167_219_200
        while seconds <= 253_402_300_799 {
            let date = HTTPDate(secondsSince1970: seconds)
            #expect(HTTPDate(date.formatted, now: now) == date)
            seconds += 86_399 * 9973
        }
    }

    @Test func `appending writes 29 bytes after what is there`() {
        var bytes = Array("Date: ".utf8)
        HTTPDate(secondsSince1970: 784_111_777).append(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "Date: Sun, 06 Nov 1994 08:49:37 GMT")
    }

    @Test func `instants beyond four-digit years are clamped when written and arithmetic saturates`() {
        #expect(HTTPDate(secondsSince1970: .max).formatted == "Fri, 31 Dec 9999 23:59:59 GMT")
        #expect(HTTPDate(secondsSince1970: .min).formatted == "Sat, 01 Jan 0000 00:00:00 GMT")
        #expect(HTTPDate(secondsSince1970: .max).advanced(bySeconds: 1).secondsSince1970 == .max)
        #expect(HTTPDate(secondsSince1970: .min).advanced(bySeconds: -1).secondsSince1970 == .min)
        #expect(HTTPDate(secondsSince1970: .max).seconds(since: HTTPDate(secondsSince1970: -1)) == .max)
    }

    @Test func `a date is read from raw bytes`() {
        let bytes = Array("Sun, 06 Nov 1994 08:49:37 GMT".utf8)
        #expect(HTTPDate(bytes.span, now: now)?.secondsSince1970 == 784_111_777)
    }
}
