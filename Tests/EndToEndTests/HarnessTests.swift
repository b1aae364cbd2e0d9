import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// The harness itself, so that a failure elsewhere is the product's.
    @Suite struct HarnessTests {
        @Test func `a process is captured, timed and ended with what it started`() throws {
            let (shell, child) = try Workplace.with { place -> (ChildProcess, pid_t) in
                let echo = try place.run("/bin/sh", ["-c", "echo out; echo err >&2; exit 3"])
                #expect(echo.status == .code(3))
                #expect(echo.output == "out\n")
                #expect(echo.errors == "err\n")

                let shell = try place.start(
                    "/bin/sh", ["-c", "sleep 300 & echo $!; wait"], environment: place.environment(), name: "shell")
                let child = try #require(shell.output.waitForLine(seconds: 10) { pid_t($0) })
                #expect(shell.waitForExit(seconds: 0.05) == nil)
                return (shell, child)
            }
            #expect(!shell.isRunning)
            try eventually("the grandchild is gone") { isAlive(child) ? nil : true }
        }

        @Test func `a workplace is cleared when its test throws, and the story is kept`() throws {
            var folder = ""
            let error = #expect(throws: HarnessError.self) {
                try Workplace.with { place in
                    folder = place.folder
                    _ = try place.run("/bin/sh", ["-c", "echo the last words"])
                    throw HarnessError("it broke")
                }
            }
            #expect(error?.description.contains("it broke") == true)
            #expect(error?.description.contains("the last words") == true)
            #expect(!FileManager.default.fileExists(atPath: folder))
        }

        @Test func `the scripted origin tells the truth and lies as it is told`() throws {
            try Workplace.with { place in
                let gate = Gate()
                let origin = try ScriptedOrigin(place) { request in
                    switch request.path {
                    case "/whole": .whole(200, ["X-Mixed-Case": "yes"], "hello")
                    case "/chunks": .chunked([:], ["one", "two"])
                    case "/broken": .chunked([:], ["one"], finished: false)
                    case "/short": .announcing(10, then: [.bytes(Array("12345".utf8)), .hangUp])
                    case "/slow": .announcing(4, then: [.bytes(Array("ab".utf8)), .wait(gate), .bytes(Array("cd".utf8))])
                    default: .silence
                    }
                }
                let connection = try HTTPConnection(port: origin.port)
                for target in ["/whole?q=1", "/chunks"] { try connection.send("GET", target, host: "h") }
                let whole = try connection.response()
                #expect(whole.status == 200)
                #expect(whole.fields.list.first?.name == "X-Mixed-Case")
                #expect(whole.text == "hello")
                #expect(try connection.response().text == "onetwo")
                #expect(origin.connectionCount == 1)

                let broken = try fetch("GET", "/broken", host: "h", port: origin.port)
                #expect(broken.text == "one")
                #expect(!broken.isComplete)
                let short = try fetch("GET", "/short", host: "h", port: origin.port)
                #expect(short.text == "12345")
                #expect(!short.isComplete)

                let slow = try HTTPConnection(port: origin.port)
                try slow.send("GET", "/slow", host: "h")
                _ = try slow.head()
                #expect(try slow.bodyBytes(atLeast: 2) == Array("ab".utf8))
                gate.open()
                #expect(try slow.bodyBytes(atLeast: 2) == Array("cd".utf8))

                #expect(origin.requests(for: "/whole?q=1").count == 1)
                let impatient = try HTTPConnection(port: origin.port, seconds: 0.2)
                try impatient.send("GET", "/silence", host: "h")
                #expect(throws: SocketError.timeout("receiving")) { try impatient.response() }
                origin.stop()
                #expect(throws: SocketError.system("connect to port \(origin.port)", ECONNREFUSED)) {
                    try fetch("GET", "/whole", host: "h", port: origin.port)
                }
            }
        }

        private func isAlive(_ pid: pid_t) -> Bool { kill(pid, 0) == 0 }
    }
}
