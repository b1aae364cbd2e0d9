import BucketPolicy
import Testing

struct ConditionTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let condition: String
        let key: ConditionKey
        let values: [String]?
        let expected: Bool
        var testDescription: String { "\(condition) with \(values ?? [])" }

        init(_ condition: String, _ key: ConditionKey, _ values: [String]?, _ expected: Bool) {
            (self.condition, self.key, self.values, self.expected) = (condition, key, values, expected)
        }
    }

    static let rows: [Row] = [
        // Strings
        Row("{\"StringEquals\":{\"aws:Referer\":\"a\"}}", .referer, ["a"], true),
        Row("{\"StringEquals\":{\"aws:Referer\":\"a\"}}", .referer, ["A"], false),
        Row("{\"StringEquals\":{\"aws:Referer\":\"a*\"}}", .referer, ["ab"], false),
        Row("{\"StringEquals\":{\"aws:Referer\":[\"a\",\"b\"]}}", .referer, ["b"], true),
        Row("{\"StringEquals\":{\"aws:Referer\":\"a\"}}", .referer, nil, false),
        Row("{\"StringEqualsIfExists\":{\"aws:Referer\":\"a\"}}", .referer, nil, true),
        Row("{\"StringEqualsIfExists\":{\"aws:Referer\":\"a\"}}", .referer, ["b"], false),
        Row("{\"StringNotEquals\":{\"aws:Referer\":\"a\"}}", .referer, ["a"], false),
        Row("{\"StringNotEquals\":{\"aws:Referer\":[\"a\",\"b\"]}}", .referer, ["b"], false),
        Row("{\"StringNotEquals\":{\"aws:Referer\":\"a\"}}", .referer, ["b"], true),
        Row("{\"StringNotEquals\":{\"aws:Referer\":\"a\"}}", .referer, nil, true),
        Row("{\"StringEqualsIgnoreCase\":{\"aws:Referer\":\"StraÄe\"}}", .referer, ["STRAäE"], true),
        Row("{\"StringNotEqualsIgnoreCase\":{\"aws:Referer\":\"a\"}}", .referer, ["A"], false),
        Row("{\"StringLike\":{\"AWS:REFERER\":\"http://www.example.com/*\"}}", .referer, ["http://www.example.com/a"], true),
        Row("{\"StringLike\":{\"aws:Referer\":\"http://www.example.com/*\"}}", .referer, ["http://example.com/"], false),
        Row("{\"StringLikeIfExists\":{\"aws:Referer\":\"http://www.example.com/*\"}}", .referer, nil, true),
        Row("{\"StringNotLike\":{\"aws:Referer\":\"a?\"}}", .referer, ["ab"], false),
        Row("{\"StringNotLike\":{\"aws:Referer\":\"a?\"}}", .referer, ["abc"], true),
        // Numbers
        Row("{\"NumericEquals\":{\"s3:max-keys\":10}}", .maxKeys, ["10"], true),
        Row("{\"NumericEquals\":{\"s3:max-keys\":\"10\"}}", .maxKeys, ["10.0"], true),
        Row("{\"NumericNotEquals\":{\"s3:max-keys\":\"10\"}}", .maxKeys, ["10"], false),
        Row("{\"NumericLessThan\":{\"s3:max-keys\":\"10\"}}", .maxKeys, ["9"], true),
        Row("{\"NumericLessThan\":{\"s3:max-keys\":\"10\"}}", .maxKeys, ["10"], false),
        Row("{\"NumericLessThanEquals\":{\"s3:max-keys\":\"10\"}}", .maxKeys, ["10"], true),
        Row("{\"NumericGreaterThan\":{\"s3:max-keys\":\"10\"}}", .maxKeys, ["10"], false),
        Row("{\"NumericGreaterThanEquals\":{\"s3:max-keys\":\"10\"}}", .maxKeys, ["10"], true),
        Row("{\"NumericLessThanEquals\":{\"s3:max-keys\":\"10\"}}", .maxKeys, ["x"], false),
        Row("{\"NumericLessThan\":{\"s3:signatureAge\":600000}}", .signatureAge, ["599999"], true),
        Row("{\"NumericGreaterThan\":{\"s3:signatureAge\":600000}}", .signatureAge, nil, false),
        // Booleans
        Row("{\"Bool\":{\"aws:SecureTransport\":\"false\"}}", .secureTransport, ["false"], true),
        Row("{\"Bool\":{\"aws:SecureTransport\":false}}", .secureTransport, ["true"], false),
        Row("{\"BoolIfExists\":{\"aws:SecureTransport\":true}}", .secureTransport, nil, true),
        // Addresses
        Row("{\"IpAddress\":{\"aws:SourceIp\":\"203.0.113.0/24\"}}", .sourceIP, ["203.0.113.255"], true),
        Row("{\"IpAddress\":{\"aws:SourceIp\":\"203.0.113.0/24\"}}", .sourceIP, ["203.0.114.0"], false),
        Row("{\"IpAddress\":{\"aws:SourceIp\":\"203.0.113.8/29\"}}", .sourceIP, ["203.0.113.15"], true),
        Row("{\"IpAddress\":{\"aws:SourceIp\":\"203.0.113.8/29\"}}", .sourceIP, ["203.0.113.16"], false),
        Row("{\"IpAddress\":{\"aws:SourceIp\":\"203.0.113.9\"}}", .sourceIP, ["203.0.113.9"], true),
        Row("{\"IpAddress\":{\"aws:SourceIp\":\"0.0.0.0/0\"}}", .sourceIP, ["2001:db8::1"], false),
        Row("{\"IpAddress\":{\"aws:SourceIp\":\"203.0.113.9\"}}", .sourceIP, ["::ffff:203.0.113.9"], true),
        Row("{\"IpAddress\":{\"aws:SourceIp\":[\"10.0.0.0/8\",\"2001:DB8:1234:5678::/64\"]}}", .sourceIP, ["2001:db8:1234:5678::9"], true),
        Row("{\"IpAddress\":{\"aws:SourceIp\":\"2001:DB8:1234:5678::/64\"}}", .sourceIP, ["2001:db8:1234:5679::9"], false),
        Row("{\"IpAddress\":{\"aws:SourceIp\":\"0.0.0.0/0\"}}", .sourceIP, ["nonsense"], false),
        Row("{\"NotIpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}}", .sourceIP, ["10.1.2.3"], false),
        Row("{\"NotIpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}}", .sourceIP, ["11.1.2.3"], true),
        // ARNs
        Row("{\"ArnEquals\":{\"aws:SourceArn\":\"arn:aws:s3:::src\"}}", .sourceARN, ["arn:aws:s3:::src"], true),
        Row("{\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:cloudfront::*:distribution/*\"}}", .sourceARN, ["arn:aws:cloudfront::1:distribution/E"], true),
        Row("{\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:*:1:*:distribution/E\"}}", .sourceARN, ["arn:aws:cloudfront::1:distribution/E"], false),
        Row("{\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:*:*:*:distribution/E\"}}", .sourceARN, ["arn:aws:cloudfront::1:distribution/E"], true),
        Row("{\"ArnLike\":{\"aws:SourceArn\":\"*\"}}", .sourceARN, ["arn:aws:s3:::src"], true),
        Row("{\"ArnLike\":{\"aws:SourceArn\":\"*\"}}", .sourceARN, ["no arn"], false),
        Row("{\"ArnNotLike\":{\"aws:SourceArn\":\"arn:aws:s3:::src\"}}", .sourceARN, ["arn:aws:s3:::other"], true),
        Row("{\"ArnNotEquals\":{\"aws:SourceArn\":\"arn:aws:s3:::src\"}}", .sourceARN, ["arn:aws:s3:::src"], false),
        // Absence
        Row("{\"Null\":{\"aws:Referer\":\"true\"}}", .referer, nil, true),
        Row("{\"Null\":{\"aws:Referer\":\"true\"}}", .referer, ["a"], false),
        Row("{\"Null\":{\"aws:Referer\":false}}", .referer, ["a"], true),
        Row("{\"Null\":{\"aws:Referer\":false}}", .referer, nil, false),
        // Binary
        Row("{\"BinaryEquals\":{\"aws:Referer\":\"QmluYXJ5\"}}", .referer, ["QmluYXJ5"], true),
        // Quantifiers
        Row("{\"ForAnyValue:StringEquals\":{\"s3:RequestObjectTagKeys\":[\"a\",\"b\"]}}", .requestObjectTagKeys, ["b", "c"], true),
        Row("{\"ForAnyValue:StringEquals\":{\"s3:RequestObjectTagKeys\":[\"a\",\"b\"]}}", .requestObjectTagKeys, ["c"], false),
        Row("{\"ForAnyValue:StringEquals\":{\"s3:RequestObjectTagKeys\":\"a\"}}", .requestObjectTagKeys, nil, false),
        Row("{\"ForAllValues:StringEquals\":{\"s3:RequestObjectTagKeys\":[\"a\",\"b\"]}}", .requestObjectTagKeys, ["b", "c"], false),
        Row("{\"ForAllValues:StringEquals\":{\"s3:RequestObjectTagKeys\":[\"a\",\"b\"]}}", .requestObjectTagKeys, ["b", "a"], true),
        Row("{\"ForAllValues:StringEquals\":{\"s3:RequestObjectTagKeys\":\"a\"}}", .requestObjectTagKeys, nil, true),
        Row("{\"ForAnyValue:StringNotEquals\":{\"s3:RequestObjectTagKeys\":\"a\"}}", .requestObjectTagKeys, ["a", "c"], true),
        Row("{\"ForAllValues:StringNotEquals\":{\"s3:RequestObjectTagKeys\":\"a\"}}", .requestObjectTagKeys, ["a", "c"], false),
        // Tags
        Row("{\"StringEquals\":{\"s3:ExistingObjectTag/Public\":\"yes\"}}", .existingObjectTag("Public"), ["yes"], true),
        Row("{\"StringEquals\":{\"s3:ExistingObjectTag/public\":\"yes\"}}", .existingObjectTag("Public"), ["yes"], false),
    ]

    @Test(arguments: rows)
    func `each operator decides as IAM documents it`(row: Row) throws {
        let context = row.values.map { [row.key: $0] } ?? [:]
        #expect(try holds(row.condition, context, keys: ConditionKey.catalogue) == row.expected)
    }

    /// The request is at 2026-08-01T12:34:56Z.
    @Test(arguments: [
        ("DateLessThan", "2026-08-01T12:34:57Z", true), ("DateLessThan", "2026-08-01T12:34:56Z", false),
        ("DateLessThanEquals", "2026-08-01T12:34:56Z", true), ("DateGreaterThan", "2026-08-01T12:34:55.5Z", true),
        ("DateGreaterThan", "2026-08-01", true), ("DateGreaterThan", "2026-08-02", false), ("DateGreaterThanEquals", "1785587696", true),
        ("DateEquals", "2026-08-01T14:34:56+02:00", true), ("DateEquals", "2026-08-01T09:04:56-03:30", true),
        ("DateNotEquals", "2026-08-01T12:34:56Z", false), ("DateGreaterThan", "0000-01-01", true), ("DateLessThan", "2400-02-29T00:00Z", true),
    ])
    func `dates compare with the instant of the request`(name: String, date: String, expected: Bool) throws {
        #expect(try holds("{\"\(name)\":{\"aws:CurrentTime\":\"\(date)\"}}", [:]) == expected)
        #expect(try holds("{\"\(name)\":{\"aws:EpochTime\":\"\(date)\"}}", [:]) == expected)
    }

    @Test func `all keys and operators of a statement must hold`() throws {
        let condition = "{\"StringEquals\":{\"aws:Referer\":\"r\",\"aws:UserAgent\":\"u\"},\"Bool\":{\"aws:SecureTransport\":true}}"
        let all: [ConditionKey: [String]] = [.referer: ["r"], .userAgent: ["u"], .secureTransport: ["true"]]
        #expect(try holds(condition, all))
        for key in all.keys {
            var less = all
            less[key] = nil
            #expect(try !holds(condition, less))
        }
    }

    @Test func `the principal answers the keys about itself, whatever the context says`() throws {
        let forged: [ConditionKey: [String]] = [.username: ["alice"], .principalARN: ["arn:aws:iam::111122223333:user/alice"]]
        let rows: [(String, Principal, Bool)] = [
            ("{\"StringEquals\":{\"aws:username\":\"alice\"}}", alice, true),
            ("{\"StringEquals\":{\"aws:username\":\"alice\"}}", .anonymous, false),
            ("{\"ArnEquals\":{\"aws:PrincipalArn\":\"arn:aws:iam::111122223333:user/alice\"}}", root, false),
            ("{\"ArnLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::*:user/*\"}}", alice, true),
            ("{\"StringEquals\":{\"aws:PrincipalAccount\":\"111122223333\"}}", alice, true),
            ("{\"StringEquals\":{\"aws:PrincipalType\":\"Anonymous\"}}", .anonymous, true),
            ("{\"StringEquals\":{\"aws:PrincipalType\":\"Account\"}}", root, true),
            ("{\"StringEquals\":{\"aws:PrincipalType\":\"User\"}}", alice, true),
            ("{\"StringEquals\":{\"aws:userid\":\"anonymous\"}}", .anonymous, true),
            ("{\"Null\":{\"aws:PrincipalType\":true}}", cloudFront, true),
        ]
        for (condition, principal, expected) in rows {
            #expect(try holds(condition, forged, principal) == expected, "\(condition) \(principal)")
        }
    }

    @Test func `list conditions read the listing's parameters`() throws {
        let document = try parse(
            policy(
                statement(
                    action: "\"s3:ListBucket\"", resource: "\"arn:aws:s3:::examplebucket\"",
                    condition: "{\"StringLike\":{\"s3:prefix\":[\"\",\"home/*\"]},\"StringEquals\":{\"s3:delimiter\":\"/\"}}")))
        func list(_ prefix: String, _ delimiter: String) -> PolicyDecision {
            document.evaluate(request(alice, "s3:ListBucket", nil, [.prefix: [prefix], .delimiter: [delimiter]]))
        }
        #expect(list("home/a", "/") == .allow(sid: nil))
        #expect(list("", "/") == .allow(sid: nil))
        #expect(list("other", "/") == .noMatch)
        #expect(list("home/a", "") == .noMatch)
    }
}

