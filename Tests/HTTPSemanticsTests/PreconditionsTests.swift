import HTTPSemantics
import HTTPTypes
import Testing

private let now = HTTPDate(secondsSince1970: 1_795_521_600)
private let modified = HTTPDate(secondsSince1970: 1_000_000_000)
private let before = "Sun, 09 Sep 2001 01:46:39 GMT"
private let same = "Sun, 09 Sep 2001 01:46:40 GMT"
private let after = "Sun, 09 Sep 2001 01:46:41 GMT"
private let go = Preconditions.Outcome.proceed(honorsRange: true)
private let goPlain = Preconditions.Outcome.proceed(honorsRange: false)

private struct Row: CustomTestStringConvertible, Sendable {
    var method: HTTPRequest.Method = .get
    var fields: HTTPFields
    var expected: Preconditions.Outcome
    var testDescription: String { "\(method) \(fields.map { "\($0.name): \($0.value)" }) -> \(expected)" }
}

@Suite struct PreconditionsTests {
    private static let strong = RepresentationValidators(entityTag: EntityTag("\"v1\""), lastModified: modified, date: now)

    @Test(arguments: [
        Row(fields: [:], expected: go),
        // Step 1: If-Match, strong comparison.
        Row(fields: [.ifMatch: "\"v1\""], expected: go), Row(fields: [.ifMatch: "*"], expected: go),
        Row(fields: [.ifMatch: "\"v0\", \"v1\""], expected: go), Row(fields: [.ifMatch: "\"v0\""], expected: .failed(.ifMatch)),
        Row(fields: [.ifMatch: "W/\"v1\""], expected: .failed(.ifMatch)), Row(fields: [.ifMatch: "junk"], expected: .failed(.ifMatch)),
        Row(method: .put, fields: [.ifMatch: "\"v0\""], expected: .failed(.ifMatch)),
        // Step 2: If-Unmodified-Since, only without If-Match.
        Row(fields: [.ifUnmodifiedSince: before], expected: .failed(.ifUnmodifiedSince)),
        Row(fields: [.ifUnmodifiedSince: same], expected: go), Row(fields: [.ifUnmodifiedSince: after], expected: go),
        Row(fields: [.ifUnmodifiedSince: "0"], expected: go),
        Row(fields: [.ifMatch: "\"v1\"", .ifUnmodifiedSince: before], expected: go),
        // Step 3: If-None-Match, weak comparison.
        Row(fields: [.ifNoneMatch: "\"v1\""], expected: .notModified), Row(fields: [.ifNoneMatch: "W/\"v1\""], expected: .notModified),
        Row(fields: [.ifNoneMatch: "*"], expected: .notModified), Row(fields: [.ifNoneMatch: "\"v0\""], expected: go),
        Row(method: .head, fields: [.ifNoneMatch: "\"v1\""], expected: .notModified),
        Row(method: .put, fields: [.ifNoneMatch: "*"], expected: .failed(.ifNoneMatch)),
        Row(method: .delete, fields: [.ifNoneMatch: "\"v1\""], expected: .failed(.ifNoneMatch)),
        // Step 4: If-Modified-Since, only without If-None-Match, only for GET and HEAD.
        Row(fields: [.ifModifiedSince: same], expected: .notModified), Row(fields: [.ifModifiedSince: after], expected: .notModified),
        Row(fields: [.ifModifiedSince: before], expected: go), Row(fields: [.ifModifiedSince: "yesterday"], expected: go),
        Row(fields: [.ifNoneMatch: "\"v0\"", .ifModifiedSince: after], expected: go),
        Row(method: .put, fields: [.ifModifiedSince: after], expected: goPlain),
        // Both pairs together.
        Row(fields: [.ifMatch: "\"v1\"", .ifNoneMatch: "\"v1\""], expected: .notModified),
        // Step 5: If-Range.
        Row(fields: [.ifRange: "\"v1\""], expected: go), Row(fields: [.ifRange: "\"v0\""], expected: goPlain),
        Row(fields: [.ifRange: "W/\"v1\""], expected: goPlain), Row(fields: [.ifRange: same], expected: go),
        Row(fields: [.ifRange: after], expected: goPlain), Row(fields: [.ifRange: "junk"], expected: goPlain),
        Row(method: .head, fields: [:], expected: goPlain),
    ])
    fileprivate func `an origin evaluates in the order of section 13_2_2`(row: Row) {
        let outcome = Preconditions.evaluate(row.fields, method: row.method, validators: Self.strong, now: now)
        #expect(outcome == row.expected)
    }

    @Test func `a missing representation satisfies If-None-Match star and fails If-Match star`() {
        let none = RepresentationValidators(exists: false)
        #expect(Preconditions.evaluate([.ifNoneMatch: "*"], method: .put, validators: none, now: now) == goPlain)
        #expect(Preconditions.evaluate([.ifMatch: "*"], method: .put, validators: none, now: now) == .failed(.ifMatch))
    }

    @Test func `a cache leaves If-Match and If-Unmodified-Since to the origin`() {
        let fields: HTTPFields = [.ifMatch: "\"v0\"", .ifUnmodifiedSince: before]
        #expect(Preconditions.evaluate(fields, method: .get, validators: Self.strong, role: .cache, now: now) == go)
    }

    @Test func `a cache compares If-Modified-Since with Date when there is no Last-Modified`() {
        let dated = RepresentationValidators(date: modified)
        let fields: HTTPFields = [.ifModifiedSince: same]
        #expect(Preconditions.evaluate(fields, method: .get, validators: dated, role: .cache, now: now) == .notModified)
        #expect(Preconditions.evaluate(fields, method: .get, validators: dated, role: .origin, now: now) == go)
    }

    @Test(arguments: [(0, false), (1, true)] as [(Int64, Bool)])
    func `Last-Modified validates If-Range only one second before Date`(lead: Int64, holds: Bool) {
        let validators = RepresentationValidators(lastModified: modified, date: modified.advanced(bySeconds: lead))
        #expect(Preconditions.holdsIfRange([.ifRange: same], validators: validators, now: now) == holds)
    }

    @Test func `validators are read from response fields`() {
        let fields: HTTPFields = [.eTag: "W/\"a\"", .lastModified: same, .date: after]
        let validators = RepresentationValidators(responseFields: fields, now: now)
        #expect(validators == RepresentationValidators(
            entityTag: EntityTag(opaque: "a", isWeak: true), lastModified: modified, date: modified.advanced(bySeconds: 1)))
        #expect(RepresentationValidators(responseFields: [.eTag: "a", .lastModified: "x"], now: now) == RepresentationValidators())
    }
}
