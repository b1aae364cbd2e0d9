/// Keys, and signatures over "the message", made by Python's `cryptography` (which asks libcrypto too, but by its own code).
///
/// The private keys are for these tests alone.
enum KeyVectors {
    /// The same key, PKCS #1.
    static let rsaTraditional = """
        -----BEGIN RSA PRIVATE KEY-----
        MIIEowIBAAKCAQEAnaTE4B+6gSxQlR5m8E3EIkWDgWZRLvFuNi5b8tWNU2Clivj7
        bwFU5Ib79GlyP3vJh8wN0d6vpci2Bd+al8a6gIcY546iXirP0IWS9sY0G/vIAMgd
        Y4mEsssmH2qB2+2iy1lXoOzbO4dlthAsnXtmCVoJnrr6N5SYWXwq5JlhghTMlgXi
        p+57ri19ZTdxDybcOyvtj8tJ1QLFKmITmNEw+yWzQQxEAS2xaGyzLn2NalBjLmbL
        USBVK7Lsgd7AeZ9qpd9ytD8gwVeX+17mAPNjNCunQyaIBmH3OlkY16Kg7AZ3dqM5
        PuyZjphr92ykBY0FK83hUUdkzNhEF0w+5FP7cwIDAQABAoIBABMSkUMwc4cXTnSM
        JhYiwn0G/f8U2vOcACKL/1Hk5mFVCxJCR2FJvvSbJDaQ32Kw3lQQqwdeMtAS9XrG
        b9S3FW9haPDy/8/2zAfFcV9r4XgVQUBe9bdKNwTOsUERyL5MBOsnVwPARFHycqrR
        UCSJfnHZM9rBcm5xCvGgpSvdJr/vBYy2cybUr1b15biZGh3xakv5wYxPERDgKq6z
        1HAKdO4uYW2x6PcYMPc02feWwdCOb6B+/0yoLloyRCSibNy2+3CnL+LgmV5at1vD
        sSh1SWluLjNeH8iDVlMQguOWdjeuCEjlAsGal/w+ldsNLMO6xLg023+Qs6DMLAk3
        5G288ekCgYEA1v3XE5kIRHwh6S072skZwRTbulwv1KQPsD0IG5/agbonCY5wGrqs
        6yuEZkxzZH5E0LFL+jKZQG9n8IDw+dsH9xF8Eq0WnLe5OacANZXarXsSv+CBiNN4
        MIqmJXimdSakZFNbBRrcOwcNcIcq8xfy8tlQYG8Vvb95oE5gVZ2+KR8CgYEAu7aY
        xxMJiBWwo1hW71GHLHmUHS4ZRC6eDaJ2YFOo8IRFF6nI693Cq1SUUUJ9Dfwl6YDM
        LGeLV6+FDpJUPMBeTJ8ejhlJokJgKV02+qwr/TbuXLJqASXVT8tXc70318HCSjBQ
        9vAiyS1ZIOcR8f0VCVjtzjp9vuVXQGTuswOUHy0CgYBKfHPx1ElrAN723LcqHBaS
        MNnX/WyM7bKJyvtuJrobzBUOWI06lYani9I5Zy9rl9vbujGqo7E5A+AtEV9sEZj2
        3tXv2oxFC9pewR9vcVXsWQGr/OqkLzArET5zKRPy7spx//c/E4lN4imj3RDiXF/O
        B8CzSIltzlMjWURDJX3m3QKBgQCjnRVvN12wes9aoO4tbI94qYP7JyoorsVetwOd
        FG6FLZUXegrB46oBMhiQ93YO0X+uFnBgJ+RhioBcYhkAVuAawvqb+tiekGJGy5PX
        TGiPLej3bR9OXs6d3WwdWokpCx6xEYoQouB/H4K3VhDjLqe+XP/yKDNgR4AUhaU0
        7WKXBQKBgHa5pEPsH2+x0sGrwUIpstf13SatWxej45VqlOrhhQfbl6DKug9nVKrb
        Mq2fMbzLBOiT9DnjbzxgRtk4BMjAhTGDtAgqCGoufQuH2N3DOIaXsN2fwxGCj7iZ
        R1xhbr3Amsfe6XHy0C9R6NbBG3rVwXSTxWHUoRuMnyLAyK04w9gF
        -----END RSA PRIVATE KEY-----
        """
    /// The same key, RFC 5915.
    static let ecTraditional = """
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIIh3Vr2KlU6rxNpK3vDv6l4JwnXF2CpJ9ng9CK7EEzCpoAoGCCqGSM49
        AwEHoUQDQgAEux2DUCSmOMFLdncAByHuXujI+PdItZ5GbS6cKvB3B0+/DU3UQErA
        2kQXUBFi0fqMOjYcCPnwcgcnPGN+Icu7Tg==
        -----END EC PRIVATE KEY-----
        """
    /// The same key under a passphrase.
    static let encrypted = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIH0MF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBCP8ERCcKOzfIgNT1v1
        zJMgAgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQp/LMmHCmbMyXwB7V
        qczZNgSBkDcQrrNnRMOdwUW1EkOY/qAvHTy0mwgaPXhDvHXRqm8R1vc3kFuk/Jxh
        QILTzAJGrMsxPOzEdZpfaJlc8W0LN+PURrb2NxolK8l1nG3P+RSOGpBdeXyOOUK4
        d9ure2ZG8vNHdKsRERc1qOiWfFWRkpJgVUblfA6yiIQuZzSv11Xq9unEqaYL2ns9
        z6Txxn5cew==
        -----END ENCRYPTED PRIVATE KEY-----
        """
    /// Too small.
    static let rsa1024 = """
        -----BEGIN PUBLIC KEY-----
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC1fSgpemYHK9Yq2O3z/xpoleXM
        ht6nE0/0/8bqR5/UHRDwDa/D6yxYKD5JwQXsW4WjC0H61DWnBGSHPIrI833kwZC0
        RPVWG/TlHmlivTzkve80K8YDiIwIPdLtXWJoUJXMzB1vh4XrZZNaRelgCInl1955
        9RzJBWad8kJsE8M+FwIDAQAB
        -----END PUBLIC KEY-----
        """
    /// One bit too small.
    static let rsa2047 = """
        -----BEGIN PUBLIC KEY-----
        MIIBITANBgkqhkiG9w0BAQEFAAOCAQ4AMIIBCQKCAQBbLpFeEuhbbzme7N2jNXy1
        qZ95e3oMRenfRGZ1zsJ5PFCCOErLb0pN94RVkuFzsgM4eqMeBHgRPx09Ye/i45mH
        3dIsnVcvZ8z/TSxDzViwLN5wjegNKnhUNInXuOVU0TCrYB4cYyNvMpXKhgnRD3Uw
        5K5jaBa9v35Y+yZT/TRZhii/ZpKGQd4HRgyL4T/QNBgdpQ/RrbruTfAKKCrUDRVL
        HuKUfMZlpWZK1PBC6hxUsLx+J2V5mrM3abj/mvdQnlolHu3Ky7BX5pTx0RqlsiQF
        DncC/BAYPyzaK+zvkwHTQ+mtJiu0X+9MUxyzsnkK+CTj6jdipO9v0sQE4hwFaPH5
        AgMBAAE=
        -----END PUBLIC KEY-----
        """
    /// Another curve.
    static let p384 = """
        -----BEGIN PUBLIC KEY-----
        MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEXPkbGF9axPF6RFKXWDryZP7CKfiFjdKL
        T2UKUMjo9p2L1M9oZM8tyIFP/UGGxakjV7QYTdMD1QinFYwMTPRRrVX5x27jT1vC
        ps+Ywb3YGFU13tk7ImcukYWExXsj+rz4
        -----END PUBLIC KEY-----
        """
    /// Another algorithm.
    static let ed25519 = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAc+f8So5x92//eIiSu7YDbjPZzbnRYUs4jPKFusXvs4s=
        -----END PUBLIC KEY-----
        """
    static let rsaSHA1 =
        "96d1719efc76fdc3329ef4cae4ffc7555a0537cff4b7c938393938d1d68073326fb510d8c4db868df120d506241218e0fe458122e5be3f"
        + "2790ea5a25b8e68c28d19cd9aa3099b5b51f693e77b09d8e983d6078d15de0576e3de8e40565fb33feb9ca322bd7a754fd9a142c53fe5e"
        + "92d435a6b73241d56a235ffae36e11c58c3f2a5f1500f2285f4b5a2c9c1a82d39a80e8bd7b379af238f5ffd854ce8a576b3aa78a7b8bf4"
        + "9b824853389d1c5454ce1b255eeadc420d4d96d596c8be9c959a5e2bf9681f0683e4636bb51b5a7dbcf7e7b1e60d18dc45299017e2e94d"
        + "1b28e58e10e10c3b0502eee7ed75b14e2592be5a75235f0059b065d8f7d3f7583e5fba7d"
    static let rsaSHA256 =
        "693697b44f14257cea990f1e0c2e519ba5fe17fbe322926bc270d8e3775f7455ed0abf195b41d70ae98e268c687cf5cd4f6f5faf10c2c0"
        + "f0b8220859040b13b69543238ced49d265a202c51e3e3b4292c5efab9b67807665799412e5f8d5be3b8242140f1704d18c7cb3383d3dad"
        + "d705fcd388ddbc1900f0db9ea51b393e3e1af27af0089e4429c3eef2690bb18e41489ae646e7740426af69fdc91618fc630f8e633911b7"
        + "fae5cc63e4003fa4fbf18b8bf927ef3c082a6167bb47f9fa2fbdbd78c4abde387a7da443938d63f3b59d2aadb420e51570899f784ab65b"
        + "8637a6305c51d8997168796b2fbcd13de23dddb5dab8477e8a02ebdf04d9dac058a54c60"
    static let ecSHA1 =
        "304402204b225b6c8386853f0051b2a6d3444d74866ffce14bc1c42f093bde90a52239bf02206891ea673e3ae2638d4563acf4505f7a7f"
        + "fe955a08cdbfae5963b4d49770d438"
    static let ecSHA256 =
        "30440220611715946c8d0997e51a0eafeb0b551d7a54a64006ad042b6a82a8bffae0b53a022048b1cdf6f05a091bce2be5fce452b2b9e7"
        + "34f91bb45ec0bc51714a5e0bed40f6"
}
