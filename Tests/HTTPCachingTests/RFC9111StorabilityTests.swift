import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

/// RFC 9111 section 3: storing responses in caches. Nil means stored.
@Suite struct RFC9111StorabilityTests {
    private typealias R = RFCRow<Storability.Reason?>

    @Test(arguments: [
        R("9111 3", "Cache-Control: max-age=60", nil),
        R("9111 3", "Cache-Control: s-maxage=60", nil),
        R("9111 3", "Expires: \(date(60))", nil),
        R("9111 3", "Cache-Control: max-age=60", .headHasNoBody, method: .head),
        R("9111 3", "Cache-Control: max-age=60", .methodNotCached, method: .put),
        R("9111 3", "Cache-Control: max-age=60", .methodNotCached, method: .delete),
        R("9110 9.3.7", "Cache-Control: max-age=60", .methodNotCached, method: .options),
        R("9110 15.2", "Cache-Control: max-age=60", .interim, status: 103),
        R("9111 4.3.4", "Cache-Control: max-age=60", .notModified, status: 304),
        R("9110 15", "Cache-Control: max-age=60", .statusNotCached, status: 600),
        // Explicit freshness makes any final status storable, unknown ones too.
        R("9111 3", "Cache-Control: max-age=60", nil, status: 299),
        R("9111 3", "Cache-Control: max-age=60", nil, status: 302),
        R("9111 3", "Cache-Control: max-age=60", nil, status: 400),
        R("9111 3", "Cache-Control: max-age=60", nil, status: 500),
        R("9111 3", "Cache-Control: max-age=60", nil, status: 599),
        R("9111 3", "Expires: 0", nil, status: 503),
        // Without it only those that RFC 9110 section 15.1 lists, and only with something to go by.
        R("9110 15.1", "Last-Modified: \(date(-1000))", nil),
        R("9110 15.1", "Last-Modified: \(date(-1000))", nil, status: 203),
        R("9110 15.1", "Last-Modified: \(date(-1000))", nil, status: 204),
        R("9110 15.1", "Last-Modified: \(date(-1000))", nil, status: 300),
        R("9110 15.1", "Last-Modified: \(date(-1000))", nil, status: 301),
        R("9110 15.1", "Last-Modified: \(date(-1000))", nil, status: 308),
        R("9110 15.1", "Last-Modified: \(date(-1000))", nil, status: 404),
        R("9110 15.1", "Last-Modified: \(date(-1000))", nil, status: 405),
        R("9110 15.1", "Last-Modified: \(date(-1000))", nil, status: 410),
        R("9110 15.1", "Last-Modified: \(date(-1000))", nil, status: 414),
        R("9110 15.1", "Last-Modified: \(date(-1000))", nil, status: 501),
        R("9110 15.1", "Last-Modified: \(date(-1000))", .noFreshness, status: 201),
        R("9110 15.1", "Last-Modified: \(date(-1000))", .noFreshness, status: 302),
        R("9110 15.1", "Last-Modified: \(date(-1000))", .noFreshness, status: 403),
        R("9110 15.1", "Last-Modified: \(date(-1000))", .noFreshness, status: 503),
        R("9110 15.1", "Last-Modified: \(date(-1000))", .noFreshness, status: 599),
        R("9111 5.2.2.9", "Last-Modified: \(date(-1000))\nCache-Control: public", nil, status: 599),
        R("9111 3", "ETag: \"a\"", nil),
        R("9111 3", "", .noFreshness),
        R("9111 3", "Last-Modified: yesterday", .noFreshness),
    ])
    fileprivate func `methods, statuses and freshness`(row: RFCRow<Storability.Reason?>) throws {
        let request = RequestFacts(method: row.method, fields: try fields(row.request))
        #expect(strictStorability(try fields(row.response), status: row.status, request: request).refusal == row.expected)
    }

