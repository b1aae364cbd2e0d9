// Invalidations with shields behind the edge.

import EdgeStorage
import HTTPTypes
import Synchronization
import Testing

@testable import ControlService

@Suite struct PassingOnTests {
    /// What the shields are told, and what they answer.
    private final class Shields: Sendable {
        let told = Mutex(0)
        let failures = Mutex<[String]>([])
        let whileTold = Mutex<(@Sendable () -> Void)?>(nil)

        func control() -> Control {
            Control(passOn: { [self] _, _, _ in
                told.withLock { $0 += 1 }
                whileTold.withLock { $0 }?()
                return failures.withLock { $0 }
            })
        }
    }

    @Test func `this edge has forgotten before a shield is told, and forgets what came from one meanwhile`() async throws {
        let shields = Shields()
        let control = shields.control()
        control.store("/a")
        let before = Mutex(-1)
        let cache = control.cache
        shields.whileTold.withLock {
            $0 = {
                before.withLock { $0 = cache.statistics.entries }
                control.store("/a")
            }
        }
        let reply = await control.invalidate(["/a"])
        #expect(reply.status == 201)
        #expect(reply.value("Status") == "Completed")
        #expect(before.withLock { $0 } == 0)
        #expect(control.cache.statistics.entries == 0)
        // Done is done: a repetition tells nobody and removes nothing.
        #expect(await control.invalidate(["/a"]).status == 201)
        #expect(shields.told.withLock { $0 } == 1)
    }

    @Test func `an invalidation is not completed while a shield has not confirmed it`() async throws {
        let shields = Shields()
        let control = shields.control()
        control.store("/a")
        shields.failures.withLock { $0 = ["near: silent"] }
        let reply = await control.invalidate(["/a"])
        #expect(reply.status == 503)
        #expect(reply.text.contains("could not be told: near: silent"))
        #expect(control.cache.statistics.entries == 0)
        let list = await control.send(.get, Control.collection)
        #expect(list.text.contains("<Status>InProgress</Status>"), "\(list.text)")

        control.store("/a")
        shields.failures.withLock { $0 = [] }
        let again = await control.invalidate(["/a"])
        #expect(again.status == 201)
        #expect(again.value("Status") == "Completed")
        #expect(control.cache.statistics.entries == 0)
        #expect(await control.send(.get, Control.collection).text.contains("<Status>Completed</Status>"))
        #expect(shields.told.withLock { $0 } == 2)
    }

    @Test func `a caller reference used with other paths is refused before a shield hears of it`() async throws {
        let shields = Shields()
        let control = shields.control()
        #expect(await control.invalidate(["/a"]).status == 201)
        let reply = await control.invalidate(["/b"])
        #expect(reply.code == "InvalidationBatchAlreadyExists")
        #expect(shields.told.withLock { $0 } == 1)
    }
}
