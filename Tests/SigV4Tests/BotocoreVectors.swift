// Requests signed by botocore 1.43.11 (S3SigV4Auth and S3SigV4QueryAuth) with the clock held at 2026-08-01T12:34:56Z, the
// key AKIDEXAMPLE / wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY and the region eu-west-1, frozen here.

import SigV4
import Testing

struct BotocoreVector: Sendable, CustomTestStringConvertible {
    let method: String
    let path: String
    let query: String
    let headers: [(name: String, value: String)]
    let body: String

    var request: SigV4Request { SigV4Request(method: method, path: path, query: query, headers: headers) }
    var testDescription: String { "\(method) \(path)?\(query)" }

    static let credentials = SigningCredentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    static let region = "eu-west-1"
    static let time = SigningTime(secondsSince1970: 1_785_587_696)

    static let header: [BotocoreVector] = [
        BotocoreVector(
            method: "GET", path: "/bucket/plain.txt",
            query: "",
            headers: [
                ("X-Amz-Date", "20260801T123456Z"),
                ("X-Amz-Content-SHA256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
                ("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260801/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=5e69037911e9babc6098a2c12495813d155a639a986a8242e7dc7f7ea71b0139"),
                ("Host", "localhost:9000"),
            ], body: ""),
        BotocoreVector(
            method: "GET", path: "/bucket/a%20b/%C3%BC~x-_.%2Bplus%26%3D",
            query: "",
            headers: [
                ("X-Amz-Date", "20260801T123456Z"),
                ("X-Amz-Content-SHA256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
                ("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260801/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=c0b7160a3e6b4e90a4782c2b91245ca5384b539d31365e755a215a889835ede1"),
                ("Host", "localhost:9000"),
            ], body: ""),
        BotocoreVector(
            method: "GET", path: "/bucket/a//b/../c/./d",
            query: "",
            headers: [
                ("Range", "bytes=0-9"),
                ("X-Amz-Date", "20260801T123456Z"),
                ("X-Amz-Content-SHA256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
                ("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260801/eu-west-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=38ce02a853af68f78a246f1fb63f43cad4aa58d92d6dddf8325ccfd381351ddb"),
                ("Host", "localhost:9000"),
            ], body: ""),
        BotocoreVector(
            method: "GET", path: "/bucket",
            query: "list-type=2&prefix=a%2Fb%20c&delimiter=%2F&encoding-type=url&continuation-token=",
            headers: [
                ("X-Amz-Date", "20260801T123456Z"),
                ("X-Amz-Content-SHA256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
                ("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260801/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=75e0c6ee311f8c9cae80363614e0318e7b3a1ef893b7050eef8f820ede5255b2"),
                ("Host", "localhost:9000"),
            ], body: ""),
        BotocoreVector(
            method: "PUT", path: "/key",
            query: "",
            headers: [
                ("Content-Type", "text/plain;  charset=utf-8"),
                ("x-amz-meta-note", "  two   spaces  "),
                ("Content-MD5", "XrY7u+Ae7tCTyyK7j1rNww=="),
                ("X-Amz-Date", "20260801T123456Z"),
                ("X-Amz-Content-SHA256", "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"),
                ("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260801/eu-west-1/s3/aws4_request, SignedHeaders=content-md5;content-type;host;x-amz-content-sha256;x-amz-date;x-amz-meta-note, Signature=d3e201ed7280167abe01e1f9a8fc9db9c109fa3d7901de9cd61094285328909c"),
                ("Host", "bucket.s3.eu-west-1.amazonaws.com"),
            ], body: "hello world"),
        BotocoreVector(
            method: "POST", path: "/bucket/key",
            query: "uploads",
            headers: [
                ("x-amz-acl", "private"),
                ("X-Amz-Date", "20260801T123456Z"),
                ("X-Amz-Content-SHA256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
                ("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260801/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-acl;x-amz-content-sha256;x-amz-date, Signature=e75efdbcb8d8407c010d3b8f1345f88b8318fdb7a22ec47342f2d90524ce4a59"),
                ("Host", "localhost:9000"),
            ], body: ""),
        BotocoreVector(
            method: "DELETE", path: "/bucket/%E6%97%A5%E6%9C%AC",
            query: "versionId=abc%3D%3D&b=2&a=1&a=0",
            headers: [
                ("X-Amz-Date", "20260801T123456Z"),
                ("X-Amz-Content-SHA256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
                ("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260801/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=07aee4a00837c4295c0660afe8ebcfaadfcbc27b6811c5095a2ec8fccbe77e75"),
                ("Host", "localhost:9000"),
            ], body: ""),
    ]

    static let presigned: [BotocoreVector] = [
        BotocoreVector(
            method: "GET", path: "/bucket/plain.txt",
            query: "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260801%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20260801T123456Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=0c3eac2ecdbf3fe09a497a87ed92992cd0bcd0964a6fd7569fe39b5df232af11",
            headers: [
                ("Host", "localhost:9000"),
            ], body: ""),
        BotocoreVector(
            method: "GET", path: "/bucket/a%20b/%C3%BC~x-_.%2Bplus%26%3D",
            query: "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260801%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20260801T123456Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=ea44d20a3c839e66762e2380674879a28f5ad0b66ba726a494248b9d18888bf6",
            headers: [
                ("Host", "localhost:9000"),
            ], body: ""),
        BotocoreVector(
            method: "GET", path: "/bucket/a//b/../c/./d",
            query: "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260801%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20260801T123456Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host%3Brange&X-Amz-Signature=24da85a5ed49c87b86cb84143e179acd356a84a085ff8585dee9ab9cd37a42c4",
            headers: [
                ("Range", "bytes=0-9"),
                ("Host", "localhost:9000"),
            ], body: ""),
        BotocoreVector(
            method: "GET", path: "/bucket",
            query: "list-type=2&prefix=a%2Fb%20c&delimiter=%2F&encoding-type=url&continuation-token=&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260801%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20260801T123456Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=8adbab5ffea8f0ad56e54796affe1069a933075488bb9a285ac1a853a1aac3df",
            headers: [
                ("Host", "localhost:9000"),
            ], body: ""),
        BotocoreVector(
            method: "POST", path: "/bucket/key",
            query: "uploads=&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260801%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20260801T123456Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host%3Bx-amz-acl&X-Amz-Signature=a30ac31636985e3b36b49930d166c7f1f51ae968eaf9ff2afe4cab4431ae69ad",
            headers: [
                ("x-amz-acl", "private"),
                ("Host", "localhost:9000"),
            ], body: ""),
        BotocoreVector(
            method: "DELETE", path: "/bucket/%E6%97%A5%E6%9C%AC",
            query: "versionId=abc%3D%3D&b=2&a=1&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260801%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20260801T123456Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=c2ba0f24d9a54252e67ff0b0e727e9b82ebf1142fd384d4b11e3f084e0cf5ec9",
            headers: [
                ("Host", "localhost:9000"),
            ], body: ""),
    ]
}
