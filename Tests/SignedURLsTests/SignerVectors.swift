/// Keys, and URLs that botocore's CloudFrontSigner signed with them by way of Python's `cryptography`.
///
/// The private keys are for these tests alone. All expire at 2026-01-01T18:00:00Z.
enum SignerVectors {
    static let expires: Int64 = 1_767_290_400
    /// RSA 2048.
    static let rsaPrivate = """
        -----BEGIN PRIVATE KEY-----
        MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCdpMTgH7qBLFCV
        HmbwTcQiRYOBZlEu8W42Llvy1Y1TYKWK+PtvAVTkhvv0aXI/e8mHzA3R3q+lyLYF
        35qXxrqAhxjnjqJeKs/QhZL2xjQb+8gAyB1jiYSyyyYfaoHb7aLLWVeg7Ns7h2W2
        ECyde2YJWgmeuvo3lJhZfCrkmWGCFMyWBeKn7nuuLX1lN3EPJtw7K+2Py0nVAsUq
        YhOY0TD7JbNBDEQBLbFobLMufY1qUGMuZstRIFUrsuyB3sB5n2ql33K0PyDBV5f7
        XuYA82M0K6dDJogGYfc6WRjXoqDsBnd2ozk+7JmOmGv3bKQFjQUrzeFRR2TM2EQX
        TD7kU/tzAgMBAAECggEAExKRQzBzhxdOdIwmFiLCfQb9/xTa85wAIov/UeTmYVUL
        EkJHYUm+9JskNpDfYrDeVBCrB14y0BL1esZv1LcVb2Fo8PL/z/bMB8VxX2vheBVB
        QF71t0o3BM6xQRHIvkwE6ydXA8BEUfJyqtFQJIl+cdkz2sFybnEK8aClK90mv+8F
        jLZzJtSvVvXluJkaHfFqS/nBjE8REOAqrrPUcAp07i5hbbHo9xgw9zTZ95bB0I5v
        oH7/TKguWjJEJKJs3Lb7cKcv4uCZXlq3W8OxKHVJaW4uM14fyINWUxCC45Z2N64I
        SOUCwZqX/D6V2w0sw7rEuDTbf5CzoMwsCTfkbbzx6QKBgQDW/dcTmQhEfCHpLTva
        yRnBFNu6XC/UpA+wPQgbn9qBuicJjnAauqzrK4RmTHNkfkTQsUv6MplAb2fwgPD5
        2wf3EXwSrRact7k5pwA1ldqtexK/4IGI03gwiqYleKZ1JqRkU1sFGtw7Bw1whyrz
        F/Ly2VBgbxW9v3mgTmBVnb4pHwKBgQC7tpjHEwmIFbCjWFbvUYcseZQdLhlELp4N
        onZgU6jwhEUXqcjr3cKrVJRRQn0N/CXpgMwsZ4tXr4UOklQ8wF5Mnx6OGUmiQmAp
        XTb6rCv9Nu5csmoBJdVPy1dzvTfXwcJKMFD28CLJLVkg5xHx/RUJWO3OOn2+5VdA
        ZO6zA5QfLQKBgEp8c/HUSWsA3vbctyocFpIw2df9bIztsonK+24muhvMFQ5YjTqV
        hqeL0jlnL2uX29u6MaqjsTkD4C0RX2wRmPbe1e/ajEUL2l7BH29xVexZAav86qQv
        MCsRPnMpE/LuynH/9z8TiU3iKaPdEOJcX84HwLNIiW3OUyNZREMlfebdAoGBAKOd
        FW83XbB6z1qg7i1sj3ipg/snKiiuxV63A50UboUtlRd6CsHjqgEyGJD3dg7Rf64W
        cGAn5GGKgFxiGQBW4BrC+pv62J6QYkbLk9dMaI8t6PdtH05ezp3dbB1aiSkLHrER
        ihCi4H8fgrdWEOMup75c//IoM2BHgBSFpTTtYpcFAoGAdrmkQ+wfb7HSwavBQimy
        1/XdJq1bF6PjlWqU6uGFB9uXoMq6D2dUqtsyrZ8xvMsE6JP0OeNvPGBG2TgEyMCF
        MYO0CCoIai59C4fY3cM4hpew3Z/DEYKPuJlHXGFuvcCax97pcfLQL1Ho1sEbetXB
        dJPFYdShG4yfIsDIrTjD2AU=
        -----END PRIVATE KEY-----
        """
    /// Its public half, trusted as K2JCJMDEHXQW5F.
    static let rsaPublic = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAnaTE4B+6gSxQlR5m8E3E
        IkWDgWZRLvFuNi5b8tWNU2Clivj7bwFU5Ib79GlyP3vJh8wN0d6vpci2Bd+al8a6
        gIcY546iXirP0IWS9sY0G/vIAMgdY4mEsssmH2qB2+2iy1lXoOzbO4dlthAsnXtm
        CVoJnrr6N5SYWXwq5JlhghTMlgXip+57ri19ZTdxDybcOyvtj8tJ1QLFKmITmNEw
        +yWzQQxEAS2xaGyzLn2NalBjLmbLUSBVK7Lsgd7AeZ9qpd9ytD8gwVeX+17mAPNj
        NCunQyaIBmH3OlkY16Kg7AZ3dqM5PuyZjphr92ykBY0FK83hUUdkzNhEF0w+5FP7
        cwIDAQAB
        -----END PUBLIC KEY-----
        """
    /// P-256.
    static let ecPrivate = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgiHdWvYqVTqvE2kre
        8O/qXgnCdcXYKkn2eD0IrsQTMKmhRANCAAS7HYNQJKY4wUt2dwAHIe5e6Mj490i1
        nkZtLpwq8HcHT78NTdRASsDaRBdQEWLR+ow6NhwI+fByByc8Y34hy7tO
        -----END PRIVATE KEY-----
        """
    /// Its public half, trusted as KEC.
    static let ecPublic = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEux2DUCSmOMFLdncAByHuXujI+PdI
        tZ5GbS6cKvB3B0+/DU3UQErA2kQXUBFi0fqMOjYcCPnwcgcnPGN+Icu7Tg==
        -----END PUBLIC KEY-----
        """
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
