/// Keys, and URLs that botocore's CloudFrontSigner signed with them by way of Python's `cryptography`.
///
/// The private keys are for these tests alone. All expire at 2026-01-01T18:00:00Z.
enum SignerVectors {
    static let expires: Int64 = 1_767_290_400
    /// Canned.
    static let canned =
        "http://d111111abcdef8.cloudfront.net/image.jpg?Expires=1767290400&Signature=dav15TRCp8thza46ln1gX3I-Veq5ykjJoT"
        + "xuqHpZvz5R8jL30Qg-ocAoeSYAAX1ddLLzZuEa7Ov2GVOzKHD5m~SBg9NEsfUmdctU1I33GqVkW1GDkD1kTC0XuNvbH9SejRzKe~H~sKdMZ47a"
        + "DReCEUcn4pp5LmpTcpiNeaaIgczckq8xn0KB5sxoHgrMSMu0sApVnJ-X1AWvVwKPh9dqxwksy2V0cKRICO~CItFcP0AusTh4Jm5tByB-kjyt~A"
        + "iGyYigoMBe-epUy~Ph-hJ9qF4Xhpz1311Y2N~ze8s1fAMtbuYHiS5OgiYDfipL8VyobKJF44gw8RjeNS8vHWEoLw__&Key-Pair-Id=K2JCJMD"
        + "EHXQW5F"
    /// Canned, over a URL with a query of its own.
    static let cannedWithQuery =
        "https://d111111abcdef8.cloudfront.net/a%20b.jpg?color=red&size=medium&Expires=1767290400&Signature=d~LH6L1Zp7h"
        + "0yJDdjjkZ356dcZIPgKj~vZ~QDe6ZSghfGXx96Wf31HnVxyRVxrbrKJLpMD7tgkkQaaf6MgPIi26iljLPDZBQVNZJbNm8F19PGqyt5bDYdOMJo"
        + "fbnyAgdPCmMJ~94f6AGLXLpkt-Y4rwK6KmhX4A-TDfpwdYGeMTXJGVFVoC5F8cHKtWlVaUwwh3DDF71-tF6LeeucSE~66yCyzQF~6ouFFhmrWi"
        + "V3gQRhFrtNo5X99FJFx6lUwric-QXssWfV7fLiT7W6-7HvMKVUaFPa0eGKlDJ2lWS2wQx~lY71o8JXRoe3GQf2R39biprsFq7z2eU~a-sY8X5F"
        + "g__&Key-Pair-Id=K2JCJMDEHXQW5F"
    /// Custom: /training/*, from 2025-12-31T00:00:00Z on, 192.0.2.0/24.
    static let custom =
        "http://d111111abcdef8.cloudfront.net/training/1.html?Policy=eyJTdGF0ZW1lbnQiOlt7IlJlc291cmNlIjoiaHR0cDovL2QxMT"
        + "ExMTFhYmNkZWY4LmNsb3VkZnJvbnQubmV0L3RyYWluaW5nLyoiLCJDb25kaXRpb24iOnsiRGF0ZUxlc3NUaGFuIjp7IkFXUzpFcG9jaFRpbWUi"
        + "OjE3NjcyOTA0MDB9LCJJcEFkZHJlc3MiOnsiQVdTOlNvdXJjZUlwIjoiMTkyLjAuMi4wLzI0In0sIkRhdGVHcmVhdGVyVGhhbiI6eyJBV1M6RX"
        + "BvY2hUaW1lIjoxNzY3MTM5MjAwfX19XX0_&Signature=bY1f9jn8ldyfVzN~Cp2jFMKKl~rVQZj7KCp3IAfLsPUfWB8yUhojfwGQN37sYD8jP"
        + "A6mHAtIwsttNaqmCewZ43c9ULRnLRJAIlkasfhiTTiwHA40OXawBnIlSoLD8x4cCOJoM75MQbJqWh55dX2H3dObidiO0LkrnzQu3E3lwu8OAw-"
        + "-9Y7JVKLIcQS4BHykif9hRFxv-S3lKFR6IBLyQaf1ICjd0bG87zpu9DWsb~3jFqXFGG4gkgRWU7cgc9LMo1RrEGClK08F~rumhHlNXyeCE9pqb"
        + "z2o5kODgqVVs2sfLWoxpf8dOZ9ISt6TIODLRr9ebRWrpdeEfEC13VFNpg__&Key-Pair-Id=K2JCJMDEHXQW5F"
    /// Custom, with an unescaped question mark in the Resource, as SDKs write it; 192.0.2.7.
    static let customWithQuery =
        "https://d111111abcdef8.cloudfront.net/a%20b.jpg?color=red&size=medium&Policy=eyJTdGF0ZW1lbnQiOlt7IlJlc291cmNlI"
        + "joiaHR0cHM6Ly9kMTExMTExYWJjZGVmOC5jbG91ZGZyb250Lm5ldC9hJTIwYi5qcGc~Y29sb3I9cmVkJnNpemU9bWVkaXVtIiwiQ29uZGl0aW9"
        + "uIjp7IkRhdGVMZXNzVGhhbiI6eyJBV1M6RXBvY2hUaW1lIjoxNzY3MjkwNDAwfSwiSXBBZGRyZXNzIjp7IkFXUzpTb3VyY2VJcCI6IjE5Mi4wL"
        + "jIuNy8zMiJ9fX1dfQ__&Signature=HRJka9SQYmMOCyYYAQv0PU~biCoEvea9O7Jd~B9bGMHYvLcxshfEpqUOuKNqsKUe0bdxcVOFfqvir~6~"
        + "4tDxUndYFraQ4VTKLiJWZwUg93weIEA-1X0be~gyFZzgGYgIL3lU2U2NrG2q2sr5YHOjrl9gttV8uSCC2PKnIZGhJD7TGhnHl4g79Qs-rS-k6V"
        + "Ln2KoxUQWvIX-g9Ss0lAYqf9p8V8GUAzulqBEHELsl0WBF-JY7FaZi2TJG1d08-QO5t3MIYR89PeZbE2eR0GBJBm8A~J8Z1HvjhHf2XazOTOdi"
        + "6W1GIhKvdiQcHCjT2tIHq827eVuUc2wlmeq~fGQPAQ__&Key-Pair-Id=K2JCJMDEHXQW5F"
    /// Canned, RSA over SHA-256.
    static let rsaSHA256 =
        "http://d111111abcdef8.cloudfront.net/image.jpg?Expires=1767290400&Signature=YqiZFWCCqGXzJdAReuKrWaGW2jn9WBKHZa"
        + "5eJFnLZ8uqp8M88AzZ9aGkcXZcrL6b3bm7YFQJgVQY2laYWrHN6sxYCDAtQBdjcsmSmzIRWS5e4SumL1Jf0EJ-eVHmzIi5Z5j3c6idmnX4hZ0a"
        + "Rsgq4b~CVx5j09lZYnqOAM0-xpsMly6qDwkIXKb5rk0PmrGvXFef~WoGr9XSa87F3Q8KnSwdr7Moazn7iTFPU8CU0wTKkeKv6jkffI7Q179k7~"
        + "pG1g8ZKK0m6l4MKRsJNc3yJF0GzM2rkSPoC2BDAEXGfhktFlo55cG4iP7JZxneTpGUso4qRX68tgXhpzb72uJ22w__&Key-Pair-Id=K2JCJMD"
        + "EHXQW5F&Hash-Algorithm=SHA256"
    /// Canned, ECDSA over SHA-256.
    static let ecdsaSHA256 =
        "http://d111111abcdef8.cloudfront.net/image.jpg?Expires=1767290400&Signature=MEUCIQDTb4TvE6P-ofs2ids6quJ9dphdz7"
        + "vCAR2Ol~2i9adfsQIgHC92OEV42BhyOujkacoLioSbSwLPLWSBTvzVSOxrKqA_&Key-Pair-Id=KEC&Hash-Algorithm=SHA256"
    /// What botocore builds.
    static let customPolicy =
        #"{"Statement":[{"Resource":"http://d111111abcdef8.cloudfront.net/training/*","Condition":{"DateLessTh"#
        + #"an":{"AWS:EpochTime":1767290400},"IpAddress":{"AWS:SourceIp":"192.0.2.0/24"},"DateGreaterThan":{"AWS:EpochTime":1767139200}}}]}"#
}
