import BucketPolicy
import Testing

struct RefusalTests {
    static let json = "Policies must be valid JSON and the first byte must be '{'"
    static let principal = "Invalid principal in policy"
    static let action = "Policy has invalid action"
    static let resource = "Policy has invalid resource"
    static let key = "Policy has an invalid condition key"
    static let value = "Policy has an invalid condition value"
    static let syntax = "Invalid policy syntax."
    static let ok = "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::examplebucket/*\""

    static let rows: [(String, String)] = [
        // The document
        ("", json), ("x", json), ("[]", json), ("\"a\"", json), ("{\"Statement\":[]}x", json), ("{\"Statement\":[],}", json),
        ("{}", "Missing required field Statement"), ("{\"Statement\":[]}", "Could not parse the policy: Statement is empty!"),
        ("{\"Statement\":[1]}", syntax), ("{\"Foo\":1,\"Statement\":[\(ok)}]}", "Unknown field Foo"),
        ("{\"statement\":[]}", "Unknown field statement"),
        (policy(statement(), version: "2012-10-18"), "The policy must contain a valid version string"),
        ("{\"Version\":2012,\"Statement\":[]}", syntax), ("{\"Version\":\"2012-10-17\",\"Version\":\"2012-10-17\",\"Statement\":[\(ok)}]}", json),
        // Statements
        ("{\"Statement\":[\(ok),\"Sidd\":\"x\"}]}", "Unknown field Sidd"), ("{\"Statement\":[\(ok),\"Sid\":1}]}", syntax),
        ("{\"Statement\":{\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}}", "Missing required field Effect"),
        ("{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}}", "Missing required field Principal"),
        ("{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Resource\":\"*\"}}", "Missing required field Action"),
        ("{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\"}}", "Missing required field Resource"),
        (policy(statement("allow")), "Invalid effect: allow"),
        ("{\"Statement\":[\(ok),\"NotAction\":\"s3:PutObject\"}]}", syntax),
        (
            "{\"Statement\":{\"Effect\":\"Allow\",\"NotPrincipal\":{\"AWS\":\"111122223333\"},\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}}",
            "Allow with NotPrincipal is not allowed."
        ),
        // Principals
        (policy(statement(principal: "\"alice\"")), principal), (policy(statement(principal: "{}")), principal),
        (policy(statement(principal: "[]")), principal), (policy(statement(principal: "{\"AWS\":[]}")), principal),
        (policy(statement(principal: "{\"AWS\":\"\"}")), principal), (policy(statement(principal: "{\"AWS\":\"arn:aws:iam::*:root\"}")), principal),
        (policy(statement(principal: "{\"AWS\":\"arn:aws:iam::111122223333:user/*\"}")), principal),
        (policy(statement(principal: "{\"AWS\":\"arn:aws:iam::111122223333:role/r\"}")), principal),
        (policy(statement(principal: "{\"AWS\":\"arn:aws:sts::111122223333:assumed-role/r/s\"}")), principal),
        (policy(statement(principal: "{\"AWS\":\"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity \"}")), principal),
        (policy(statement(principal: "{\"Federated\":\"x.example\"}")), principal), (policy(statement(principal: "{\"Service\":\"cloudfront\"}")), principal),
        (policy(statement(principal: "{\"Service\":\"*\"}")), principal), (policy(statement(principal: "{\"CanonicalUser\":\"*\"}")), principal),
        (policy(statement(principal: "{\"aws\":\"*\"}")), principal), (policy(statement(principal: "{\"AWS\":1}")), syntax),
        // Actions
        (policy(statement(action: "\"ec2:RunInstances\"")), action), (policy(statement(action: "\"GetObject\"")), action),
        (policy(statement(action: "\"s3:Fly\"")), action), (policy(statement(action: "\"s3:Fly*\"")), action),
        (policy(statement(action: "[]")), action), (policy(statement(action: "\"s3:ListAllMyBuckets\"")), action), (policy(statement(action: "\"\"")), action),
        (policy(statement(action: "\"s3:ListBucket\"")), "Action does not apply to any resource(s) in statement"),
        (policy(statement(resource: "\"arn:aws:s3:::examplebucket\"")), "Action does not apply to any resource(s) in statement"),
        // Resources
        (policy(statement(resource: "\"arn:aws:s3:::other/*\"")), resource), (policy(statement(resource: "\"examplebucket/*\"")), resource),
        (policy(statement(resource: "\"arn:aws:s3:::examplebucket2/*\"")), resource), (policy(statement(resource: "\"arn:aws:s3:::examplebuc\"")), resource),
        (policy(statement(resource: "\"arn:aws:sqs:::examplebucket/*\"")), resource), (policy(statement(resource: "[]")), resource),
        (policy(statement(resource: "[\"arn:aws:s3:::examplebucket/*\",\"arn:aws:s3:::other/*\"]")), resource),
        // Conditions
        (policy(statement(condition: "[]")), syntax), (policy(statement(condition: "{\"StringEquals\":{}}")), syntax),
        (policy(statement(condition: "{\"StringEqualz\":{\"aws:Referer\":\"a\"}}")), "Invalid Condition type : StringEqualz"),
        (policy(statement(condition: "{\"NullIfExists\":{\"aws:Referer\":\"true\"}}")), "Invalid Condition type : NullIfExists"),
        (policy(statement(condition: "{\"ForAnyValue:Null\":{\"aws:Referer\":\"true\"}}")), "Invalid Condition type : ForAnyValue:Null"),
        (policy(statement(condition: "{\"StringEquals\":{\"aws:Moon\":\"a\"}}")), key),
        (policy(statement(condition: "{\"StringEquals\":{\"aws:Referer\":[]}}")), syntax),
        (policy(statement(condition: "{\"StringEquals\":{\"aws:Referer\":null}}")), syntax),
        (policy(statement(condition: "{\"StringEquals\":{\"s3:ExistingObjectTag/a\":\"b\"}}")), key),
        (policy(statement(condition: "{\"IpAddress\":{\"aws:Referer\":\"10.0.0.0/8\"}}")), key),
        (policy(statement(condition: "{\"Bool\":{\"aws:Referer\":\"true\"}}")), key),
        (policy(statement(condition: "{\"DateLessThan\":{\"aws:Referer\":\"2026-01-01\"}}")), key),
        (policy(statement(condition: "{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/33\"}}")), value),
        (policy(statement(condition: "{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.256\"}}")), value),
        (policy(statement(condition: "{\"IpAddress\":{\"aws:SourceIp\":\"1:2:3:4:5:6:7:8:9\"}}")), value),
        (policy(statement(condition: "{\"Bool\":{\"aws:SecureTransport\":\"yes\"}}")), value),
        (policy(statement(condition: "{\"NumericEquals\":{\"s3:signatureAge\":\"ten\"}}")), value),
        (policy(statement(condition: "{\"DateLessThan\":{\"aws:CurrentTime\":\"2026-02-30\"}}")), value),
        (policy(statement(condition: "{\"DateLessThan\":{\"aws:CurrentTime\":\"2026-02-03T00:00:00\"}}")), value),
        (policy(statement(condition: "{\"ArnLike\":{\"aws:SourceArn\":\"distribution/E\"}}")), value),
        (policy(statement(condition: "{\"BinaryEquals\":{\"aws:Referer\":\"a\"}}")), value),
        (
            policy(statement(condition: "{\"StringEquals\":{\"s3:prefix\":\"a\"}}")),
            "Conditions do not apply to combination of actions and resources in statement"
        ),
        (
            policy(statement(action: "\"s3:*\"", condition: "{\"StringEquals\":{\"s3:prefix\":\"a\"}}")),
            "Conditions do not apply to combination of actions and resources in statement"
        ),
    ]

