/// A P-256 key pair for these tests alone.
enum SigningKeys {
    /// PKCS #8.
    static let privateKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgiHdWvYqVTqvE2kre
        8O/qXgnCdcXYKkn2eD0IrsQTMKmhRANCAAS7HYNQJKY4wUt2dwAHIe5e6Mj490i1
        nkZtLpwq8HcHT78NTdRASsDaRBdQEWLR+ow6NhwI+fByByc8Y34hy7tO
        -----END PRIVATE KEY-----
        """
    /// Trusted as KEC.
    static let publicKey = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEux2DUCSmOMFLdncAByHuXujI+PdI
        tZ5GbS6cKvB3B0+/DU3UQErA2kQXUBFi0fqMOjYcCPnwcgcnPGN+Icu7Tg==
        -----END PUBLIC KEY-----
        """
    /// Trusted by nobody.
    static let strangerKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgpGfvu9oxwNbkdJ+r
        sRgvqr8n1cfaTJZqIvFPCTIM7kWhRANCAAQBJK1a6yRbIYVRli2l9bxcI9K+BrvF
        2mP6Fqz9+AKvHz652NBwLGiUB69cdw8fIXd14elYrnvg6RVM5g5itxYJ
        -----END PRIVATE KEY-----
        """
}
