// The certificate of a distribution's aliases. Only files are read here: CloudFront's own certificates and those of its
// neighbouring services have no counterpart.

package import ConfigurationReading

/// Where certificate and key are, and which protocols they are offered with.
package struct ViewerCertificate: Sendable, Hashable {
    /// CloudFront's names of protocol and cipher sets, as far as they are still safe.
    package enum MinimumProtocolVersion: String, Sendable, Hashable, CaseIterable {
        /// TLS 1.2 and 1.3, forward secrecy and authenticated encryption alone.
        case tls12 = "TLSv1.2_2021"
        case tls13 = "TLSv1.3_2025"
    }

    /// A file and the place in `edge.conf` that names it.
    package struct File: Sendable, Hashable {
        package var path: String
        package var location: SourceLocation
        package var keyPath: String

        package init(path: String, location: SourceLocation, keyPath: String) {
            self.path = path
            self.location = location
            self.keyPath = keyPath
        }
    }

    /// PEM, the certificate first, then what leads up to the authority. A relative path starts at the folder of `edge.conf`.
    package var certificate: File
    /// PEM, not encrypted.
    package var privateKey: File
    package var minimumProtocolVersion: MinimumProtocolVersion

    package init(certificate: File, privateKey: File, minimumProtocolVersion: MinimumProtocolVersion = .tls12) {
        self.certificate = certificate
        self.privateKey = privateKey
        self.minimumProtocolVersion = minimumProtocolVersion
    }

    static func read(_ section: ConfigurationSection) -> ViewerCertificate? {
        func file(_ key: String) -> File? {
            section.text(key).map { File(path: $0, location: section.valueLocation(of: key), keyPath: section.path(key)) }
        }
        let certificate = file("certificate_file")
        let key = file("private_key_file")
        let version = section.choice("minimum_protocol_version", as: MinimumProtocolVersion.self)
        section.finish()
        guard let certificate, let key, let version else { return nil }
        return ViewerCertificate(certificate: certificate, privateKey: key, minimumProtocolVersion: version)
    }
}
