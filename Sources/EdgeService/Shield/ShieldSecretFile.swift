// The secrets that a configuration names for its edges, read into it.

package import ConfigurationReading
package import DistributionModel

extension EdgeConfiguration {
    /// Reads the file behind `shield.secret_file`; answers what is wrong with it, without a word of what is in it.
    package mutating func readShieldSecrets(
        file: String, read: (String) throws(CertificateTable.FileProblem) -> [UInt8]
    ) -> [ConfigurationProblem] {
        guard let place = shielding.secretFile else { return [] }
        var objection: String
        do throws(CertificateTable.FileProblem) {
            if let text = String(validating: try read(place.path), as: UTF8.self), let secrets = Shielding.secrets(in: text) {
                shielding.secrets = secrets
                return []
            }
            objection = "which holds something else"
        } catch {
            objection = error.description
        }
        return [
            ConfigurationProblem(
                file: file, location: place.location, keyPath: place.keyPath, found: "\(place.path), \(objection)",
                expected:
                    "1 to \(Shielding.secretsMax) lines of \(Shielding.secretLengths.lowerBound) to \(Shielding.secretLengths.upperBound) characters, such as openssl rand -hex 32 writes")
        ]
    }
}