    @Test(arguments: rows)
    func `what would not be effective is refused with a reason`(text: String, message: String) {
        #expect(refusal(text)?.message == message, "\(text)")
    }

    @Test func `the document ends at 20 KB`() {
        let base = policy(statement())
        let fill = String(repeating: " ", count: PolicyDocument.bytesMax - base.utf8.count)
        #expect(refusal(base + fill) == nil)
        #expect(refusal(base + fill + " ")?.message == "Normalized policy document exceeds the maximum allowed size of 20480 bytes.")
    }

    @Test func `a refusal says where and what`() {
        let text = """
            {
              "Version": "2012-10-17",
              "Statement": [{
                "Effect": "Allow",
                "Principal": "*",
                "Action": ["s3:GetObject", "s3:Fly"],
                "Resource": "arn:aws:s3:::examplebucket/*"
              }]
            }
            """
        let error = refusal(text)
        #expect(error?.message == "Policy has invalid action")
        #expect(error?.detail == "\"s3:Fly\" is no action on a bucket or its objects")
        #expect(error?.position?.description == "line 6, column 32")
        #expect(BucketPolicyError.code == "MalformedPolicy")
    }

    @Test(arguments: [
        "{\"a\":01}", "{\"a\":1.}", "{\"a\":.5}", "{\"a\":+1}", "{\"a\":1e}", "{\"a\":tru}", "{\"a\":\"\u{1}\"}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\"}", "{\"a\":\"\\ud800\\u0041\"}", "{\"a\"}", "{\"a\":1", "{\"a\":[1,]}", "{a:1}", "{'a':1}", "{\"a\":\"b",
        "{\"a\":1,\"a\":2}", "// x\n{}", "{\"a\":NaN}", "\u{FEFF}{}", "{\"a\":\(String(repeating: "[", count: 20))",
    ])
    func `JSON is taken strictly`(text: String) {
        #expect(refusal(text)?.message == Self.json)
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        var found: BucketPolicyError?
        do throws(BucketPolicyError) {
            _ = try PolicyDocument(parsing: Array("{\"Id\":\"".utf8) + [0xFF] + Array("\"}".utf8), bucket: bucket)
        } catch { found = error }
        #expect(found?.message == Self.json)
    }

    @Test func `escapes in strings are read`() throws {
        let text = policy(statement(resource: "\"arn:aws:s3:::examplebucket\\/\\u00e9\\ud83d\\ude00\\t\""))
        #expect(try parse(text).evaluate(request(.anonymous, "s3:GetObject", "é😀\t")) == .allow(sid: nil))
    }

    @Test(arguments: [
        "s3:ExistingObjectTag/", "s3:x-amz-server-side-encryption",
    ])
    func `a key the caller does not fill in is refused, and one it does is taken`(name: String) {
        let text = policy(statement(action: "\"s3:PutObject\"", condition: "{\"StringEquals\":{\"\(name)\(name.hasSuffix("/") ? "t" : "")\":\"v\"}}"))
        #expect(refusal(text)?.message == Self.key)
        #expect(refusal(text, keys: ConditionKey.served.union([ConditionKey(name)])) == nil)
    }
}
