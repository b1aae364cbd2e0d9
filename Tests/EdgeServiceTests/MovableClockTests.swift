import HTTPSemantics
import HTTPTypes
import Testing

@testable import EdgeService

struct MovableClockTests {
    @Test func `it goes forward, and no further than its bound`() {
        let clock = MovableClock(world: { HTTPDate(secondsSince1970: 1_000) })
        #expect(clock.now.secondsSince1970 == 1_000)
        #expect(clock.advance(seconds: 60) && clock.advance(seconds: 0))
        #expect(clock.now.secondsSince1970 == 1_060 && clock.clock.now().secondsSince1970 == 1_060)
        #expect(!clock.advance(seconds: -1) && !clock.advance(seconds: .max))
        #expect(!clock.advance(seconds: MovableClock.aheadSecondsMax - 59))
        #expect(clock.aheadSeconds == 60)
        #expect(clock.advance(seconds: MovableClock.aheadSecondsMax - 60))
        #expect(clock.aheadSeconds == MovableClock.aheadSecondsMax)
    }

    @Test func `the world keeps its time, and what it dates is carried along`() {
        let clock = MovableClock(world: { HTTPDate(secondsSince1970: 1_780_000_000) })
        var fields: HTTPFields = [.date: HTTPDate(secondsSince1970: 1_780_000_000).formatted, .expires: "0", .lastModified: "Thu, 28 May 2026 00:00:00 GMT"]
        let before = fields
        clock.clock.carryAlong(&fields)
        #expect(fields == before)
        _ = clock.advance(seconds: 3_600)
        clock.clock.carryAlong(&fields)
        #expect(fields[.date] == HTTPDate(secondsSince1970: 1_780_003_600).formatted)
        #expect(fields[.expires] == "0" && fields[.lastModified] == before[.lastModified])
        #expect(clock.clock.worldTime(at: clock.now).secondsSince1970 == 1_780_000_000)
    }
}
