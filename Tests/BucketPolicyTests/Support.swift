import BucketPolicy

let bucket = "examplebucket"
let alice = Principal.user(arn: "arn:aws:iam::111122223333:user/alice", account: "111122223333", canonicalID: "79a59df9", name: "alice")
let root = Principal.user(arn: "arn:aws:iam::444455556666:root", account: "444455556666", canonicalID: "b1c2d3", name: "root")
let identity = Principal.originAccessIdentity(id: "EH1HDMB1FH2TC", canonicalID: "4f1d")
let cloudFront = Principal.service("cloudfront.amazonaws.com")
/// 2026-08-01T12:34:56Z
let noon: Int64 = 1_785_587_696

/// A policy of one statement, its elements given as JSON text.
func statement(
    _ effect: String = "Allow", principal: String = "\"*\"", action: String = "\"s3:GetObject\"",
    resource: String = "\"arn:aws:s3:::examplebucket/*\"", condition: String? = nil, sid: String? = nil
) -> String {
    let tail = condition.map { ",\"Condition\":\($0)" } ?? ""
    let head = sid.map { "\"Sid\":\"\($0)\"," } ?? ""
    return "{\(head)\"Effect\":\"\(effect)\",\"Principal\":\(principal),\"Action\":\(action),\"Resource\":\(resource)\(tail)}"
}

func policy(_ statements: String..., version: String = "2012-10-17") -> String {
    "{\"Version\":\"\(version)\",\"Statement\":[\(statements.joined(separator: ","))]}"
}

func parse(
    _ text: String, keys: Set<ConditionKey> = ConditionKey.served
) throws(BucketPolicyError) -> PolicyDocument {
    try PolicyDocument(parsing: Array(text.utf8), bucket: bucket, conditionKeys: keys)
}

func request(
    _ principal: Principal = .anonymous, _ action: String = "s3:GetObject", _ key: String? = "index.html",
    _ context: [ConditionKey: [String]] = [:]
) -> AccessRequest {
    AccessRequest(
        principal: principal, action: action, resource: "arn:aws:s3:::\(bucket)" + (key.map { "/" + $0 } ?? ""),
        secondsSince1970: noon, context: context)
}

/// The refusal of a policy, nil when it is accepted.
func refusal(_ text: String, keys: Set<ConditionKey> = ConditionKey.served) -> BucketPolicyError? {
    do throws(BucketPolicyError) {
        _ = try parse(text, keys: keys)
        return nil
    } catch { return error }
}

/// Whether a condition holds for an anonymous GET with this context.
func holds(
    _ condition: String, _ context: [ConditionKey: [String]], _ principal: Principal = .anonymous,
    keys: Set<ConditionKey> = ConditionKey.served
) throws -> Bool {
    let document = try parse(policy(statement(action: "\"s3:*\"", resource: "[\"arn:aws:s3:::examplebucket\",\"arn:aws:s3:::examplebucket/*\"]", condition: condition)), keys: keys)
    return document.evaluate(request(principal, "s3:GetObject", "index.html", context)) == .allow(sid: nil)
}
