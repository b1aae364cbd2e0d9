// Reading configuration files from disk for every command alike: problems are printed, errors end the command.

import ConfigurationReading
import Cryptography
import DistributionModel
import EdgeService
import Foundation
import OriginConfiguration
import SiteDeploy

/// The configuration files, each with its table of settings.
enum ConfigurationKind: String, CaseIterable {
    case edge
    case origin
    case seed

    var table: SettingsTable {
        switch self {
        case .edge: EdgeSettings.table
        case .origin: OriginSettings.table
        case .seed: SeedSettings.table
        }
    }
}

enum ConfigurationFiles {
    static func text(of path: String) throws(CommandFailure) -> String {
        guard FileManager.default.fileExists(atPath: path) else { throw CommandFailure("\(path): no such file") }
        do {
            let data = try Data(contentsOf: URL(filePath: path))
            guard let text = String(validating: data, as: UTF8.self) else { throw CommandFailure("\(path): is not UTF-8") }
            return text
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure("\(path): cannot be read: \(error.localizedDescription)")
        }
    }

    /// `edge.conf` with its relative paths made to start at its folder.
    static func edge(_ path: String) throws(CommandFailure) -> EdgeConfiguration {
        var configuration = try read(path) { (text, file) throws(ConfigurationErrors) in
            try EdgeConfiguration.read(yaml: text, file: file)
        }
        configuration = resolved(configuration, besides: path)
        for (index, key) in configuration.publicKeys.enumerated() {
            guard case .file(let file) = key.source else { continue }
            configuration.publicKeys[index].source = .encodedKey(try publicKey(resolve(file, besides: path), id: key.id))
        }
        let problems = configuration.readOriginAuthorities(file: path, read: bytes) + configuration.readShieldSecrets(file: path, read: bytes)
        guard problems.isEmpty else {
            throw CommandFailure("\(path) cannot be used\n" + problems.map(\.description).joined(separator: "\n"))
        }
        return configuration
    }

    /// The text of a PEM file that holds a public key of use.
    private static func publicKey(_ path: String, id: String) throws(CommandFailure) -> String {
        let pem = try text(of: path)
        do throws(KeyError) {
            _ = try PublicKey(pem: pem)
        } catch {
            throw CommandFailure("\(path): cannot be the public key \(id): found \(error)")
        }
        return pem
    }

    /// A configuration whose relative paths start at the folder of its file.
    static func resolved(_ configuration: EdgeConfiguration, besides path: String) -> EdgeConfiguration {
        var configuration = configuration
        configuration.originAccess.credentialsFile = configuration.originAccess.credentialsFile.map {
            resolve($0, besides: path)
        }
        configuration.localCADirectory = resolve(configuration.localCADirectory, besides: path)
        configuration.accessLogs.spoolDirectory = resolve(configuration.accessLogs.spoolDirectory, besides: path)
        if let directory = configuration.cache.disk?.directory { configuration.cache.disk?.directory = resolve(directory, besides: path) }
        for index in configuration.distributions.indices {
            if case .directory(let folder)? = configuration.distributions[index].logging?.destination {
                configuration.distributions[index].logging?.destination = .directory(resolve(folder, besides: path))
            }
            guard var certificate = configuration.distributions[index].viewerCertificate else { continue }
            certificate.certificate.path = resolve(certificate.certificate.path, besides: path)
            certificate.privateKey.path = resolve(certificate.privateKey.path, besides: path)
            configuration.distributions[index].viewerCertificate = certificate
        }
        if let file = configuration.shielding.secretFile { configuration.shielding.secretFile?.path = resolve(file.path, besides: path) }
        for index in configuration.distributions.indices {
            for origin in configuration.distributions[index].origins.indices {
                guard let file = configuration.distributions[index].origins[origin].authorities else { continue }
                configuration.distributions[index].origins[origin].authorities?.path = resolve(file.path, besides: path)
            }
        }
        return configuration
    }

    /// The certificates that a configuration names; warnings are printed, errors end the command.
    static func certificates(of configuration: EdgeConfiguration, file: String) throws(CommandFailure) -> CertificateTable {
        let (table, problems) = readCertificates(of: configuration, file: file)
        guard !problems.contains(where: { $0.severity == .error }) else {
            throw CommandFailure("\(file) cannot be used\n" + problems.map(\.description).joined(separator: "\n"))
        }
        for warning in problems { Terminal.note(warning.description) }
        return table
    }

    static func readCertificates(
        of configuration: EdgeConfiguration, file: String
    ) -> (table: CertificateTable, problems: [ConfigurationProblem]) {
        CertificateTable.read(configuration, file: file, now: Int64(Date().timeIntervalSince1970), read: bytes)
    }

    static func bytes(of path: String) throws(CertificateTable.FileProblem) -> [UInt8] {
        guard FileManager.default.fileExists(atPath: path) else { throw CertificateTable.FileProblem("no such file") }
        do {
            return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw CertificateTable.FileProblem("a file that cannot be read")
        }
    }

    /// `origin.conf`; without a path, `origin.conf` in the current folder if there is one, else the defaults.
    static func origin(_ path: String?) throws(CommandFailure) -> OriginConfiguration {
        let standard = FileManager.default.fileExists(atPath: "origin.conf") ? "origin.conf" : nil
        guard let path = path ?? standard else {
            do throws(ConfigurationErrors) {
                return try OriginConfiguration.read(yaml: "", file: "origin.conf").value
            } catch {
                throw CommandFailure(error.description)
            }
        }
        var configuration = try read(path) { (text, file) throws(ConfigurationErrors) in
            try OriginConfiguration.read(yaml: text, file: file)
        }
        configuration.dataDirectory = resolve(configuration.dataDirectory, besides: path)
        return configuration
    }

    /// `seed.conf`; nothing where there is none.
    static func seed(_ path: String) throws(CommandFailure) -> SeedConfiguration {
        guard FileManager.default.fileExists(atPath: path) else { return SeedConfiguration() }
        return try read(path) { (text, file) throws(ConfigurationErrors) in try SeedConfiguration.read(yaml: text, file: file) }
    }

    static func credentials(_ path: String, profile: String) throws(CommandFailure) -> SharedCredentialsFile.KeyPair {
        let text = try text(of: path)
        do throws(CredentialsFileError) {
            return try SharedCredentialsFile(text, file: path).keyPair(profile: profile)
        } catch {
            throw CommandFailure(error.description)
        }
    }

    private static func read<Value: Sendable>(
        _ path: String, _ reader: (String, String) throws(ConfigurationErrors) -> CheckedConfiguration<Value>
    ) throws(CommandFailure) -> Value {
        let text = try text(of: path)
        do throws(ConfigurationErrors) {
            let checked = try reader(text, path)
            for warning in checked.warnings { Terminal.note(warning.description) }
            return checked.value
        } catch {
            throw CommandFailure("\(path) cannot be used\n" + error.description)
        }
    }

    /// A path that starts at the folder of a file.
    static func resolve(_ path: String, besides file: String) -> String {
        if path.hasPrefix("/") { return path }
        let folder = (file as NSString).deletingLastPathComponent
        return folder.isEmpty ? path : (folder as NSString).appendingPathComponent(path)
    }
}
