import ConfigurationReading
import DistributionModel
import EdgeService
import Foundation
import OriginConfiguration
import SiteDeploy
import WebsiteRouting

/// The files that `skerry check` knows.
enum CheckedFileKind: String, CaseIterable {
    case edge
    case origin
    case seed
    case redirects
    case headers

    /// By name: a file whose name starts with `edge`, `origin` or `seed`, or is `_redirects` or `_headers`.
    init?(fileName: String) {
        let name = (fileName as NSString).lastPathComponent
        switch name {
        case "_redirects": self = .redirects
        case "_headers": self = .headers
        default:
            guard let kind = [Self.edge, .origin, .seed].first(where: { name.hasPrefix($0.rawValue) }) else { return nil }
            self = kind
        }
    }

    /// Every problem in a text, warnings included.
    func problems(in text: String, file: String) -> [ConfigurationProblem] {
        do throws(ConfigurationErrors) {
            switch self {
            case .edge:
                let checked = try EdgeConfiguration.read(yaml: text, file: file)
                var configuration = ConfigurationFiles.resolved(checked.value, besides: file)
                return checked.warnings + ConfigurationFiles.readCertificates(of: configuration, file: file).problems
                    + configuration.readOriginAuthorities(file: file, read: ConfigurationFiles.bytes)
                    + configuration.readShieldSecrets(file: file, read: ConfigurationFiles.bytes)
            case .origin: return try OriginConfiguration.read(yaml: text, file: file).warnings
            case .seed: return try SeedConfiguration.read(yaml: text, file: file).warnings
            case .redirects: return DeployFileProblems.redirects(in: text, file: file)
            case .headers: return DeployFileProblems.headers(in: text, file: file)
            }
        } catch {
            return error.problems
        }
    }
}
