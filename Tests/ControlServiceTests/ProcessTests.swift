import EdgeStorage
import HTTPSemantics
import HTTPTypes
import Logging
import Synchronization
import Testing

@testable import ControlService

/// Health, reload and clock, with a process made of values.
struct ProcessTests {
    final class Process: Sendable {
        let readiness = Mutex(Readiness.ready)
        let outcome = Mutex(ReloadOutcome.inForce(afterRestart: []))
        let reloads = Mutex(0)
        let ahead = Mutex<Int64>(0)

        func control(isMovable: Bool = true) -> Control {
            let clock = ProcessControls.Clock(
                now: { HTTPDate(secondsSince1970: 1_780_000_000 + self.ahead.withLock { $0 }) }, aheadSeconds: { self.ahead.withLock { $0 } },
                advance: { seconds in
                    self.ahead.withLock { ahead in
                        guard ahead + seconds <= 10_000 else { return false }
                        ahead += seconds
                        return true
                    }
                })
            return Control(
                process: ProcessControls(
                    readiness: { self.readiness.withLock { $0 } },
                    reload: {
                        self.reloads.withLock { $0 += 1 }
                        return self.outcome.withLock { $0 }
                    }, clock: isMovable ? clock : nil))
        }
    }

    @Test(arguments: [(Readiness.starting, 503), (.ready, 200), (.draining, 503)])
    func `health says how far the process is`(readiness: Readiness, status: Int) async {
        let process = Process()
        process.readiness.withLock { $0 = readiness }
        let control = process.control()
        let ready = await control.send(.get, "/health/ready")
        #expect(ready.status == status)
        #expect(ready.text == "\(readiness)\n")
        #expect(ready.fields[.contentType] == "text/plain; charset=utf-8")
        #expect(await control.send(.get, "/health/live").status == 200)
        #expect(await control.send(.post, "/health/live").status == 404)
    }

    @Test(arguments: [
        (ReloadOutcome.inForce(afterRestart: []), 200, "the configuration is in force\n"),
        (.inForce(afterRestart: ["listen", "cache"]), 200, "the configuration is in force, except for changes under listen, cache, which need a restart\n"),
        (.refused("edge.conf:1:2: error: x"), 422, "edge.conf:1:2: error: x\n"),
    ])
    func `a reload tells what became of it`(outcome: ReloadOutcome, status: Int, text: String) async {
        let process = Process()
        process.outcome.withLock { $0 = outcome }
        let reply = await process.control().send(.post, "/reload")
        #expect(reply.status == status)
        #expect(reply.text == text)
        #expect(process.reloads.withLock { $0 } == 1)
    }

    @Test func `nothing is done for GET, for a web page, or without a process`() async {
        let process = Process()
        #expect(await process.control().send(.get, "/reload").status == 404)
        #expect(await process.control().send(.post, "/reload", fields: [.origin: "http://evil.example"]).status == 403)
        #expect(process.reloads.withLock { $0 } == 0)
        #expect(await Control().send(.post, "/reload").status == 404)
        #expect(await Control().send(.get, "/clock").status == 403)
    }

    @Test func `a movable clock is shown and moved`() async {
        let process = Process()
        let control = process.control()
        #expect(await control.send(.get, "/clock").text == "{\"now\":\"2026-05-28T20:26:40Z\",\"ahead_seconds\":0}\n")
        let moved = await control.send(.post, "/clock/advance?seconds=3600")
        #expect(moved.status == 200)
        #expect(moved.text == "{\"now\":\"2026-05-28T21:26:40Z\",\"ahead_seconds\":3600}\n")
        #expect(moved.fields[.contentType] == "application/json")
    }

    @Test(arguments: ["/clock/advance", "/clock/advance?seconds=", "/clock/advance?seconds=-1", "/clock/advance?seconds=1.5", "/clock/advance?s=1", "/clock/advance?seconds=99999999999999999999", "/clock/advance?seconds=10001"])
    func `it is not moved by nonsense`(target: String) async {
        let process = Process()
        let reply = await process.control().send(.post, target)
        #expect(reply.status == 400)
        #expect(reply.code == "InvalidArgument")
        #expect(process.ahead.withLock { $0 } == 0)
    }

    @Test func `a real clock is not moved`() async {
        let reply = await Process().control(isMovable: false).send(.post, "/clock/advance?seconds=1")
        #expect(reply.status == 403)
        #expect(reply.text.contains("clock: movable"))
    }
}
