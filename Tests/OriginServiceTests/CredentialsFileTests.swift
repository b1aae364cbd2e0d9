import Glibc
import Testing

@testable import OriginService

@Suite struct CredentialsFileTests {
    @Test func `the first start makes both profiles, readable by the owner only, and the second reads them`() throws {
        let path = "/tmp/skerry-credentials-\(getpid())-\(UInt64.random(in: .min ... .max))"
        defer { unlink(path) }
        let first = try CredentialsFile.loadOrCreate(path: path)
        #expect(first.isNew)
        #expect(first.credentials.root.accessKeyID.utf8.count == 20)
        #expect(first.credentials.root.secretAccessKey.utf8.count == 40)
        #expect(first.credentials.root != first.credentials.service)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        let second = try CredentialsFile.loadOrCreate(path: path)
        #expect(!second.isNew)
        #expect(second.credentials == first.credentials)
    }

    @Test func `other profiles and comments are no harm, missing ones are named`() throws {
        let text = "# c\n[default]\naws_access_key_id=A \naws_secret_access_key = B=\nregion = x\n[cloudfront]\naws_access_key_id = C\naws_secret_access_key = D\n[more]\nx=y\n"
        let credentials = try CredentialsFile.parse(text, path: "f")
        #expect(credentials.root == KeyPair(accessKeyID: "A", secretAccessKey: "B="))
        #expect(credentials.service == KeyPair(accessKeyID: "C", secretAccessKey: "D"))
        #expect { try CredentialsFile.parse("[default]\naws_access_key_id = A\naws_secret_access_key = B\n", path: "f") } throws: {
            "\($0)" == "f: no profile [cloudfront]; it has default"
        }
    }
}
