import ConfigurationReading
import Testing

@Suite struct SharedCredentialsFileTests {
    @Test func `profiles are read as the AWS tools read them`() throws {
        let file = try SharedCredentialsFile(
            """
            # root
            [default]
            aws_access_key_id = AKIA
            AWS_SECRET_ACCESS_KEY=s/=cr+t  
            s3 =
              addressing_style = path

            ; the edge
            [profile edge] # service
            aws_access_key_id = OLD
            aws_access_key_id = SKIA
            aws_secret_access_key = secret
            aws_session_token = token\r
            """ + "\r\n[empty]\r\n", file: "credentials")
        #expect(file.profileNames == ["default", "edge", "empty"])
        #expect(try file.keyPair(profile: "default") == .init(accessKeyID: "AKIA", secretAccessKey: "s/=cr+t"))
        #expect(try file.keyPair(profile: "edge") == .init(accessKeyID: "SKIA", secretAccessKey: "secret", sessionToken: "token"))
        #expect(throws: CredentialsFileError(file: "credentials", line: 15, message: "profile [empty] has no aws_access_key_id")) {
            try file.keyPair(profile: "empty")
        }
        #expect(
            throws: CredentialsFileError(file: "credentials", line: nil, message: "no profile [x]; it has default, edge, empty")
        ) { try file.keyPair(profile: "x") }
    }

    @Test(arguments: [
        ("a = b", "c:1: expected a [profile] line before any setting"), ("[a]\nb", "c:2: expected name = value"),
        ("\n[a", "c:2: expected ] at the end of the profile's name"), ("[]", "c:1: expected a name between [ and ]"),
        ("[a] b", "c:1: expected nothing after ]"), ("[a]\n= b", "c:2: expected a name before ="),
        (String(repeating: "#", count: (1 << 20) + 1), "c:1: more than 1048576 bytes"),
    ])
    func `a mistake is named with its line`(text: String, message: String) {
        var found = ""
        do throws(CredentialsFileError) { _ = try SharedCredentialsFile(text, file: "c") } catch { found = error.description }
        #expect(found == message)
    }
}
