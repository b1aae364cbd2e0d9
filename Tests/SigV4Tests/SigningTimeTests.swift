import SigV4
import Testing

struct SigningTimeTests {
    @Test(arguments: [
        (0, "19700101T000000Z"), (1_369_353_600, "20130524T000000Z"), (951_782_399, "20000228T235959Z"),
        (951_782_400, "20000229T000000Z"), (951_868_800, "20000301T000000Z"), (4_107_542_400, "21000301T000000Z"), (-1, "19691231T235959Z"),
        (-2_203_891_200, "19000301T000000Z"),
    ])
    func `instants are written and read`(seconds: Int64, text: String) {
        #expect(SigningTime(secondsSince1970: seconds).description == text)
        #expect(SigningTime(basic: text) == SigningTime(secondsSince1970: seconds))
    }

    @Test func `every day of four centuries comes back`() {
        var day: Int64 = -62_135_596_800 / 86_400 + 1600 * 365
        var broken: [Int64] = []
        for _ in 0..<146_098 {
            let time = SigningTime(secondsSince1970: day * 86_400 + 43_200)
            if SigningTime(basic: time.description) != time { broken.append(day) }
            day += 1
        }
        #expect(broken == [])
    }

    @Test func `the HTTP spelling is read`() {
        #expect(SigningTime(fixdate: "Fri, 24 May 2013 00:00:00 GMT") == SigningTime(secondsSince1970: 1_369_353_600))
        #expect(SigningTime(fixdate: "Fri, 24 May 2013 00:00:00 +0000") == SigningTime(secondsSince1970: 1_369_353_600))
    }

    @Test(arguments: [
        "", "Bad Date", "Fri, 24 May 2013 00:00:00", "Fri, 24 May 2013 00:00:00 PST", "24 May 2013 00:00:00 GMT",
        "Fri, 32 May 2013 00:00:00 GMT", "Fri, 29 Feb 2013 00:00:00 GMT", "Fri, 24 May 2013 24:00:00 GMT", "Fri, 24 May 13 00:00:00 GMT",
        "Fri, 24 Mai 2013 00:00:00 GMT", "Fri, 24 May 2013 0:0:0 GMT",
    ])
    func `anything else is not a date`(text: String) {
        #expect(SigningTime(fixdate: text) == nil)
        #expect(SigningTime(basic: text) == nil)
    }

    @Test func `errors print the extended spelling`() {
        #expect(SigningTime(secondsSince1970: 1_369_353_661).extended == "2013-05-24T00:01:01Z")
    }
}
