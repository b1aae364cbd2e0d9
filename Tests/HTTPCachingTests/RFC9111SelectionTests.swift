import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

private let base = CachePolicy().makeKey(method: .read, distribution: "E1", path: "/", query: nil, fields: [:])

private func key(_ vary: String, _ request: String) throws -> CacheKey? {
    SelectingFields(try fields(vary))?.key(from: base, for: try fields(request))
}

/// RFC 9111 section 4.1: keys with Vary.
@Suite struct RFC9111SelectionTests {
    @Test(arguments: [
        ("Vary: Foo", "Foo: 1", "foo: 1"),
        ("Vary: Foo", "Foo: 1,2", "Foo: 1,  2"),
        ("Vary: Foo", "Foo: 1, 2", "Foo: 1\nFoo: 2"),
        ("Vary: Foo", "Foo: 1\nOther: a", "Foo: 1\nOther: b"),
        ("Vary: Foo", "", "Other: b"),
        ("Vary: Foo, Bar", "Foo: 1\nBar: 2", "Bar: 2\nFoo: 1"),
        ("Vary: Foo\nVary: bar", "Foo: 1\nBar: 2", "Bar: 2\nFoo: 1"),
        ("Vary: , Foo,,", "Foo: 1", "Foo: 1"),
        ("Vary: Accept-Language", "Accept-Language: en, de", "Accept-Language: De,EN"),
        ("Vary: Accept-Language", "Accept-Language: en;q=1.000, de;q=0.50", "Accept-Language: de ; q=0.5 , en"),
        ("Vary: Accept-Encoding", "Accept-Encoding: gzip, br", "Accept-Encoding: BR,gzip"),
        ("Vary: Foo", "Foo: \"a, b\"", "Foo: \"a, b\""),
    ])
    func `requests that select the same`(vary: String, first: String, second: String) throws {
        let one = try #require(try key(vary, first))
        #expect(try key(vary, second) == one)
        #expect(one != base)
    }

    @Test(arguments: [
        ("Vary: Foo", "Foo: 1", "Foo: 2"), ("Vary: Foo", "Foo: 1", ""), ("Vary: Foo", "Foo: ", ""), ("Vary: Foo", "Foo: a", "Foo: A"),
        ("Vary: Foo", "Foo: 1, 2", "Foo: 2, 1"), ("Vary: Foo", "Foo: 1 2", "Foo: 12"), ("Vary: Foo", "Foo: \"a, b\"", "Foo: \"a,b\""),
        ("Vary: Foo, Bar", "Foo: 1", "Bar: 1"), ("Vary: Foo, Bar", "Foo: 1\nBar: 2", "Foo: 1\nBar: 3"),
        ("Vary: Accept-Language", "Accept-Language: en", "Accept-Language: de"),
        ("Vary: Accept-Language", "Accept-Language: en;q=0.5, de", "Accept-Language: en, de;q=0.5"),
        ("Vary: Accept", "Accept: a/b", "Accept: A/B"),
    ])
    func `requests that select apart`(vary: String, first: String, second: String) throws {
        #expect(try key(vary, first) != key(vary, second))
    }

    @Test(arguments: ["*", "*, *", ", *", "*, Foo", "Foo, *", "Foo\nVary: *", "\nVary: *", "a b"])
    func `a star anywhere is selected by nothing`(vary: String) throws {
        #expect(SelectingFields(try fields("Vary: \(vary)")) == nil)
    }

    @Test func `without Vary the object's own key is it`() throws {
        #expect(try key("", "Foo: 1") == base)
        #expect(try #require(SelectingFields([:])).isEmpty)
    }
}

/// RFC 9111 sections 4.3.5 and 4.4.
@Suite struct RFC9111WriteTests {
    private let target = TargetURI(isSecure: false, authority: "a.example", path: "/x/y", query: "q")

