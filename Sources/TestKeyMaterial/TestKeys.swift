/// Key pairs for tests alone, made by Python's `cryptography`; PEM documents.
package enum TestKeys {
    /// RSA 2048, PKCS #8.
    package static let rsaPrivate = """
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

    /// The public half of `rsaPrivate`.
    package static let rsaPublic = """
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

    /// P-256, PKCS #8.
    package static let ecPrivate = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgiHdWvYqVTqvE2kre
        8O/qXgnCdcXYKkn2eD0IrsQTMKmhRANCAAS7HYNQJKY4wUt2dwAHIe5e6Mj490i1
        nkZtLpwq8HcHT78NTdRASsDaRBdQEWLR+ow6NhwI+fByByc8Y34hy7tO
        -----END PRIVATE KEY-----
        """

    /// The public half of `ecPrivate`.
    package static let ecPublic = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEux2DUCSmOMFLdncAByHuXujI+PdI
        tZ5GbS6cKvB3B0+/DU3UQErA2kQXUBFi0fqMOjYcCPnwcgcnPGN+Icu7Tg==
        -----END PUBLIC KEY-----
        """

    /// P-256, PKCS #8, of another pair.
    package static let ecStranger = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgpGfvu9oxwNbkdJ+r
        sRgvqr8n1cfaTJZqIvFPCTIM7kWhRANCAAQBJK1a6yRbIYVRli2l9bxcI9K+BrvF
        2mP6Fqz9+AKvHz652NBwLGiUB69cdw8fIXd14elYrnvg6RVM5g5itxYJ
        -----END PRIVATE KEY-----
        """
}
