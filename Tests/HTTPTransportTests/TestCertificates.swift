// Certificates and keys for tests alone, good until 2120. Each is its own authority.

/// PEM documents.
enum TestCertificates {
    /// For `www.example.com` and `*.www.example.com`.
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBejCCASCgAwIBAgIUHagg16ZhSwKnVOecDtEh6wbWzE8wCgYIKoZIzj0EAwIw
        GjEYMBYGA1UEAwwPd3d3LmV4YW1wbGUuY29tMCAXDTAwMDEwMTAwMDAwMFoYDzIx
        MjAwMTAxMDAwMDAwWjAaMRgwFgYDVQQDDA93d3cuZXhhbXBsZS5jb20wWTATBgcq
        hkjOPQIBBggqhkjOPQMBBwNCAAQNeBKNuJuZoPgnN3g2r1WMjCAHDDeW4PHDIkca
        qOLwRl9nEyYNYJLRJWL9KmxMWr8GEPxNrJh6H4q46b3hkDl6o0IwQDAtBgNVHREE
        JjAkgg93d3cuZXhhbXBsZS5jb22CESoud3d3LmV4YW1wbGUuY29tMA8GA1UdEwEB
        /wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAOjqPnNGETHEPDl3M/YGzhG/OWcG
        xdE9whc6Ko+mB12xAiAEq6VvH0Zve2pqaF7ahy8wI5HBCfMtiAphIHsTrktNUA==
        -----END CERTIFICATE-----
        """

    /// Its key.
    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgGfHnjzvQgsb09eO+
        Fo/mM4aGFBY2brtfhSNzG/6vKoahRANCAAQNeBKNuJuZoPgnN3g2r1WMjCAHDDeW
        4PHDIkcaqOLwRl9nEyYNYJLRJWL9KmxMWr8GEPxNrJh6H4q46b3hkDl6
        -----END PRIVATE KEY-----
        """

    /// The same key under a passphrase.
    static let encryptedKey = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIH0MF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBCk5pEG81TzSgiYkv3u
        4ba4AgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQVPjPUqEUVHQTnsTK
        9yNAIwSBkFjCpy33OYMlF32iP7wuTQKoKHrvUcxtQEpkSchOtspCEpVudygwsLBU
        z8HtM/ZSmrVkr7sIOPBzRaaqNcVMMRcQdfX5gHYsEDq61aTT2K4aiEIDjdOnaG1z
        anGrKr8dD4/fylyCCEfS0Ffr7vTfE68IMBmkf/oEDWydLpjz/JXNmKYGk1NDKWGL
        CY67gaYwWA==
        -----END ENCRYPTED PRIVATE KEY-----
        """

    /// For `other.example.net` and `*.other.example.net`.
    static let otherCertificate = """
        -----BEGIN CERTIFICATE-----
        MIIBgzCCASigAwIBAgIUJf7tNeeHaq6dqwPxXSb/9iVKyG4wCgYIKoZIzj0EAwIw
        HDEaMBgGA1UEAwwRb3RoZXIuZXhhbXBsZS5uZXQwIBcNMDAwMTAxMDAwMDAwWhgP
        MjEyMDAxMDEwMDAwMDBaMBwxGjAYBgNVBAMMEW90aGVyLmV4YW1wbGUubmV0MFkw
        EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEmMJOx9VAeITt3OabyzGHBjZ7Qh/mND8a
        QrCmP8Eh0cOySHIfaQb5myp852iSMewtugKUa7tgelcmkTMCj/Yb9aNGMEQwMQYD
        VR0RBCowKIIRb3RoZXIuZXhhbXBsZS5uZXSCEyoub3RoZXIuZXhhbXBsZS5uZXQw
        DwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAitLxLYaYng14Tjgh
        WxQ2CG11r4sMkwibXeaxlZcYjC8CIQDjWpc92gwYekmaxEaKdWoADINllfO4ZEHx
        D23As4easA==
        -----END CERTIFICATE-----
        """

    /// Its key.
    static let otherKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgRp5nTmJ5BdfaVb3a
        EmLS+Fef7PztTlRjdVhwC0rXQSihRANCAASYwk7H1UB4hO3c5pvLMYcGNntCH+Y0
        PxpCsKY/wSHRw7JIch9pBvmbKnznaJIx7C26ApRru2B6VyaRMwKP9hv1
        -----END PRIVATE KEY-----
        """
}
