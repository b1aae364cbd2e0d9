import ConfigurationReading
import Testing

private let table = SettingsTable(
    file: "test.conf",
    settings: [
        Setting("name", .text(1...5, form: ""), .required, "Name."),
        Setting("count", .integer(1...9), .byDefault("3"), "Count."),
        Setting("size", .bytes(1024...1 << 30), .byDefault("1MiB"), "Size."),
        Setting("wait", .duration(0...60), .byDefault("10s"), "Wait."),
        Setting("on", .boolean, .byDefault("true"), "On | off."),
        Setting("words", .texts(max: 2, form: "a word"), .byDefault("a, b"), "Words."),
        Setting("more", .section, .optional, "More."),
        Setting("more.listen", .address, .required, "Where."),
        Setting("list", .sections(max: 2), .optional, "List."),
        Setting("list[].kind", .choice(["x", "y"], refused: ["z"], because: "not yet"), .required, "Kind."),
        Setting("headers", .pairs(max: 2, form: ""), .optional, "Headers."),
    ], unsupported: ["later": "nothing yet"])

private enum Kind: String { case x, y, z }

private struct Everything: Equatable {
    var name: String?
    var count: Int?
    var size: Int?
    var wait: Int?
    var on: Bool?
    var words: [String]?
    var listen: ListenAddress?
    var kinds: [Kind?]
    var headers: [String]
}

private func read(_ yaml: String) throws(ConfigurationErrors) -> (Everything, String) {
    let reader = ConfigurationReader(file: "test.conf", table: table)
    let top = ConfigurationSection(try ConfigurationNode.parse(yaml: yaml, file: "test.conf"), reader: reader)
    let more = top.section("more")
    let list = top.sections("list")
    let everything = Everything(
        name: top.text("name"), count: top.integer("count"), size: top.bytes("size"), wait: top.seconds("wait"),
        on: top.boolean("on"), words: top.texts("words")?.map(\.value), listen: more?.address("listen"),
        kinds: list.map { $0.choice("kind", as: Kind.self) }, headers: top.pairs("headers").map { "\($0.name.value)=\($0.value.value)" })
    more?.finish()
    for item in list { item.finish() }
    top.finish()
    do throws(ConfigurationErrors) {
        _ = try reader.conclude(true)
        return (everything, "")
    } catch {
        return (everything, error.description)
    }
}

private func problems(_ yaml: String) -> String {
    do throws(ConfigurationErrors) { return try read(yaml).1 } catch { return error.description }
}

