import BucketPolicy
import Testing

struct EvaluationTests {
    @Test func `a public-read policy lets everyone read and nobody write`() throws {
        let document = try parse(policy(statement(sid: "PublicRead")))
        for principal in [.anonymous, alice, root, identity, cloudFront] as [Principal] {
            #expect(document.evaluate(request(principal)) == .allow(sid: "PublicRead"))
            #expect(document.evaluate(request(principal, "s3:PutObject")) == .noMatch)
            #expect(document.evaluate(request(principal, "s3:ListBucket", nil)) == .noMatch)
        }
    }

    @Test(arguments: [false, true])
    func `a deny wins wherever it stands`(denyFirst: Bool) throws {
        let allow = statement(sid: "all")
        let deny = statement("Deny", resource: "\"arn:aws:s3:::examplebucket/secret/*\"", sid: "secret")
        let document = try parse(denyFirst ? policy(deny, allow) : policy(allow, deny))
        #expect(document.evaluate(request(alice, "s3:GetObject", "secret/a")) == .explicitDeny(sid: "secret"))
        #expect(document.evaluate(request(alice, "s3:GetObject", "open/a")) == .allow(sid: "all"))
    }

    /// Rows: the Principal element, and who of [anonymous, alice, root, identity, CloudFront] it matches.
    static let principals: [(String, [Bool])] = [
        ("\"*\"", [true, true, true, true, true]),
        ("{\"AWS\":\"*\"}", [true, true, true, true, true]),
        ("{\"AWS\":\"111122223333\"}", [false, true, false, false, false]),
        ("{\"AWS\":\"arn:aws:iam::444455556666:root\"}", [false, false, true, false, false]),
        ("{\"AWS\":\"arn:aws:iam::111122223333:user/alice\"}", [false, true, false, false, false]),
        ("{\"AWS\":\"arn:aws:iam::111122223333:user/bob\"}", [false, false, false, false, false]),
        ("{\"AWS\":[\"arn:aws:iam::111122223333:user/bob\",\"444455556666\"]}", [false, false, true, false, false]),
        ("{\"AWS\":\"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity EH1HDMB1FH2TC\"}", [false, false, false, true, false]),
        ("{\"CanonicalUser\":\"4f1d\"}", [false, false, false, true, false]),
        ("{\"CanonicalUser\":[\"79a59df9\",\"b1c2d3\"]}", [false, true, true, false, false]),
        ("{\"Service\":\"cloudfront.amazonaws.com\"}", [false, false, false, false, true]),
        ("{\"Service\":\"logging.s3.amazonaws.com\"}", [false, false, false, false, false]),
        ("{\"Service\":\"cloudfront.amazonaws.com\",\"AWS\":\"111122223333\"}", [false, true, false, false, true]),
    ]

    @Test(arguments: principals)
    func `a principal matches those it names`(element: String, expected: [Bool]) throws {
        let document = try parse(policy(statement(principal: element)))
        let everyone: [Principal] = [.anonymous, alice, root, identity, cloudFront]
        #expect(everyone.map { document.evaluate(request($0)) == .allow(sid: nil) } == expected)
    }

    @Test func `NotPrincipal denies everyone else`() throws {
        let deny = "{\"Effect\":\"Deny\",\"NotPrincipal\":{\"AWS\":\"arn:aws:iam::111122223333:user/alice\"},\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::examplebucket/*\"}"
        let document = try parse(policy(statement(), deny))
        #expect(document.evaluate(request(alice)) == .allow(sid: nil))
        #expect(document.evaluate(request(root)) == .explicitDeny(sid: nil))
        #expect(document.evaluate(request(.anonymous)) == .explicitDeny(sid: nil))
    }

    @Test(arguments: [
        ("\"s3:GetObject\"", "s3:GetObject", true), ("\"S3:getobject\"", "s3:GetObject", true), ("\"s3:GetObject\"", "s3:GetObjectAcl", false),
        ("\"s3:Get*\"", "s3:GetObjectAcl", true), ("\"s3:Get*\"", "s3:PutObject", false), ("\"s3:?etObject\"", "s3:GetObject", true),
        ("\"s3:?etObject\"", "s3:etObject", false), ("\"*\"", "s3:DeleteObject", true), ("\"s3:*\"", "s3:DeleteObject", true),
        ("[\"s3:PutObject\",\"s3:GetObject\"]", "s3:GetObject", true),
    ])
    func `actions match without case and with wildcards`(element: String, action: String, expected: Bool) throws {
        let document = try parse(policy(statement(action: element)))
        #expect((document.evaluate(request(.anonymous, action)) == .allow(sid: nil)) == expected)
    }

