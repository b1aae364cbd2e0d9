import Testing

@testable import TraceFormats

struct TraceRequestTests {
    @Test func `a trace need not say how long an object may be used`() {
        #expect(TraceRequest(time: 1, object: 2, bytes: 3).ttlSeconds == nil)
    }
}
