import HTTPSemantics
import Synchronization
import Testing

@testable import AccessLogs

@Suite struct LogQueueTests {
    private static let layout = LogLayout(format: .cloudFront, includesCookies: false, edgeLocation: "P")
    private static let lineBytes = layout.line(of: RequestRecord(outcome: outcome(), texts: RequestStrings())).count

    @Test func `lines wait in the order of their hours`() {
        let queue = LogQueue(distributionID: "E1", layout: Self.layout, bytesMax: 1_000_000)
        var later = outcome()
        later.finishedAt = moment.advanced(bySeconds: 3_600)
        queue.append(outcome(), RequestStrings())
        queue.append(outcome(), RequestStrings())
        queue.append(later, RequestStrings())
        let (batches, dropped) = queue.take()
        #expect(batches.map(\.lines) == [2, 1])
        #expect(batches[1].hour == batches[0].hour + 1)
        #expect(batches[0].bytes.split(separator: UInt8(ascii: "\n")).count == 2)
        #expect(dropped == 0)
        #expect(queue.take().batches.isEmpty)
    }

    @Test func `a full queue drops lines and counts them`() {
        let queue = LogQueue(distributionID: "E1", layout: Self.layout, bytesMax: 2 * Self.lineBytes)
        for _ in 0..<5 { queue.append(outcome(), RequestStrings()) }
        let (batches, dropped) = queue.take()
        #expect(batches.map(\.lines) == [2])
        #expect(batches.map(\.bytes.count) == [2 * Self.lineBytes])
        #expect(dropped == 3)
        queue.append(outcome(), RequestStrings())
        #expect(queue.take().dropped == 0)
    }

    @Test func `one byte too little is a line too little`() {
        let queue = LogQueue(distributionID: "E1", layout: Self.layout, bytesMax: 2 * Self.lineBytes - 1)
        for _ in 0..<2 { queue.append(outcome(), RequestStrings()) }
        let (batches, dropped) = queue.take()
        #expect(batches.map(\.lines) == [1])
        #expect(dropped == 1)
    }

    @Test func `the writer is called once when half of the room is taken`() {
        let calls = CallCount()
        let queue = LogQueue(distributionID: "E1", layout: Self.layout, bytesMax: 4 * Self.lineBytes) { calls.add() }
        for _ in 0..<2 { queue.append(outcome(), RequestStrings()) }
        #expect(calls.value == 0)
        for _ in 0..<2 { queue.append(outcome(), RequestStrings()) }
        #expect(calls.value == 1)
        _ = queue.take()
        for _ in 0..<3 { queue.append(outcome(), RequestStrings()) }
        #expect(calls.value == 2)
    }
}

final class CallCount: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
}