    @Test func `NotAction and NotResource turn their lists round`() throws {
        let text = "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"NotAction\":\"s3:Delete*\",\"NotResource\":\"arn:aws:s3:::examplebucket/private/*\"}}"
        let document = try parse(text)
        #expect(document.evaluate(request(.anonymous, "s3:PutObject", "a")) == .allow(sid: nil))
        #expect(document.evaluate(request(.anonymous, "s3:DeleteObject", "a")) == .noMatch)
        #expect(document.evaluate(request(.anonymous, "s3:PutObject", "private/a")) == .noMatch)
    }

    @Test(arguments: [
        ("arn:aws:s3:::examplebucket/*", "a/b/c", true), ("arn:aws:s3:::examplebucket/a?c", "abc", true),
        ("arn:aws:s3:::examplebucket/a?c", "aéc", true), ("arn:aws:s3:::examplebucket/a?c", "ac", false),
        ("arn:aws:s3:::examplebucket/*.html", "x/index.html", true), ("arn:aws:s3:::examplebucket/*.html", "index.htm", false),
        ("arn:aws:s3:::examplebucket/A", "a", false), ("arn:aws:s3:::examplebucket/*a*b*c", "xxaxxbxxbxxc", true),
        ("arn:aws:s3:::examplebucket/*a*b*c", "xxaxxcxxb", false), ("arn:aws:s3:::*", "a", true), ("arn:aws:s3:::*/*", "a", true),
        ("arn:aws:s3:::example*", "a", true), ("*", "a", true), ("arn:aws:s3:::examplebucket/", "", true),
    ])
    func `resources match with case and with wildcards`(resource: String, key: String, expected: Bool) throws {
        let document = try parse(policy(statement(resource: "\"\(resource)\"")))
        #expect((document.evaluate(request(.anonymous, "s3:GetObject", key)) == .allow(sid: nil)) == expected)
    }

    @Test func `a bucket action needs the bucket's own ARN`() throws {
        let document = try parse(
            policy(
                statement(
                    action: "[\"s3:ListBucket\",\"s3:GetObject\"]",
                    resource: "[\"arn:aws:s3:::examplebucket\",\"arn:aws:s3:::examplebucket/*\"]")))
        #expect(document.evaluate(request(.anonymous, "s3:ListBucket", nil)) == .allow(sid: nil))
        #expect(document.evaluate(request(.anonymous, "s3:GetObject", "x")) == .allow(sid: nil))
    }

    @Test func `many stars against a long text end in time`() throws {
        let document = try parse(policy(statement(resource: "\"arn:aws:s3:::examplebucket/\(String(repeating: "a*", count: 30))b\"")))
        #expect(document.evaluate(request(.anonymous, "s3:GetObject", String(repeating: "a", count: 1024))) == .noMatch)
    }

    @Test func `origin access control is a service with a source ARN`() throws {
        let document = try parse(
            policy(
                statement(
                    principal: "{\"Service\":\"cloudfront.amazonaws.com\"}",
                    condition: "{\"StringEquals\":{\"AWS:SourceArn\":\"arn:aws:cloudfront::111122223333:distribution/E1\"}}")))
        func decide(_ principal: Principal, _ source: String?) -> PolicyDecision {
            document.evaluate(request(principal, "s3:GetObject", "x", source.map { [.sourceARN: [$0]] } ?? [:]))
        }
        #expect(decide(cloudFront, "arn:aws:cloudfront::111122223333:distribution/E1") == .allow(sid: nil))
        #expect(decide(cloudFront, "arn:aws:cloudfront::111122223333:distribution/E2") == .noMatch)
        #expect(decide(cloudFront, nil) == .noMatch)
        #expect(decide(alice, "arn:aws:cloudfront::111122223333:distribution/E1") == .noMatch)
        #expect(!document.isPublic)
    }

    @Test func `the source text is kept byte for byte`() throws {
        let text = " {\n\"Version\" : \"2012-10-17\", \"Id\":\"site\",\"Statement\":[\(statement())] }\n"
        let document = try parse(text)
        #expect(document.source == text)
        #expect(document.id == "site")
        #expect(document.version == .v2012)
    }
}
