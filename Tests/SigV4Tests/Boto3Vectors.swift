// Whole requests as boto3 1.43.11 puts them on the wire with default settings (integrity checksums on), caught before
// sending with the clock, key and region of BotocoreVectors; User-Agent left out.

extension BotocoreVector {
    static let boto3: [BotocoreVector] = [
        // PutObject over https
        BotocoreVector(
            method: "PUT", path: "/bucket/dir/%C3%A4%20b.txt",
            query: "",
            headers: [
                ("x-amz-meta-note", "x  y"),
                ("Expect", "100-continue"),
                ("Transfer-Encoding", "chunked"),
                ("Content-Encoding", "aws-chunked"),
                ("X-Amz-Trailer", "x-amz-checksum-crc32"),
                ("X-Amz-Decoded-Content-Length", "11"),
                ("x-amz-sdk-checksum-algorithm", "CRC32"),
                ("X-Amz-Date", "20260801T123456Z"),
                ("X-Amz-Content-SHA256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
                ("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260801/eu-west-1/s3/aws4_request, SignedHeaders=content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-meta-note;x-amz-sdk-checksum-algorithm;x-amz-trailer, Signature=e401d74dc4202e7b95e21a71ea27b0d1fde58c8d8e41cee14cfa1e4544c468eb"),
                ("amz-sdk-invocation-id", "a8efaac2-aa8a-4ba0-9e49-ca8dafca77e4"),
                ("amz-sdk-request", "attempt=1"),
                ("Host", "s3.example"),
            ],
            body: "b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n"),
        // PutObject over http
        BotocoreVector(
            method: "PUT", path: "/bucket/k",
            query: "",
            headers: [
                ("Expect", "100-continue"),
                ("x-amz-checksum-crc32", "DUoRhQ=="),
                ("x-amz-sdk-checksum-algorithm", "CRC32"),
                ("X-Amz-Date", "20260801T123456Z"),
                ("X-Amz-Content-SHA256", "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"),
                ("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260801/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-checksum-crc32;x-amz-content-sha256;x-amz-date;x-amz-sdk-checksum-algorithm, Signature=29df0b6210929c4f081d631d6f08d4d79cee64dc8ffbb090f69e74635e424302"),
                ("amz-sdk-invocation-id", "8a272bb4-105d-4211-8c5c-b86d6c3c15e3"),
                ("amz-sdk-request", "attempt=1"),
                ("Content-Length", "11"),
                ("Host", "localhost:9000"),
            ],
            body: "hello world"),
        // ListObjectsV2
        BotocoreVector(
            method: "GET", path: "/bucket",
            query: "list-type=2&prefix=a%2F%C3%BC%2B%20&delimiter=%2F&max-keys=7&encoding-type=url",
            headers: [
                ("X-Amz-Date", "20260801T123456Z"),
                ("X-Amz-Content-SHA256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
                ("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260801/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=0eea3d4357563c00ef7d9c75ce11c5381d687fa5e149ed6dcbe714a401aeaaf1"),
                ("amz-sdk-invocation-id", "c3094d3b-6abc-4cc1-9f09-435f591bdf52"),
                ("amz-sdk-request", "attempt=1"),
                ("Host", "localhost:9000"),
            ],
            body: ""),
        // CopyObject
        BotocoreVector(
            method: "PUT", path: "/bucket/to",
            query: "",
            headers: [
                ("x-amz-copy-source", "bucket/from%20%C3%A4%2B"),
                ("X-Amz-Date", "20260801T123456Z"),
                ("X-Amz-Content-SHA256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
                ("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260801/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-copy-source;x-amz-date, Signature=5717a8e6b5596fe2f179b6dbb3b2a1686401c0b0beb6c6cbbaccaedb4375d5c9"),
                ("amz-sdk-invocation-id", "c23ae4d7-4c23-4c1e-9eb1-2ea1d71aa07a"),
                ("amz-sdk-request", "attempt=1"),
                ("Content-Length", "0"),
                ("Host", "localhost:9000"),
            ],
            body: ""),
        // DeleteObjects
        BotocoreVector(
            method: "POST", path: "/bucket",
            query: "delete",
            headers: [
                ("x-amz-checksum-crc32", "CEaAGw=="),
                ("x-amz-sdk-checksum-algorithm", "CRC32"),
                ("X-Amz-Date", "20260801T123456Z"),
                ("X-Amz-Content-SHA256", "0ebe2d4e061df349be597c8e7da1bea023a159bae0fb2a70efca7c1395be1439"),
                ("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260801/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-checksum-crc32;x-amz-content-sha256;x-amz-date;x-amz-sdk-checksum-algorithm, Signature=f672110acf80442a7c30cc332a2a9f97e77d4cc2101eb23bdd9a21a4aad462eb"),
                ("amz-sdk-invocation-id", "192d4fe4-a3af-4b87-9efe-c7e127d2d52b"),
                ("amz-sdk-request", "attempt=1"),
                ("Content-Length", "94"),
                ("Host", "localhost:9000"),
            ],
            body: "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a</Key></Object></Delete>"),
    ]
}