@Suite struct ReadingTests {
    @Test func `defaults come from the table and are read like the file`() throws {
        let (found, problems) = try read("name: a")
        #expect(problems == "")
        #expect(
            found
                == Everything(
                    name: "a", count: 3, size: 1 << 20, wait: 10, on: true, words: ["a", "b"], listen: nil, kinds: [], headers: []))
    }

    @Test func `every type reads its values`() throws {
        let (found, problems) = try read(
            """
            name: "7"
            count: 9
            size: 2KiB
            wait: 0
            on: false
            words: [x]
            more: {listen: "[::1]:0"}
            list:
              - kind: x
              - kind: y
            headers: {A: 1, B: "two"}
            """)
        #expect(problems == "")
        #expect(
            found
                == Everything(
                    name: "7", count: 9, size: 2048, wait: 0, on: false, words: ["x"], listen: ListenAddress(host: "::1", port: 0),
                    kinds: [.x, .y], headers: ["A=1", "B=two"]))
    }

    @Test func `all mistakes are collected, in file order`() {
        let found = problems(
            """
            nmae: abc
            count: 10
            size: 1023
            wait: 1m
            on: "true"
            words: [a, b, c]
            more:
              listen: example.com:80
              extra: 1
            list:
              - kind: z
              - kind: w
              - {}
            later: 1
            headers: {A: [1]}
            <<: {b: 1}
            """)
        #expect(
            found == """
                test.conf:1:1: error: name: found no such key, expected text of 1 to 5 characters
                test.conf:1:1: error: nmae: found an unknown key, expected a known key (did you mean name?)
                test.conf:2:8: error: count: found 10, expected a whole number from 1 to 9
                test.conf:3:7: error: size: found 1023, expected a size from 1KiB to 1GiB, such as 4096, 16KiB or 256MiB
                test.conf:4:7: error: wait: found "1m", expected seconds from 0 to 60, such as 10 or 10s
                test.conf:5:5: error: on: found "true" in quotes, expected true or false
                test.conf:6:8: error: words: found a list of 3, expected a list of at most 2, each a word
                test.conf:8:11: error: more.listen: found "example.com:80", expected a numeric address and port, such as 127.0.0.1:8080 or [::1]:8080
                test.conf:9:3: error: more.extra: found an unknown key, expected one of listen
                test.conf:11:3: error: list: found 3 entries, expected at most 2
                test.conf:11:11: error: list[0].kind: found "z", expected one of x, y (not yet)
                test.conf:12:11: error: list[1].kind: found "w", expected one of x, y
                test.conf:13:5: error: list[2].kind: found no such key, expected one of x, y
                test.conf:14:1: error: later: found a key that is not supported yet, expected nothing yet
                test.conf:15:14: error: headers.A: found a list of 1, expected text
                test.conf:16:1: error: <<: found a merge key, expected keys written out
                """)
    }

    @Test func `a duplicate key is reported beside everything else`() {
        let found = problems(
            """
            name: abc
            count: 0
            name: def
            "count": 1
            more:
              listen: 127.0.0.1:1
              listen: 127.0.0.1:2
              listen: 127.0.0.1:3
            """)
        #expect(
            found == """
                test.conf:2:8: error: count: found 0, expected a whole number from 1 to 9
                test.conf:3:1: error: name: found the key a second time, expected it once (first given in line 1)
                test.conf:4:1: error: count: found the key a second time, expected it once (first given in line 2)
                test.conf:7:3: error: more.listen: found the key a second time, expected it once (first given in line 6)
                test.conf:8:3: error: more.listen: found the key a second time, expected it once (first given in line 6)
                """)
    }

    @Test func `a value of the wrong shape is named`() {
        #expect(
            problems("name: [a]\ncount: {}\nmore: 3\nlist: {}\nheaders: [1]\nwords: a")
                == """
                test.conf:1:7: error: name: found a list of 1, expected text of 1 to 5 characters
                test.conf:2:8: error: count: found a mapping of 0 keys, expected a whole number from 1 to 9
                test.conf:3:7: error: more: found 3, expected a mapping of keys to values
                test.conf:3:7: error: more.listen: found no such key, expected a numeric address and port, such as 127.0.0.1:8080 or [::1]:8080
                test.conf:4:7: error: list: found a mapping of 0 keys, expected a list of at most 2 mappings
                test.conf:5:10: error: headers: found a list of 1, expected a mapping of at most 2 names to texts
                test.conf:6:8: error: words: found "a", expected a list of at most 2, each a word
                """)
        #expect(problems("- a") == "test.conf:1:1: error: found a list of 1, expected a mapping of keys to values\ntest.conf:1:1: error: name: found no such key, expected text of 1 to 5 characters")
        #expect(problems("name:") == "test.conf:1:6: error: name: found nothing, expected text of 1 to 5 characters")
        #expect(problems("name: abcdef") == "test.conf:1:7: error: name: found 6 characters, expected at most 5")
        #expect(problems("name: ''") == "test.conf:1:7: error: name: found \"\", expected text of 1 to 5 characters")
    }

    @Test func `text that is no YAML is one problem with its place`() {
        #expect(
            problems("name: a\n  b: [\n")
                == "test.conf:2:4: error: found a syntax error (mapping values are not allowed in this context), expected YAML")
        #expect(
            problems("name: \"abc\n")
                == "test.conf:2:1: error: found a syntax error (found unexpected end of stream), expected YAML")
        #expect(problems("name: *x") == "test.conf:1:7: error: found a syntax error (found undefined alias), expected YAML")
        #expect(problems("? [a]\n: b") == "test.conf:1:3: error: found a list or mapping as a key, expected a word")
        #expect(
            problems("name: a\n---\nname: b")
                == "test.conf:2:1: error: found a syntax error (but found another document), expected YAML")
    }

    @Test func `hostile text meets a limit`() {
        let nested = problems("name: " + String(repeating: "[", count: 5000))
        #expect(nested == "test.conf:1:71: error: found deeper nesting, expected at most 64 levels")
        let long = problems(String(repeating: "#", count: (1 << 20) + 1))
        #expect(long == "test.conf:1:1: error: found 1048577 bytes, expected at most 1048576 bytes")
        var laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...6 { laughs += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n" }
        #expect(problems(laughs) == "test.conf:1:37: error: found more values, expected at most 100000")
        var indented = ""
        for level in 0..<200 { indented += String(repeating: " ", count: level) + "a:\n" }
        #expect(problems(indented).hasSuffix("error: found deeper nesting, expected at most 64 levels"))
    }

    @Test func `the table prints as Markdown`() {
        let small = SettingsTable(
            file: "test.conf",
            settings: [
                Setting("a", .bytes(1...1024), .byDefault("16"), "A or | B."), Setting("b", .section, .optional, "B."),
                Setting("b.c", .choice(["x", "y"]), .required, "C."),
            ], unsupported: ["b.d": "nothing yet"])
        #expect(
            small.markdown == """
                ## `test.conf`

                ### Top level

                | key | type | bounds | default | meaning |
                |---|---|---|---|---|
                | `a` | bytes | 1 to 1KiB | `16` | A or \\| B. |
                | `b` | section |  | none | B. |

                ### `b`

                | key | type | bounds | default | meaning |
                |---|---|---|---|---|
                | `c` | word | `x`, `y` | required | C. |

                ### Refused for now

                | key | expected instead |
                |---|---|
                | `b.d` | nothing yet |

                """)
    }
}

