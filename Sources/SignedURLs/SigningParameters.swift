// The five parameters of a signature, in a URL or in cookies, and taking them out of a query string.

package import Cryptography

/// Digests a signature may be over; SHA-1 where nothing is said.
package enum HashAlgorithm: String, Sendable, Hashable, CaseIterable {
    case sha1 = "SHA1"
    case sha256 = "SHA256"

    package var digest: DigestAlgorithm {
        switch self {
        case .sha1: .sha1
        case .sha256: .sha256
        }
    }
}

/// Names of the parameters; cookies carry them behind `CloudFront-`.
enum SigningParameter: String, CaseIterable {
    case expires = "Expires"
    case policy = "Policy"
    case signature = "Signature"
    case keyPairID = "Key-Pair-Id"
    case hashAlgorithm = "Hash-Algorithm"

    var cookieName: String { "CloudFront-" + rawValue }
}

/// The parameters as they came, nothing judged yet.
struct SigningParameters {
    private(set) var values: [SigningParameter: String] = [:]
    /// One that was given twice.
    private(set) var repeated: SigningParameter?

    var isEmpty: Bool { values.isEmpty }
    subscript(parameter: SigningParameter) -> String? { values[parameter] }

    /// Takes the parameters out of a query string and gives what is left: the query that the object has without them.
    ///
    /// Names are compared as sent. Nil when nothing is left, so that `/a?Expires=1` is `/a` again.
    static func taken(from query: String?) -> (parameters: SigningParameters, rest: String?) {
        guard let query else { return (SigningParameters(), nil) }
        var parameters = SigningParameters()
        var rest: [Substring] = []
        for part in query.split(separator: "&", omittingEmptySubsequences: false) {
            let name = part.prefix { $0 != "=" }
            if let parameter = SigningParameter(rawValue: String(name)) {
                if parameters.values.updateValue(String(part.dropFirst(name.count + 1)), forKey: parameter) != nil {
                    parameters.repeated = parameter
                }
            } else {
                rest.append(part)
            }
        }
        if parameters.isEmpty { return (parameters, query) }
        return (parameters, rest.isEmpty ? nil : rest.joined(separator: "&"))
    }

    /// The parameters in Cookie lines. Of two cookies with one name the first counts: browsers send the more special path first.
    static func read(cookies lines: [String]) -> SigningParameters {
        var parameters = SigningParameters()
        for line in lines {
            for part in line.split(separator: ";") {
                let pair = part.drop { $0 == " " || $0 == "\t" }
                guard pair.hasPrefix("CloudFront-") else { continue }
                let name = pair.prefix { $0 != "=" }
                guard let parameter = SigningParameter.allCases.first(where: { $0.cookieName == name }),
                    parameters[parameter] == nil
                else { continue }
                var value = pair.dropFirst(name.count + 1)
                while value.last == " " || value.last == "\t" { value = value.dropLast() }
                parameters.values[parameter] = String(value)
            }
        }
        return parameters
    }
}
