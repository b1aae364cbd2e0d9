import Foundation
import Testing

extension EndToEnd {
    /// What the commands print, whole, and where.
    @Suite struct CommandOutputTests {
        @Test func `check prints its findings as lines on standard output and a summary on standard error`() throws {
            try Workplace.with { place in
                let file = try place.write("distributions:\n  - id: E1\n    orgins: []\n", to: "edge.conf")
                let run = try place.skerry("check", file)
                #expect(run.status == .code(1))
                #expect(
                    run.output == """
                        \(file):2:5: error: distributions[0].default_cache_behavior: found no such key, expected a mapping
                        \(file):2:5: error: distributions[0].origins: found no such key, expected a list of at most 25 mappings
                        \(file):3:5: error: distributions[0].orgins: found an unknown key, expected a known key (did you mean origins?)

                        """)
                #expect(run.errors == "1 file checked: 3 errors, 0 warnings\n")
            }
        }

        @Test func `check prints JSON when asked`() throws {
            try Workplace.with { place in
                let file = try place.write("listen: nowhere\n", to: "origin.conf")
                let run = try place.skerry("check", "--json", file)
                #expect(run.status == .code(1))
                #expect(
                    run.output
                        == #"[{"column":9,"expected":"a numeric address and port, such as 127.0.0.1:8080 or [::1]:8080","file":"\#(file)","found":"\"nowhere\"","key":"listen","line":1,"severity":"error"}]"#
                        + "\n")
                let fine = try place.skerry("check", "--json", "--kind", "origin", try place.write("", to: "anything.yaml"))
                #expect(fine.status == .code(0))
                #expect(fine.output == "[]\n")
            }
        }

        @Test func `a file whose kind nobody says is a usage error`() throws {
            try Workplace.with { place in
                let run = try place.skerry("check", try place.write("", to: "anything.yaml"))
                #expect(run.status == .code(2))
                #expect(run.output.isEmpty)
                #expect(run.errors.contains("add --kind edge, origin, seed, redirects or headers"))
            }
        }

        @Test func `the repository's own files are fine, and settings prints the committed page`() throws {
            try Workplace.with { place in
                let checked = try place.skerry(
                    "check", Skerry.repository + "/edge.conf", Skerry.repository + "/sites/seed.conf")
                #expect(checked.succeeded, "\(checked)")
                let settings = try place.skerry("settings", "--markdown")
                #expect(settings.output == (try String(contentsOfFile: Skerry.repository + "/docs/settings.md", encoding: .utf8)))
            }
        }

        @Test func `invalidate tells an unreachable edge and a wrong path apart`() throws {
            try Workplace.with { place in
                let port = try freePort()
                let silent = try place.skerry(
                    "invalidate", "--endpoint", "http://127.0.0.1:\(port)", "--distribution", "E1", "/*")
                #expect(silent.status == .code(4), "\(silent)")
                #expect(silent.errors.contains("no answer from 127.0.0.1:\(port)"))
                let wrong = try place.skerry("invalidate", "--distribution", "E1", "img")
                #expect(wrong.status == .code(2), "\(wrong)")
                #expect(wrong.errors.contains("img: expected a path that starts with /, or a #tag"))
            }
        }
    }
}