@Suite struct QuantityTests {
    @Test(arguments: [
        ("0", 0), ("4096", 4096), ("4096B", 4096), ("1KiB", 1024), ("1 KiB", 1024), ("256MiB", 256 << 20), ("1GiB", 1 << 30),
        ("2TiB", 2 << 40), ("", nil), ("KiB", nil), ("-1", nil), ("+1", nil), ("1.5GiB", nil), ("1kb", nil), ("1 ", nil), ("1  KiB", nil),
        ("9223372036854775807", Int.max), ("9223372036854775808", nil), ("8388608TiB", nil), ("0x10", nil),
    ] as [(String, Int?)])
    func `sizes are whole numbers with a binary unit`(text: String, bytes: Int?) {
        #expect(ByteSize.parse(text) == bytes)
    }

    @Test(arguments: [(0, "0"), (1, "1"), (1023, "1023"), (1024, "1KiB"), (1025, "1025"), (256 << 20, "256MiB"), (1 << 40, "1TiB")])
    func `sizes print in their shortest exact form`(bytes: Int, text: String) {
        #expect(ByteSize.text(bytes) == text)
        #expect(ByteSize.parse(text) == bytes)
    }

    @Test(arguments: [("10", 10), ("10s", 10), ("0", 0), ("s", nil), ("10m", nil), ("1.5", nil), ("-1s", nil), ("", nil)] as [(String, Int?)])
    func `time spans are whole seconds`(text: String, seconds: Int?) {
        #expect(Seconds.parse(text) == seconds)
    }

    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1:8080"), ("localhost:1", "127.0.0.1:1"), ("[::1]:8080", "[::1]:8080"), ("[::]:0", "[::]:0"),
        ("0.0.0.0:65535", "0.0.0.0:65535"), ("[1:2:3:4:5:6:7:8]:1", "[1:2:3:4:5:6:7:8]:1"), ("[fe80::1:2]:1", "[fe80::1:2]:1"), ("127.0.0.1", nil),
        ("127.0.0.1:", nil), ("127.0.0.1:65536", nil), ("127.0.0.1:-1", nil), ("127.0.0.256:1", nil), ("127.0.0:1", nil), ("::1:80", nil),
        ("[1:2]:80", nil), ("[1:2:3]:80", nil), ("[::1::2]:1", nil), ("[:::]:1", nil), ("[1:2:3:4:5:6:7:8:9]:1", nil), ("[:1:2:3:4:5:6:7]:1", nil),
        ("example.com:80", nil), (":80", nil), ("80", nil), ("", nil),
    ] as [(String, String?)])
    func `listen addresses are numeric`(text: String, printed: String?) {
        #expect(ListenAddress(text)?.description == printed, "\(text)")
    }

    @Test(arguments: [
        ("nmae", "name"), ("Name", "name"), ("defaultRootObject", "default_root_object"), ("default-root-object", "default_root_object"),
        ("default_rot_object", "default_root_object"), ("xyz", nil), ("", nil), ("n", nil),
    ] as [(String, String?)])
    func `a near word is suggested`(word: String, suggestion: String?) {
        #expect(Suggestion.nearest(to: word, among: ["default_root_object", "name", "origins"]) == suggestion)
    }
}
