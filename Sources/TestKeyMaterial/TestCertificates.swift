// Certificates and keys for tests alone, shared by the suites that need a listener with TLS. Each is its own authority.

/// PEM documents, good until 2120 where nothing else is said.
package enum TestCertificates {
    /// For `www.example.com` and `*.www.example.com`.
    package static let certificate = """
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

    /// The same names and key, but the year is 2000.
    package static let expiredCertificate = """
        -----BEGIN CERTIFICATE-----
        MIIBeTCCAR6gAwIBAgIUNoEGZMtBaqeg/y9yo02xx+yrWpwwCgYIKoZIzj0EAwIw
        GjEYMBYGA1UEAwwPd3d3LmV4YW1wbGUuY29tMB4XDTAwMDEwMTAwMDAwMFoXDTAx
        MDEwMTAwMDAwMFowGjEYMBYGA1UEAwwPd3d3LmV4YW1wbGUuY29tMFkwEwYHKoZI
        zj0CAQYIKoZIzj0DAQcDQgAEDXgSjbibmaD4Jzd4Nq9VjIwgBww3luDxwyJHGqji
        8EZfZxMmDWCS0SVi/SpsTFq/BhD8TayYeh+KuOm94ZA5eqNCMEAwLQYDVR0RBCYw
        JIIPd3d3LmV4YW1wbGUuY29tghEqLnd3dy5leGFtcGxlLmNvbTAPBgNVHRMBAf8E
        BTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQDnnSYxDSirp+OaJ0kfb6yBpknUnd94
        8GcEnq4Jp4NtOAIhALDYagyjileaURRB42kTR78NDiZR32w7thuV/Shv6/zH
        -----END CERTIFICATE-----
        """

    /// Its key.
    package static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgGfHnjzvQgsb09eO+
        Fo/mM4aGFBY2brtfhSNzG/6vKoahRANCAAQNeBKNuJuZoPgnN3g2r1WMjCAHDDeW
        4PHDIkcaqOLwRl9nEyYNYJLRJWL9KmxMWr8GEPxNrJh6H4q46b3hkDl6
        -----END PRIVATE KEY-----
        """

    /// The same key under a passphrase.
    package static let encryptedKey = """
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
    package static let otherCertificate = """
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
    package static let otherKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgRp5nTmJ5BdfaVb3a
        EmLS+Fef7PztTlRjdVhwC0rXQSihRANCAASYwk7H1UB4hO3c5pvLMYcGNntCH+Y0
        PxpCsKY/wSHRw7JIch9pBvmbKnznaJIx7C26ApRru2B6VyaRMwKP9hv1
        -----END PRIVATE KEY-----
        """
}
