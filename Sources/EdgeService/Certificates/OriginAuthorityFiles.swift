// The authorities that a configuration names for its origins, read into it.

package import ConfigurationReading
package import DistributionModel
import OriginFetch

extension EdgeConfiguration {
    /// Reads the files behind `origin_ca_file`.
    ///
    /// - Parameters:
    ///   - file: the configuration's own name, for the messages.
    ///   - read: a file's bytes.
    /// - Returns: what is wrong with the files.
    package mutating func readOriginAuthorities(
        file: String, read: (String) throws(CertificateTable.FileProblem) -> [UInt8]
    ) -> [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        for distribution in distributions.indices {
            for origin in distributions[distribution].origins.indices {
                guard var authorities = distributions[distribution].origins[origin].authorities else { continue }
                var objection: String?
                do throws(CertificateTable.FileProblem) {
                    authorities.pem = try read(authorities.path)
                    if OriginAuthorities(pem: authorities.pem) == nil { objection = "which holds none" }
                } catch {
                    objection = error.description
                }
                if let objection {
                    problems.append(
                        ConfigurationProblem(
                            file: file, location: authorities.location, keyPath: authorities.keyPath,
                            found: "\(authorities.path), \(objection)", expected: "certificates of authorities in PEM"))
                }
                distributions[distribution].origins[origin].authorities = authorities
            }
        }
        return problems
    }
}
