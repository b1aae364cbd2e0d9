import Testing

@testable import SignedURLs

struct PolicyTests {
    @Test func `a canned policy is CloudFront's text to the byte`() {
        #expect(
            SignedPolicy.canned(resource: "http://d1.cloudfront.net/a?b=c", expires: 1_767_290_400)
                == #"{"Statement":[{"Resource":"http://d1.cloudfront.net/a?b=c","Condition":{"DateLessThan":{"AWS:EpochTime":1767290400}}}]}"#)
    }

    @Test func `a custom policy is written compactly and read back`() throws {
        let policy = SignedPolicy(
            resource: try #require(ResourcePattern(#"http*://*.example.com/a\?b=*"#)), dateLessThan: 20, dateGreaterThan: 10,
            ipAddress: IPv4Block("192.0.2.7"))
        #expect(
            policy.text
                == #"{"Statement":[{"Resource":"http*://*.example.com/a\\?b=*","Condition":{"DateLessThan":{"AWS:EpochTime":20},"DateGreaterThan":{"AWS:EpochTime":10},"IpAddress":{"AWS:SourceIp":"192.0.2.7/32"}}}]}"#
        )
        #expect(try SignedPolicy(reading: Array(policy.text.utf8)) == policy)
    }

    @Test func `what botocore builds is read`() throws {
        let policy = try SignedPolicy(reading: Array(SignerVectors.customPolicy.utf8))
        #expect(policy.resource.text == "http://d111111abcdef8.cloudfront.net/training/*")
        #expect((policy.dateLessThan, policy.dateGreaterThan) == (1_767_290_400, 1_767_139_200))
        #expect(policy.ipAddress?.description == "192.0.2.0/24")
    }

    private static let end = #""DateLessThan":{"AWS:EpochTime":20}"#

    @Test(arguments: [
        "", "{}", "[]", "1", #"{"Statement":[]}"#, #"{"Statement":{}}"#,
        #"{"Statement":[{"Resource":"*","Condition":{\#(end)}},{"Resource":"*","Condition":{\#(end)}}]}"#,
        #"{"Statement":[{"Resource":"*","Condition":{\#(end)}}],"Version":"1"}"#,
        #"{"Statement":[{"Resource":"*","Effect":"Allow","Condition":{\#(end)}}]}"#,
        #"{"Statement":[{"Condition":{\#(end)}}]}"#, #"{"Statement":[{"Resource":"*"}]}"#, #"{"Statement":[{"Resource":"*","Condition":{}}]}"#,
        #"{"Statement":[{"Resource":["*"],"Condition":{\#(end)}}]}"#, #"{"Statement":[{"Resource":"a","Condition":{\#(end)}}]}"#,
        #"{"Statement":[{"Resource":"*","Condition":{\#(end),\#(end)}}]}"#,
        #"{"Statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":"20"}}}]}"#,
        #"{"Statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":20.5}}}]}"#,
        #"{"Statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":-1}}}]}"#,
        #"{"Statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":020}}}]}"#,
        #"{"Statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":253402300800}}}]}"#,
        #"{"Statement":[{"Resource":"*","Condition":{"DateGreaterThan":{"AWS:EpochTime":20}}}]}"#,
        #"{"Statement":[{"Resource":"*","Condition":{\#(end),"IpAddress":{"AWS:SourceIp":"2001:db8::/32"}}}]}"#,
        #"{"Statement":[{"Resource":"*","Condition":{\#(end),"IpAddress":{"AWS:SourceIp":["192.0.2.1"]}}}]}"#,
        #"{"Statement":[{"Resource":"*","Condition":{\#(end),"NotIpAddress":{"AWS:SourceIp":"192.0.2.1"}}}]}"#,
        #"{"Statement":[{"Resource":"*","Condition":{\#(end)}}]} x"#, #"{"Statement":[{"Resource":"*","Condition":{\#(end)}}]"#,
        #"{"Statement":[{"Resource":"\ud800","Condition":{\#(end)}}]}"#, String(repeating: "[", count: 5_000),
    ])
    func `a policy that is not exactly one is refused`(text: String) {
        #expect(throws: PolicyError.self) { try SignedPolicy(reading: Array(text.utf8)) }
    }

    @Test(arguments: [(8_192, true), (8_193, false)])
    func `a policy has at most 8,192 bytes`(count: Int, isRead: Bool) {
        let text = #"{"Statement":[{"Resource":"*","Condition":{\#(Self.end)}}]}"#
        let padded = text + String(repeating: " ", count: count - text.utf8.count)
        #expect(((try? SignedPolicy(reading: Array(padded.utf8))) != nil) == isRead)
    }

    @Test func `white space between the parts is taken out, within texts kept`() {
        #expect(
            SignedPolicy.compacted("{ \"a b\" :\n\t[ \"c \\\" d\\\\\" , 1 ]\r\n}") == "{\"a b\":[\"c \\\" d\\\\\",1]}")
    }

    @Test func `escapes of JSON are understood`() throws {
        let text = #"{"Statement":[{"Resource":"http:\/\/h\u002fa\ud83d\ude00","Condition":{\#(Self.end)}}]}"#
        #expect(try SignedPolicy(reading: Array(text.utf8)).resource.text == "http://h/a😀")
    }

    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.0", true), ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false),
        ("192.0.2.0/24", "192.0.1.255", false), ("192.0.2.9/24", "192.0.2.1", true), ("192.0.2.7", "192.0.2.7", true),
        ("192.0.2.7", "192.0.2.8", false), ("0.0.0.0/0", "255.255.255.255", true), ("0.0.0.0/0", "::1", false),
        ("192.0.2.0/31", "192.0.2.1", true), ("192.0.2.0/31", "192.0.2.2", false), ("192.0.2.0/24", "::ffff:192.0.2.1", true),
        ("192.0.2.0/24", "::ffff:192.0.3.1", false), ("192.0.2.0/24", "", false),
    ])
    func `an address is in a block or not`(block: String, address: String, isIn: Bool) throws {
        #expect(try #require(IPv4Block(block)).contains(address) == isIn)
    }

    @Test(arguments: ["", "192.0.2", "192.0.2.256", "192.0.2.01", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "::1", "a.b.c.d", "192.0.2.0/24/1"])
    func `what is no IPv4 block is refused`(text: String) { #expect(IPv4Block(text) == nil) }
}