struct PolicyVariableTests {
    @Test func `a variable stands for the request's value`() throws {
        let document = try parse(policy(statement(principal: "{\"AWS\":\"*\"}", resource: "\"arn:aws:s3:::examplebucket/home/${aws:username}/*\"")))
        #expect(document.evaluate(request(alice, "s3:GetObject", "home/alice/a")) == .allow(sid: nil))
        #expect(document.evaluate(request(alice, "s3:GetObject", "home/bob/a")) == .noMatch)
        #expect(document.evaluate(request(.anonymous, "s3:GetObject", "home//a")) == .noMatch)
    }

    @Test func `a wildcard in a value is literal`() throws {
        let star = Principal.user(arn: "arn:aws:iam::1:user/s", account: "1", canonicalID: "c", name: "*")
        let document = try parse(policy(statement(resource: "\"arn:aws:s3:::examplebucket/${aws:username}/a\"")))
        #expect(document.evaluate(request(star, "s3:GetObject", "*/a")) == .allow(sid: nil))
        #expect(document.evaluate(request(star, "s3:GetObject", "x/a")) == .noMatch)
    }

    @Test func `a fallback serves when the key is missing, and escapes give the characters`() throws {
        let document = try parse(policy(statement(resource: "\"arn:aws:s3:::examplebucket/${aws:username, 'guest'}/${*}${?}${$}\"")))
        #expect(document.evaluate(request(.anonymous, "s3:GetObject", "guest/*?$")) == .allow(sid: nil))
        #expect(document.evaluate(request(alice, "s3:GetObject", "alice/*?$")) == .allow(sid: nil))
        #expect(document.evaluate(request(alice, "s3:GetObject", "alice/xy$")) == .noMatch)
    }

    @Test func `conditions take variables too`() throws {
        let condition = "{\"StringEqualsIgnoreCase\":{\"aws:Referer\":\"${aws:username}.Example\"},\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:x::${aws:PrincipalAccount}:y\"}}"
        let context: [ConditionKey: [String]] = [.referer: ["ALICE.example"], .sourceARN: ["arn:aws:x::111122223333:y"]]
        #expect(try holds(condition, context, alice))
        #expect(try !holds(condition, context, root))
    }

    @Test func `the older version takes variables literally`() throws {
        let document = try parse(
            policy(statement(resource: "\"arn:aws:s3:::examplebucket/${aws:username}\""), version: "2008-10-17"))
        #expect(document.evaluate(request(alice, "s3:GetObject", "${aws:username}")) == .allow(sid: nil))
        #expect(document.evaluate(request(alice, "s3:GetObject", "alice")) == .noMatch)
    }

    @Test(arguments: ["${aws:unknown}", "${aws:username", "${}", "${aws:username, guest}", "${aws:TokenIssueTime}"])
    func `a variable that can have no value is refused`(text: String) {
        #expect(refusal(policy(statement(resource: "\"arn:aws:s3:::examplebucket/\(text)\"")))?.message == "Policy has an invalid policy variable")
    }
}
