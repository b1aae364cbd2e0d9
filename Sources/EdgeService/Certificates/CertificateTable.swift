// Which certificate a name gets: that of the distribution's files for its aliases, one of the local authority for everything
// else that a distribution claims. Names are matched as hosts of requests are, so that whoever gets a certificate also gets an answer.

package import ConfigurationReading
package import DistributionModel
import HTTPTransport

/// The certificates of one configuration, immutable.
package struct CertificateTable: Sendable {
    enum Choice: Sendable {
        case file(TLSServerContext)
        /// From the local authority, for this name.
        case issue(String, offersHTTP2: Bool)
        case unknownName
    }

    /// Why a file can't be read; one phrase, such as `no such file`.
    package struct FileProblem: Error, Sendable {
        package var description: String

        package init(_ description: String) { self.description = description }
    }

    private let router: HostRouter
    private let domainNames: Set<String>
    private let offerHTTP2: [Bool]
    private let fromFiles: [TLSServerContext?]
    /// The name for clients that ask for none.
    private let defaultName: String?

    /// Reads the certificate files of a configuration.
    ///
    /// - Parameters:
    ///   - file: the configuration's own name, for the messages.
    ///   - now: seconds since 1970.
    ///   - read: a file's bytes.
    /// - Returns: the table, and what is wrong with the files. With an error among it the table must not be used.
    package static func read(
        _ configuration: EdgeConfiguration, file: String, now: Int64, read: (String) throws(FileProblem) -> [UInt8]
    ) -> (table: CertificateTable, problems: [ConfigurationProblem]) {
        var problems: [ConfigurationProblem] = []
        let contexts = configuration.distributions.map { distribution in
            distribution.viewerCertificate.flatMap { certificate in
                let (context, found) = load(certificate, of: distribution, file: file, now: now, read: read)
                problems += found
                return context
            }
        }
        return (CertificateTable(configuration.distributions, contexts), problems)
    }

    private init(_ distributions: [Distribution], _ contexts: [TLSServerContext?]) {
        router = HostRouter(distributions)
        domainNames = Set(distributions.map(\.domainName))
        offerHTTP2 = distributions.map { $0.httpVersion == .http2 }
        fromFiles = contexts
        let first = distributions.first
        defaultName = contexts.first.flatMap { $0 } == nil ? first?.domainName : first?.aliases.first?.name
    }

    /// Whether every alias has a certificate, so that only generated names need the local authority.
    package var coversAliases: Bool { !fromFiles.contains { $0 == nil } }

    func choice(forServerName name: String?) -> Choice {
        guard let name = (name ?? defaultName).flatMap(HostRouter.name), let position = router.distribution(forHost: name) else {
            return .unknownName
        }
        if let context = fromFiles[position], !domainNames.contains(name) { return .file(context) }
        // A wildcard alias matches more than what can be a host name.
        guard Alias(name) != nil, !name.hasPrefix("*") else { return .unknownName }
        return .issue(name, offersHTTP2: offerHTTP2[position])
    }

    // MARK: Files

    private static func load(
        _ certificate: ViewerCertificate, of distribution: Distribution, file: String, now: Int64,
        read: (String) throws(FileProblem) -> [UInt8]
    ) -> (TLSServerContext?, [ConfigurationProblem]) {
        func problem(
            _ place: ViewerCertificate.File, _ found: String, _ expected: String, _ severity: ConfigurationProblem.Severity = .error
        ) -> ConfigurationProblem {
            ConfigurationProblem(
                severity: severity, file: file, location: place.location, keyPath: place.keyPath,
                found: "\(place.path), \(found)", expected: expected)
        }
        var problems: [ConfigurationProblem] = []
        func bytes(_ place: ViewerCertificate.File, _ expected: String) -> [UInt8]? {
            do throws(FileProblem) { return try read(place.path) } catch {
                problems.append(problem(place, error.description, expected))
                return nil
            }
        }
        let chain = bytes(certificate.certificate, certificateForm)
        let key = bytes(certificate.privateKey, keyForm)
        guard let chain, let key else { return (nil, problems) }
        do throws(TLSContextError) {
            let context = try TLSServerContext(
                certificateChain: chain, privateKey: key,
                minimumVersion: certificate.minimumProtocolVersion == .tls13 ? .tls13 : .tls12,
                offersHTTP2: distribution.httpVersion == .http2)
            for alias in distribution.aliases where !context.covers(alias.name) {
                let names = context.names.isEmpty ? "no name" : context.names.joined(separator: ", ")
                problems.append(
                    problem(certificate.certificate, "a certificate for \(names)", "one that covers the alias \(alias.name)", .warning))
            }
            if context.notValidAfter <= now {
                problems.append(problem(certificate.certificate, "a certificate that has expired", "one that is valid", .warning))
            }
            return (context, problems)
        } catch {
            switch error {
            case .certificate: problems.append(problem(certificate.certificate, "which holds none", certificateForm))
            case .privateKey: problems.append(problem(certificate.privateKey, "which holds none", keyForm))
            case .mismatch: problems.append(problem(certificate.privateKey, "the key of another certificate", "the certificate's key"))
            case .refused(let why): problems.append(problem(certificate.certificate, "which can't be used (\(why))", certificateForm))
            }
            return (nil, problems)
        }
    }

    private static let certificateForm = "a certificate in PEM"
    private static let keyForm = "a private key in PEM, not encrypted"
}
