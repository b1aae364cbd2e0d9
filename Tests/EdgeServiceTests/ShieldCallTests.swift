import HTTPSemantics
import HTTPTypes
import Testing

@testable import EdgeService

/// The signed word of an edge to its shield.
@Suite struct ShieldCallTests {
    private static let secrets = ShieldSecrets([String(repeating: "s", count: 32)])!
    private static let now: Int64 = 1_780_000_000

    private static func call(time: Int64 = now, edge: String = "a1") -> ShieldCall {
        ShieldCall(
            edgeID: edge, distributionID: "E1", time: time, requestID: "id==", viewerAddress: "2001:db8::7", viewerPort: 4711,
            viewerVersion: "2.0", viewerIsSecure: true)
    }

    private static func envelope(_ call: ShieldCall = call(), _ secrets: ShieldSecrets = secrets) -> ShieldCall.Envelope {
        var envelope = ShieldCall.Envelope(
            method: "GET", target: "/a?b=c", host: "www.example.com", fields: [.hostField: "www.example.com", .accept: "*/*", .cookie: "a=b"])
        envelope.fields[ShieldCall.fieldName] = call.signed(envelope, with: secrets)
        return envelope
    }

    private static func outcome(
        _ envelope: ShieldCall.Envelope, _ secrets: ShieldSecrets = secrets, edge: String = "b2", at now: Int64 = now
    ) -> Result<ShieldCall, ShieldCall.Refusal> {
        Result { () throws(ShieldCall.Refusal) in try ShieldCall.verified(envelope, with: secrets, edgeID: edge, now: now) }
    }

    @Test func `what an edge says arrives as it was said`() {
        #expect(Self.outcome(Self.envelope()) == .success(Self.call()))
    }

    @Test(arguments: [
        { $0.method = "POST" }, { $0.target = "/a?b=d" }, { $0.host = "other.example.com" }, { $0.fields[.cookie] = "a=c" },
        { $0.fields[.authorization] = "x" }, { $0.fields[.accept] = nil },
        { $0.fields[ShieldCall.fieldName] = $0.fields[ShieldCall.fieldName]?.replacing("2001:db8::7", with: "2001:db8::8") },
        { $0.fields[ShieldCall.fieldName] = $0.fields[ShieldCall.fieldName]?.replacing(" E1 ", with: " E2 ") },
        { $0.fields[ShieldCall.fieldName] = $0.fields[ShieldCall.fieldName]?.replacing("https", with: "http") },
        { $0.fields[ShieldCall.fieldName]?.removeLast() },
    ] as [@Sendable (inout ShieldCall.Envelope) -> Void])
    func `whatever is changed on the way is noticed`(change: @Sendable (inout ShieldCall.Envelope) -> Void) {
        var envelope = Self.envelope()
        change(&envelope)
        #expect(Self.outcome(envelope) == .failure(.signature))
    }

    @Test(arguments: [
        nil, "", "1", "2 a1 E1 1780000000 id 192.0.2.7 1 1.1 http 00", "1 a1 E1 x id 192.0.2.7 1 1.1 http 00",
        "1 a1 E1 1780000000 id 192.0.2.7 65536 1.1 http 00", "1 a1 E1 1780000000 id 192.0.2.7 1 1.1 gopher 00",
        "1 a1  1780000000 id 192.0.2.7 1 1.1 http 00", "1 a1 E1 1780000000 id 192.0.2.7 1 1.1 http 00 more",
    ] as [String?])
    func `what is no call is refused before anything is computed`(value: String?) {
        var envelope = Self.envelope()
        envelope.fields[ShieldCall.fieldName] = value
        #expect(Self.outcome(envelope) == .failure(value == nil || value == "" ? (value == nil ? .unsigned : .malformed) : .malformed))
    }

    @Test(arguments: [(-301, false), (-300, true), (300, true), (301, false)] as [(Int64, Bool)])
    func `clocks may differ by five minutes`(offset: Int64, isGood: Bool) {
        let result = Self.outcome(Self.envelope(Self.call(time: Self.now + offset)))
        #expect(result == (isGood ? .success(Self.call(time: Self.now + offset)) : .failure(.clock)))
    }

    @Test func `a request of this very process is a loop`() {
        #expect(Self.outcome(Self.envelope(), edge: "a1") == .failure(.loop))
        #expect(ShieldCall.Refusal.loop.status == 508)
    }

    @Test func `any of the secrets will do, the first one signs`() throws {
        let (old, new) = (String(repeating: "o", count: 32), String(repeating: "n", count: 32))
        let both = try #require(ShieldSecrets([new, old]))
        #expect(Self.outcome(Self.envelope(Self.call(), try #require(ShieldSecrets([old]))), both) == .success(Self.call()))
        #expect(Self.outcome(Self.envelope(Self.call(), both), try #require(ShieldSecrets([old]))) == .failure(.signature))
        #expect(ShieldSecrets([]) == nil)
    }

    @Test(arguments: [
        ("1 Hit", ShieldAnswer(result: "Hit", isCompressed: false)), ("1 Miss compressed", ShieldAnswer(result: "Miss", isCompressed: true)),
        ("refused signature", nil), ("2 Hit", nil), ("1", nil), (nil, nil),
    ] as [(String?, ShieldAnswer?)])
    func `a shield's answer says how it was had`(value: String?, answer: ShieldAnswer?) {
        var fields = HTTPFields()
        fields[ShieldCall.fieldName] = value
        #expect(ShieldAnswer(fields) == answer)
        if let answer { #expect(answer.fieldValue == value) }
    }
}
