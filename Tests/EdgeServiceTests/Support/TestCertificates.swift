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

    /// The same names and key, but the year is 2000.
    static let expiredCertificate = """
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
    static let otherKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgRp5nTmJ5BdfaVb3a
        EmLS+Fef7PztTlRjdVhwC0rXQSihRANCAASYwk7H1UB4hO3c5pvLMYcGNntCH+Y0
        PxpCsKY/wSHRw7JIch9pBvmbKnznaJIx7C26ApRru2B6VyaRMwKP9hv1
        -----END PRIVATE KEY-----
        """
}
