// Making signed URLs and signed cookies.

package import Cryptography

/// A private key with the id by which verifiers know its public half.
package struct URLSigner: Sendable {
    package let keyPairID: String
    private let key: PrivateKey
    private let algorithm: HashAlgorithm

    package init(keyPairID: String, key: PrivateKey, algorithm: HashAlgorithm = .sha1) {
        self.keyPairID = keyPairID
        self.key = key
        self.algorithm = algorithm
    }

    /// What is signed: a canned policy by its parts, or a custom policy as its text.
    package enum Policy: Sendable, Hashable {
        case canned(resource: String, expires: Int64)
        case custom(String)

        package var text: String {
            switch self {
            case .canned(let resource, let expires): SignedPolicy.canned(resource: resource, expires: expires)
            case .custom(let text): text
            }
        }

        fileprivate var parameter: (SigningParameter, String) {
            switch self {
            case .canned(_, let expires): (.expires, String(expires))
            case .custom(let text): (.policy, Base64.cloudFront.encode(text.utf8))
            }
        }
    }

    /// The URL with the signature's parameters behind its own.
    package func signedURL(_ url: String, policy: Policy) throws(KeyError) -> String {
        var result = url
        var separator: Character = url.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        for (parameter, value) in try parameters(policy) {
            result += "\(separator)\(parameter.rawValue)=\(value)"
            separator = "&"
        }
        return result
    }

    /// The cookies' names and values, in the order CloudFront documents them.
    package func signedCookies(policy: Policy) throws(KeyError) -> [(name: String, value: String)] {
        try parameters(policy).map { ($0.cookieName, $1) }
    }

    private func parameters(_ policy: Policy) throws(KeyError) -> [(SigningParameter, String)] {
        let signature = try key.signature(of: policy.text.utf8, digest: algorithm.digest)
        var result = [policy.parameter, (.signature, Base64.cloudFront.encode(signature)), (.keyPairID, keyPairID)]
        if algorithm != .sha1 { result.append((.hashAlgorithm, algorithm.rawValue)) }
        return result
    }

    /// Why a URL can't be signed; nil when it can.
    package static func objection(to url: String) -> String? {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) else {
            return "a URL holds no spaces, quotes, backslashes or characters beyond ASCII; write them percent-encoded"
        }
        let lowercased = url.lowercased()
        let isWeb = ["http://", "https://"].contains { lowercased.hasPrefix($0) && url.utf8.count > $0.utf8.count }
        guard isWeb || url.hasPrefix("http*://") else { return "expected an absolute http:// or https:// URL" }
        let rest = url.drop { $0 != ":" }.dropFirst(3)
        guard rest.contains("/"), rest.first != "/" else { return "expected a path behind the domain, at least /" }
        guard !url.contains("#") else { return "a fragment never reaches a server; leave it out" }
        let query = url.split(separator: "?", maxSplits: 1).dropFirst().first.map(String.init)
        guard SigningParameters.taken(from: query).parameters.isEmpty else { return "it carries a signature's parameters already" }
        return nil
    }
}
