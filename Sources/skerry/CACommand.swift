import ArgumentParser
import DistributionModel
import Foundation
import LocalCertificateAuthority

/// The local certificate authority, for people.
struct CACommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca", abstract: "The local CA that issues certificates for names without one.",
        subcommands: [CAShowCommand.self, CATrustCommand.self])
}

/// Which authority a command is about.
struct CAOptions: ParsableArguments {
    @Option(help: "The edge's configuration, where local_ca.directory is looked up.", completion: .file())
    var config = "edge.conf"

    @Option(help: "The CA's folder, in place of local_ca.directory.", completion: .directory)
    var directory: String?

    /// The authority, made if there is none yet, and the full path of its certificate.
    func open() throws(CommandFailure) -> (authority: LocalCertificateAuthority, folder: String) {
        let folder = if let directory { directory } else { try ConfigurationFiles.edge(config).localCADirectory }
        do throws(LocalCertificateAuthorityError) {
            let authority = try LocalCertificateAuthority.open(directory: folder, now: Int64(Date().timeIntervalSince1970))
            return (authority, URL(filePath: folder).standardizedFileURL.path(percentEncoded: false).trimmedEnd)
        } catch {
            throw CommandFailure(error.description)
        }
    }
}

struct CAShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the CA's certificate file, fingerprint and end.",
        discussion: "Makes the CA if there is none yet.")

    @OptionGroup var options: CAOptions

    @Flag(help: "Print as JSON.")
    var json = false

    func run() async throws {
        let (authority, folder) = try options.open()
        let file = folder + "/" + LocalCertificateAuthority.certificateFile
        let end = Date(timeIntervalSince1970: Double(authority.notValidAfter)).formatted(.iso8601)
        if json {
            try Terminal.json(["certificate": file, "sha256": authority.fingerprint, "notAfter": end])
        } else {
            Terminal.result("\(file)\nSHA-256 \(authority.fingerprint)\nvalid until \(end)")
        }
    }
}

struct CATrustCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust", abstract: "Print how to make this machine and its browsers trust the CA.",
        discussion: "Changes nothing by itself. Makes the CA if there is none yet.")

    @OptionGroup var options: CAOptions

    func run() async throws {
        let (authority, folder) = try options.open()
        let file = Self.quoted(folder + "/" + LocalCertificateAuthority.certificateFile)
        Terminal.result(
            """
            # The local CA, SHA-256 \(authority.fingerprint)
            \(file)

            # curl, for one call
            curl --cacert \(file) https://hello.localhost:8443/

            # This machine: Debian, Ubuntu
            sudo install -m 644 \(file) /usr/local/share/ca-certificates/skerry-local-ca.crt && sudo update-ca-certificates
            # This machine: Fedora, RHEL
            sudo install -m 644 \(file) /etc/pki/ca-trust/source/anchors/skerry-local-ca.pem && sudo update-ca-trust

            # Chromium and Chrome (certutil is in libnss3-tools or nss-tools)
            mkdir -p ~/.pki/nssdb && certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n 'Skerry local CA' -i \(file)

            # Firefox, every profile
            for profile in ~/.mozilla/firefox/*.default*; do certutil -d sql:"$profile" -A -t C,, -n 'Skerry local CA' -i \(file); done

            # Node, Python requests
            export NODE_EXTRA_CA_CERTS=\(file) REQUESTS_CA_BUNDLE=\(file)
            """)
        Terminal.note(
            "Whoever has \(folder)/\(LocalCertificateAuthority.privateKeyFile) can pose as any site to those who trust it: keep it on this machine.")
    }

    /// For a shell.
    private static func quoted(_ path: String) -> String {
        let plain = path.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: "/._-".utf8.contains(byte)
            }
        }
        return plain ? path : "'" + path.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
}

extension String {
    /// Without a slash at its end.
    fileprivate var trimmedEnd: String { count > 1 && hasSuffix("/") ? String(dropLast()) : self }
}