    private func invalidated(_ response: String, _ status: Int = 200, method: String = "POST") throws -> [String] {
        WriteEffects.invalidated(
            by: try fields(response), status: status, to: try #require(HTTPRequest.Method(method)), target: target
        ).map(\.description)
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "M-SEARCH", "PURGE", "get"])
    func `unsafe methods, unknown ones too, invalidate their target`(method: String) throws {
        #expect(try invalidated("", method: method) == ["http://a.example/x/y?q"])
        #expect(try invalidated("", 303, method: method) == ["http://a.example/x/y?q"])
        for status in [100, 400, 404, 500, 503] { #expect(try invalidated("", status, method: method) == [], "\(status)") }
    }

    @Test(arguments: ["GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "SEARCH", "QUERY"])
    func `safe methods invalidate nothing`(method: String) throws {
        #expect(try invalidated("Location: /z", method: method) == [])
    }

    @Test(arguments: [
        ("Location: /z", ["http://a.example/z"]), ("Content-Location: z", ["http://a.example/x/z"]),
        ("Location: ../z?p#f", ["http://a.example/z?p"]), ("Location: http://A.example:80/z", ["http://a.example/z"]),
        ("Location: /1\nContent-Location: /2", ["http://a.example/1", "http://a.example/2"]), ("Location: ?r", ["http://a.example/x/y?r"]),
        ("Location: //b.example/z", []), ("Location: http://b.example/z", []), ("Location: https://a.example/z", []),
        ("Location: http://a.example:81/z", []), ("Location: http://a.example.evil/z", []), ("Location: http://u@a.example/z", []),
        ("Location: mailto:a@a.example", []), ("Location: /a b", []), ("Location: /1\nLocation: /2", []), ("Location: /x/y?q", []),
    ])
    func `Location and Content-Location of the same authority are invalidated too`(response: String, others: [String]) throws {
        #expect(try invalidated(response) == ["http://a.example/x/y?q"] + others)
    }

    @Test(arguments: [
        ("ETag: \"a\"\nLast-Modified: \(date(-9))\nContent-Length: 5", HeadEffect.update), ("", .update), ("ETag: \"a\"", .update),
        ("Content-Length: 5", .update), ("ETag: \"b\"\nContent-Length: 5", .invalidate), ("ETag: W/\"a\"", .invalidate),
        ("Last-Modified: \(date(-8))", .invalidate), ("Content-Length: 6", .invalidate), ("Content-Length: x", .invalidate),
    ])
    func `a HEAD's answer updates the stored GET or shows that it is outdated`(head: String, effect: HeadEffect) throws {
        let stored = try fields("ETag: \"a\"\nLast-Modified: \(date(-9))")
        #expect(HeadEffect(stored: stored, storedLength: 5, head: try fields(head)) == effect)
    }
}

@Suite struct ResponseFieldsTests {
    private func received(_ text: String) throws -> ResponseFields {
        strict.fields(
            of: ResponseFacts(status: 200, fields: try fields(text), requestedAt: noon, receivedAt: noon), forwardsCookies: false)
    }

    @Test func `what belongs to the connection is neither passed nor stored (RFC 9111 section 3.1)`() throws {
        let result = try received(
            """
            Connection: a, B
            a: 1
            b: 2
            c: 3
            Keep-Alive: x
            Proxy-Authenticate: x
            Proxy-Authentication-Info: x
            Proxy-Connection: x
            TE: x
            Transfer-Encoding: x
            Upgrade: x
            Set-Cookie: a=b
            Via: 1.1 other
            """)
        #expect(result.delivered.map(\.name.canonicalName) == ["c", "set-cookie", "via", "date"])
        #expect(result.stored == result.delivered)
        #expect(!result.hasUnshared)
    }

    @Test func `Age goes on to the requester, and is computed for others`() throws {
        let result = try received("Age: 5\nDate: \(date(-3))")
        #expect(result.delivered[.age] == "5")
        #expect(result.stored[.age] == nil)
        #expect(result.stored[.date] == date(-3))
    }

    @Test(arguments: ["no-cache=\"a, B\"", "private=\"a, B\"", "private=a, no-cache=\"b\""])
    func `fields that no-cache or private names are not stored`(directives: String) throws {
        let result = try received("Cache-Control: \(directives), max-age=9\na: 1\nb: 2\nc: 3\nDate: \(date(0))")
        #expect(result.delivered.map(\.name.canonicalName) == ["cache-control", "a", "b", "c", "date"])
        #expect(result.stored.map(\.name.canonicalName) == ["cache-control", "c", "date"])
        #expect(result.hasUnshared)
    }

    @Test func `a missing or unreadable Date is made from the arrival (RFC 9110 section 6.6.1)`() throws {
        #expect(try received("A: 1").stored[.date] == date(0))
        #expect(try received("Date: foo").delivered[.date] == date(0))
        #expect(try received("Date: \(date(-1))\nDate: \(date(-2))").delivered[values: .date] == [date(0)])
    }

    @Test func `a 304 replaces fields, but not those that describe the stored bytes (section 3.2)`() throws {
        let stored = try fields("A: 1\nB: 1\nContent-Length: 5\nContent-Encoding: gzip\nContent-Range: x\nCache-Control: max-age=1")
        let notModified = try fields(
            "a: 2\nContent-Length: 9\nContent-Encoding: br\nContent-Range: y\nCache-Control: max-age=2\nDate: \(date(0))\nConnection: b\nB: 2\nAge: 4")
        let updated = strict.fields(
            of: stored, updatedBy: ResponseFacts(status: 304, fields: notModified, requestedAt: noon, receivedAt: noon), edgeCompressed: false,
            forwardsCookies: false)
        #expect(updated[.contentLength] == "5" && updated[.contentEncoding] == "gzip" && updated[.contentRange] == "x")
        #expect(updated[.cacheControl] == "max-age=2" && updated[.age] == nil)
        #expect(updated[HTTPField.Name.known("A")] == "2" && updated[HTTPField.Name.known("B")] == "1")
    }
}

@Suite struct CacheStatusTests {
    @Test func `members are written as RFC 9211 says`() {
        var hit = CacheStatus(isHit: true)
        hit.ttl = 376
        hit.forwardStatus = 304
        hit.isStored = true
        #expect(hit.fieldValue == "skerry; hit; ttl=376")
        var miss = CacheStatus(forward: .uriMiss)
        miss.forwardStatus = 200
        miss.isStored = true
        miss.isCollapsed = true
        miss.ttl = -412
        miss.key = "http://a.example/\"x\\"
        miss.detail = "no-store"
        #expect(
            miss.fieldValue
                == #"skerry; fwd=uri-miss; fwd-status=200; ttl=-412; stored; collapsed; key="http://a.example/\"x\\"; detail=no-store"#)
        miss = CacheStatus(forward: .varyMiss)
        miss.detail = "two words"
        #expect(miss.fieldValue == #"skerry; fwd=vary-miss; detail="two words""#)
        miss.detail = "1x"
        #expect(miss.fieldValue == #"skerry; fwd=vary-miss; detail="1x""#)
        #expect(CacheStatus().fieldValue == "skerry")
    }
}

@Suite struct MaxForwardsTests {
    @Test(arguments: [
        ("0", HTTPRequest.Method.options, MaxForwards.answerHere), ("1", .options, .forward(0)), ("10", .options, .forward(9)),
        ("99999999999999999999", .options, .forward((1 << 31) - 1)), ("-1", .options, .uncounted), ("x", .options, .uncounted),
        ("0", .get, .uncounted), ("0", .put, .uncounted),
    ])
    func `hops are counted for OPTIONS`(value: String, method: HTTPRequest.Method, expected: MaxForwards) {
        #expect(MaxForwards([.maxForwards: value], method: method) == expected)
    }

    @Test func `nothing is counted where there is no field, or several`() throws {
        #expect(MaxForwards([:], method: .options) == .uncounted)
        #expect(MaxForwards(try fields("Max-Forwards: 0\nMax-Forwards: 1"), method: .options) == .uncounted)
    }
}
