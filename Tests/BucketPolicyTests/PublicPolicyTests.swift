import BucketPolicy
import Testing

struct PublicPolicyTests {
    static let everyone = "\"*\""

    /// Rows: Principal, Condition, is it public.
    static let rows: [(String, String?, Bool)] = [
        (everyone, nil, true), ("{\"AWS\":\"*\"}", nil, true), ("{\"AWS\":[\"111122223333\",\"*\"]}", nil, true),
        ("{\"AWS\":\"111122223333\"}", nil, false), ("{\"CanonicalUser\":\"79a59df9\"}", nil, false),
        ("{\"AWS\":\"arn:aws:iam::s3tenant1:root\"}", nil, false), ("{\"Service\":\"cloudfront.amazonaws.com\"}", nil, false),
        ("{\"AWS\":\"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1\"}", nil, false),
        (everyone, "{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/32\"}}", false), (everyone, "{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}}", false),
        (everyone, "{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/7\"}}", true), (everyone, "{\"IpAddress\":{\"aws:SourceIp\":\"0.0.0.0/0\"}}", true),
        (everyone, "{\"IpAddress\":{\"aws:SourceIp\":[\"10.0.0.0/32\",\"0.0.0.0/0\"]}}", true),
        (everyone, "{\"IpAddress\":{\"aws:SourceIp\":\"2001:db8::/32\"}}", false), (everyone, "{\"IpAddress\":{\"aws:SourceIp\":\"2001::/31\"}}", true),
        (everyone, "{\"NotIpAddress\":{\"aws:SourceIp\":\"10.0.0.0/32\"}}", true), (everyone, "{\"IpAddressIfExists\":{\"aws:SourceIp\":\"10.0.0.0/32\"}}", true),
        (everyone, "{\"StringEquals\":{\"aws:SourceAccount\":\"111122223333\"}}", false), (everyone, "{\"StringLike\":{\"aws:SourceAccount\":\"1111*\"}}", true),
        (everyone, "{\"StringLike\":{\"aws:SourceAccount\":\"111122223333\"}}", false),
        (everyone, "{\"StringEquals\":{\"aws:SourceAccount\":\"${aws:PrincipalAccount}\"}}", true),
        (everyone, "{\"ForAllValues:StringEquals\":{\"aws:SourceAccount\":\"111122223333\"}}", true),
        (everyone, "{\"ArnEquals\":{\"aws:SourceArn\":\"arn:aws:s3:::src\"}}", false), (everyone, "{\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:s3:::*\"}}", true),
        (everyone, "{\"StringLike\":{\"aws:Referer\":\"https://example.com/*\"}}", true), (everyone, "{\"StringEquals\":{\"aws:UserAgent\":\"secret\"}}", true),
        (everyone, "{\"StringEquals\":{\"aws:userid\":\"79a59df9\"}}", false), (everyone, "{\"Null\":{\"aws:SourceArn\":false}}", true),
        (everyone, "{\"Bool\":{\"aws:SecureTransport\":true},\"IpAddress\":{\"aws:SourceIp\":\"192.0.2.1\"}}", false),
    ]

    @Test(arguments: rows)
    func `a policy is public unless everyone allowed is known in advance`(principal: String, condition: String?, expected: Bool) throws {
        #expect(try parse(policy(statement(principal: principal, condition: condition))).isPublic == expected)
    }

    @Test func `one public statement makes the policy public, and denials do not count`() throws {
        let closed = statement(principal: "{\"AWS\":\"111122223333\"}")
        #expect(try parse(policy(closed, statement())).isPublic)
        #expect(try !parse(policy(closed, statement("Deny"))).isPublic)
        #expect(try !parse(policy(statement("Deny"))).isPublic)
    }
}
