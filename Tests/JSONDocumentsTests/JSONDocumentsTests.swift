import JSONDocuments
import Testing

struct JSONDocumentsTests {
    private func read(_ text: String) throws(JSONError) -> JSONValue { try JSONValue(reading: Array(text.utf8)) }

    @Test func `a document is read, and written again in its canonical form`() throws {
        let text = #" {"a" : [1, -20, true,false , null], "b":{"c":"x\u00e9\n\"\\\/\ud83d\ude00"} , "":{}, "d":[] } "#
        let value = try read(text)
        #expect(
            value
                == .object([
                    "a": .array([.integer(1), .integer(-20), .boolean(true), .boolean(false), .null]),
                    "b": .object(["c": .string("xé\n\"\\/😀")]), "": .object([JSONMember]()), "d": .array([]),
                ]))
        #expect(value.text == #"{"a":[1,-20,true,false,null],"b":{"c":"xé\n\"\\/😀"},"":{},"d":[]}"#)
        #expect(try JSONValue(reading: value.bytes) == value)
    }

    @Test(arguments: [
        ("", "a value is expected (at byte 0)"),
        ("{", "a name in quotes is expected (at byte 1)"),
        ("{\"a\":1,}", "a name in quotes is expected (at byte 7)"),
        ("[1,]", "a value is expected (at byte 3)"),
        ("[1 2]", "] is expected (at byte 3)"),
        ("{\"a\":1,\"a\":2}", "the name \"a\" appears twice (at byte 10)"),
        ("1 1", "nothing more is expected (at byte 2)"),
        ("01", "a number is expected (at byte 2)"),
        ("1.5", "only whole numbers are read (at byte 1)"),
        ("1e3", "only whole numbers are read (at byte 1)"),
        ("9223372036854775808", "the number is too large (at byte 19)"),
        ("\"a", "a text does not end (at byte 2)"),
        ("\"\t\"", "a control character in a text (at byte 1)"),
        ("\"\\x\"", "an escape that JSON does not have (at byte 3)"),
        ("\"\\ud800\"", "half of a surrogate pair (at byte 7)"),
        ("\"\\u00g0\"", "four hexadecimal digits are expected (at byte 3)"),
        ("tru", "a value is expected (at byte 0)"),
    ])
    func `what is no JSON is refused where it breaks`(text: String, reason: String) {
        #expect(throws: JSONError(reason)) { try read(text) }
    }

    @Test func `depth is bounded, and so is the alphabet`() throws {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        _ = try read(nested(JSONValue.depthMax))
        #expect(throws: JSONError.self) { try read(nested(JSONValue.depthMax + 1)) }
        #expect(throws: JSONError("not UTF-8")) { try JSONValue(reading: [0x22, 0xFF, 0x22]) }
    }

    @Test func `an object gives up its members by name and type, and refuses what nobody took`() throws {
        var object = try JSONObject(try read(#"{"a":"x","n":7,"f":true,"l":[1],"o":{"p":null},"z":0}"#), at: "it")
        let text = try object.string("a")
        let number = try object.integer("n")
        let flags = (try object.flag("f"), try object.flag("absent"))
        let list = try object.array("l")
        let names = try object.members("o").map(\.name)
        #expect(text == "x" && number == 7 && flags.0 && !flags.1)
        #expect(list == [.integer(1)])
        #expect(names == ["p"])
        #expect(throws: JSONError("it.z: the name is not known")) { try object.finish() }
        let wrong = Result<String, any Error> { try object.string("z") }
        #expect(throws: JSONError("it.z: a text is expected")) { try wrong.get() }
        try object.finish()
        let absent = Result<String, any Error> { try object.string("a") }
        #expect(throws: JSONError("it.a: a text is expected")) { try absent.get() }
        #expect(throws: JSONError("it is no object")) { try JSONObject(.null, at: "it") }
    }
}