    @Test(arguments: [
        R("9111 5.2.2.5", "Cache-Control: no-store, max-age=60", .noStore),
        R("9111 5.2", "Cache-Control: nO-sToRe", .noStore),
        R("9111 5.2.2.5", "Cache-Control: max-age=60\nCache-Control: no-store", .noStore),
        R("9111 5.2.2.5", "Cache-Control: no-store=1", .noStore),
        R("9111 5.2.2.7", "Cache-Control: private, max-age=60", .isPrivate),
        R("9111 5.2.2.7", "Cache-Control: private=\"x\", max-age=60", nil),
        R("9111 5.2.2.7", "Cache-Control: private=\"x\", private, max-age=60", .isPrivate),
        R("9111 5.2.2.7", "Cache-Control: private=\"\", max-age=60", .isPrivate),
        R("9111 5.2.2.4", "Cache-Control: no-cache", .noFreshness),
        R("9111 5.2.2.4", "Cache-Control: no-cache\nETag: \"a\"", nil),
        R("9111 5.2.2.4", "Cache-Control: no-cache, max-age=60", nil),
        // must-understand: no-store counts for those who don't know the status.
        R("9111 5.2.2.3", "Cache-Control: must-understand, no-store, max-age=60", nil),
        R("9111 5.2.2.3", "Cache-Control: must-understand, no-store, max-age=60", .statusNotUnderstood, status: 599),
        R("9111 5.2.2.3", "Cache-Control: must-understand, max-age=60", .statusNotUnderstood, status: 299),
        R("9111 5.2.2.3", "Cache-Control: must-understand, no-store, private, max-age=60", .isPrivate),
        R("9111 5.2.1.5", "Cache-Control: max-age=60", .requestNoStore, request: "Cache-Control: no-store"),
        R("9111 4.1", "Cache-Control: max-age=60\nVary: *", .varyAny),
        R("9111 4.1", "Cache-Control: max-age=60\nVary: A\nVary: B, *", .varyAny),
        R("9111 4.1", "Cache-Control: max-age=60\nVary: A, B", nil),
        R("9111 7.3", "Cache-Control: max-age=60\nSet-Cookie: a=b", nil),
        R("9111 7.3", "Last-Modified: \(date(-1000))\nSet-Cookie: a=b", nil),
        R("9111 5.4", "Cache-Control: max-age=60\nPragma: no-cache", nil),
    ])
    fileprivate func `directives`(row: RFCRow<Storability.Reason?>) throws {
        let request = RequestFacts(method: row.method, fields: try fields(row.request))
        #expect(strictStorability(try fields(row.response), status: row.status, request: request).refusal == row.expected)
    }

    @Test(arguments: [
        R("9111 3.5", "Cache-Control: max-age=60", .authorization),
        R("9111 3.5", "Last-Modified: \(date(-1000))", .authorization),
        R("9111 3.5", "Cache-Control: max-age=60, public", nil),
        R("9111 3.5", "Cache-Control: max-age=60, must-revalidate", nil),
        R("9111 3.5", "Cache-Control: s-maxage=60", nil),
        R("9111 3.5", "Cache-Control: max-age=60, proxy-revalidate", .authorization),
        R("9111 3.5", "Cache-Control: public, private, max-age=60", .isPrivate),
        R("9213 2", "CDN-Cache-Control: public, max-age=60", nil),
    ])
    fileprivate func `answers to authenticated requests`(row: RFCRow<Storability.Reason?>) throws {
        let request = RequestFacts(method: .get, fields: [.authorization: "Basic YTpi"])
        #expect(strictStorability(try fields(row.response), request: request).refusal == row.expected)
    }

    @Test(arguments: [
        R("9110 9.3.3", "Cache-Control: max-age=60\nContent-Location: /a/b?c", nil),
        R("9110 9.3.3", "Cache-Control: max-age=60\nContent-Location: b?c", nil),
        R("9110 9.3.3", "Cache-Control: max-age=60\nContent-Location: http://EXAMPLE.com:80/a/b?c", nil),
        R("9110 9.3.3", "Expires: \(date(60))\nContent-Location: ?c", nil),
        R("9110 9.3.3", "Cache-Control: max-age=60\nContent-Location: /a/b", .methodNotCached),
        R("9110 9.3.3", "Cache-Control: max-age=60\nContent-Location: https://example.com/a/b?c", .methodNotCached),
        R("9110 9.3.3", "Cache-Control: max-age=60\nContent-Location: /a/b?c\nContent-Location: /a/b?c", .methodNotCached),
        R("9110 9.3.3", "Cache-Control: max-age=60", .methodNotCached),
        R("9110 9.3.3", "Last-Modified: \(date(-1000))\nContent-Location: /a/b?c", .noFreshness),
    ])
    fileprivate func `answers to POST`(row: RFCRow<Storability.Reason?>) throws {
        let target = TargetURI(isSecure: false, authority: "example.com", path: "/a/b", query: "c")
        #expect(strictStorability(try fields(row.response), request: RequestFacts(method: .post, target: target)).refusal == row.expected)
    }

    @Test func `Maximum TTL 0 stores nothing`() {
        #expect(strictStorability([.cacheControl: "max-age=60"], policy: CachePolicy(minTTL: 0, defaultTTL: 0, maxTTL: 0)).refusal == .cachingDisabled)
    }
}
