import HTTPSemantics
import HTTPTypes
import Testing

@Suite struct EntityTagTests {
    @Test(arguments: [
        ("\"\"", EntityTag(opaque: "")), ("\"xyzzy\"", EntityTag(opaque: "xyzzy")), ("W/\"xyzzy\"", EntityTag(opaque: "xyzzy", isWeak: true)),
        ("\"a,b\\c\"", EntityTag(opaque: "a,b\\c")), ("\"é\"", EntityTag(opaque: "é")),
    ])
    func `a valid tag is read and written`(text: String, expected: EntityTag) {
        #expect(EntityTag(text) == expected)
        #expect(expected.description == text)
    }

    @Test(arguments: ["", "xyzzy", "\"a", "a\"", "w/\"a\"", "W/ \"a\"", "W/a", "\"a\"b", " \"a\"", "\"a b\"", "\"a\"\"", "\"a\tb\"", "*"])
    func `a malformed tag is refused`(text: String) {
        #expect(EntityTag(text) == nil)
    }

    @Test(arguments: [
        // RFC 9110 section 8.8.3.2, table 3.
        ("W/\"1\"", "W/\"1\"", false, true), ("W/\"1\"", "W/\"2\"", false, false),
        ("W/\"1\"", "\"1\"", false, true), ("\"1\"", "\"1\"", true, true),
    ])
    func `tags compare as in the table of section 8_8_3_2`(left: String, right: String, strong: Bool, weak: Bool) {
        let (left, right) = (EntityTag(left)!, EntityTag(right)!)
        #expect(left.matchesStrongly(right) == strong)
        #expect(right.matchesStrongly(left) == strong)
        #expect(left.matchesWeakly(right) == weak)
    }

    @Test(arguments: [
        ("*", .any), (" * ", .any), ("\"a\"", .tags([.init(opaque: "a")])),
        ("\"a\", W/\"b\" ,, \"c,d\"", .tags([.init(opaque: "a"), .init(opaque: "b", isWeak: true), .init(opaque: "c,d")])),
        ("\"a\", b, \"c\"", .tags([.init(opaque: "a"), .init(opaque: "c")])), ("\"a\"x, \"c\"", .tags([.init(opaque: "c")])),
        ("", .tags([])), ("junk", .tags([])), ("*, \"a\"", .tags([.init(opaque: "a")])),
    ] as [(String, EntityTagCondition)])
    func `lists of tags are read`(value: String, expected: EntityTagCondition) {
        #expect(EntityTagCondition([.ifNoneMatch: value], name: .ifNoneMatch) == expected)
    }

    @Test func `tags on several lines are one list and absence is nil`() {
        var fields = HTTPFields()
        fields.append(HTTPField(name: .ifMatch, value: "\"a\""))
        fields.append(HTTPField(name: .ifMatch, value: "\"b\""))
        #expect(EntityTagCondition(fields, name: .ifMatch) == .tags([.init(opaque: "a"), .init(opaque: "b")]))
        #expect(EntityTagCondition(fields, name: .ifNoneMatch) == nil)
    }

    @Test func `tags without quotes are read only when asked`() {
        let fields: HTTPFields = [.ifMatch: "abc, \"d\", e f"]
        #expect(EntityTagCondition(fields, name: .ifMatch) == .tags([.init(opaque: "d")]))
        #expect(
            EntityTagCondition(fields, name: .ifMatch, syntax: .allowingUnquoted)
                == .tags([.init(opaque: "abc"), .init(opaque: "d")]))
    }
}
