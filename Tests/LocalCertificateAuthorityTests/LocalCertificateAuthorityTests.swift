import Crypto
import Foundation
import SwiftASN1
import Testing
import X509

@testable import LocalCertificateAuthority

private let now: Int64 = 1_790_000_000

/// A path that does not exist yet, its folder removed at the end.
private final class Folder {
    let base = NSTemporaryDirectory() + "skerry-ca-" + UUID().uuidString
    var path: String { base + "/deep/ca" }

    deinit { try? FileManager.default.removeItem(atPath: base) }

    func mode(_ name: String = "") throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path + name)[.posixPermissions] as? Int
    }
}

struct LocalCertificateAuthorityTests {
    @Test func `an authority may sign end certificates only`() throws {
        let authority = try LocalCertificateAuthority.make(now: now)
        let certificate = try Certificate(pemEncoded: authority.certificatePEM)
        #expect(try certificate.extensions.basicConstraints == .isCertificateAuthority(maxPathLength: 0))
        #expect(try certificate.extensions.keyUsage == KeyUsage(keyCertSign: true, cRLSign: true))
        #expect(authority.notValidAfter == now + LocalCertificateAuthority.lifetimeSeconds)
        #expect(authority.fingerprint.split(separator: ":").count == 32)
    }

    @Test func `a certificate is for one name, for servers, for a year, and signed by the authority`() throws {
        let authority = try LocalCertificateAuthority.make(now: now)
        let issued = try authority.issue(for: "hello.localhost", now: now)
        let leaf = try Certificate(pemEncoded: issued.certificatePEM)
        let root = try Certificate(pemEncoded: authority.certificatePEM)
        #expect(root.publicKey.isValidSignature(leaf.signature, for: leaf))
        #expect(leaf.issuer == root.subject)
        #expect(try leaf.extensions.subjectAlternativeNames.map { Array($0) } == [.dnsName("hello.localhost")])
        #expect(try leaf.extensions.extendedKeyUsage.map { Array($0) } == [.serverAuth])
        #expect(try leaf.extensions.basicConstraints == .notCertificateAuthority)
        #expect(Int64(leaf.notValidAfter.timeIntervalSince1970) == now + 365 * 86_400)
        #expect(leaf.notValidBefore.timeIntervalSince1970 < Double(now))
        let key = try P256.Signing.PrivateKey(pemRepresentation: issued.privateKeyPEM)
        #expect(Certificate.PublicKey(key.publicKey) == leaf.publicKey)
    }

    @Test func `no certificate outlives its authority`() throws {
        let authority = try LocalCertificateAuthority.make(now: now)
        let late = authority.notValidAfter - 86_400
        #expect(try authority.issue(for: "a.localhost", now: late).notValidAfter == authority.notValidAfter)
    }

    @Test func `the first opening makes the folder for its owner alone, the second finds it`() throws {
        let folder = Folder()
        let first = try LocalCertificateAuthority.open(directory: folder.path, now: now)
        #expect(try folder.mode() == 0o700)
        #expect(try folder.mode("/ca.pem") == 0o600)
        #expect(try folder.mode("/ca-key.pem") == 0o600)
        let second = try LocalCertificateAuthority.open(directory: folder.path, now: now + 60)
        #expect(first.fingerprint == second.fingerprint)
        #expect(first.privateKeyPEM == second.privateKeyPEM)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.base + "/deep") == ["ca"])
    }

    @Test func `a key that others may read is refused`() throws {
        let folder = Folder()
        _ = try LocalCertificateAuthority.open(directory: folder.path, now: now)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.path + "/ca-key.pem")
        let error = #expect(throws: LocalCertificateAuthorityError.self) {
            try LocalCertificateAuthority.open(directory: folder.path, now: now)
        }
        #expect(error?.description.contains("ca-key.pem: others may read it") == true)
    }

    @Test func `an expired authority is not replaced behind its owner's back`() throws {
        let folder = Folder()
        let authority = try LocalCertificateAuthority.open(directory: folder.path, now: now)
        _ = try LocalCertificateAuthority.open(directory: folder.path, now: authority.notValidAfter - 1)
        let error = #expect(throws: LocalCertificateAuthorityError.self) {
            try LocalCertificateAuthority.open(directory: folder.path, now: authority.notValidAfter)
        }
        #expect(error?.description.contains("has expired") == true)
    }

    @Test(arguments: ["ca.pem", "ca-key.pem"])
    func `half an authority is an error, and nothing is overwritten`(lost: String) throws {
        let folder = Folder()
        _ = try LocalCertificateAuthority.open(directory: folder.path, now: now)
        try FileManager.default.removeItem(atPath: folder.path + "/" + lost)
        let error = #expect(throws: LocalCertificateAuthorityError.self) {
            try LocalCertificateAuthority.open(directory: folder.path, now: now)
        }
        #expect(error?.description.contains(lost) == true)
    }

    @Test func `a key of another authority is noticed`() throws {
        let one = try LocalCertificateAuthority.make(now: now)
        let other = try LocalCertificateAuthority.make(now: now)
        let error = #expect(throws: LocalCertificateAuthorityError.self) {
            try LocalCertificateAuthority(certificatePEM: one.certificatePEM, privateKeyPEM: other.privateKeyPEM)
        }
        #expect(error?.description == "certificate and key do not belong together")
    }
}
