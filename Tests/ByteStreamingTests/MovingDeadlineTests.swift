import ByteStreaming
import NIOCore
import NIOEmbedded
import Testing

struct MovingDeadlineTests {
    @Test func `a deadline that keeps moving does not expire, and one that rests does, once`() {
        let loop = EmbeddedEventLoop()
        var expiries = 0
        let deadline = MovingDeadline(on: loop) { expiries += 1 }
        deadline.set(.seconds(10))
        for _ in 0..<5 {
            loop.advanceTime(by: .seconds(9))
            deadline.set(.seconds(10))
        }
        loop.advanceTime(by: .nanoseconds(9_999_999_999))
        #expect(expiries == 0)
        loop.advanceTime(by: .nanoseconds(1))
        #expect(expiries == 1)
        loop.advanceTime(by: .hours(1))
        #expect(expiries == 1)
        deadline.stop()
    }

    @Test func `a deadline moved closer than the timer expires in time`() {
        let loop = EmbeddedEventLoop()
        var expiries = 0
        let deadline = MovingDeadline(on: loop) { expiries += 1 }
        deadline.set(.seconds(60))
        deadline.set(.seconds(1))
        loop.advanceTime(by: .seconds(1))
        #expect(expiries == 1)
        deadline.set(.seconds(1))
        deadline.clear()
        loop.advanceTime(by: .hours(1))
        #expect(expiries == 1)
        deadline.set(.seconds(1))
        deadline.stop()
        deadline.set(.seconds(1))
        loop.advanceTime(by: .hours(1))
        #expect(expiries == 1)
    }
}
