// The verdict on a request to content that only signers may give access to.
//
// Order: what was sent is complete and says one thing; the key is trusted; the signature is the key's; then what the signed policy
// says: resource, time, address. Nothing of a policy counts before its signature does. All is judged once, when the
// request begins: a download that outlasts its URL is finished.

package import Cryptography
import HTTPSemantics

/// What of a request a signature is judged by.
package struct SignedRequest: Sendable {
    /// `http` or `https`, as the viewer speaks it.
    package var scheme: String
    /// Host as the viewer sent it, with its port where there is one.
    package var host: String
    /// The raw path, before the default root object takes the place of `/`.
    package var path: String
    package var query: String?
    /// The values of the Cookie lines.
    package var cookies: [String]
    /// The viewer's address without port.
    package var address: String
    /// Seconds since 1970.
    package var now: Int64

    package init(scheme: String, host: String, path: String, query: String?, cookies: [String], address: String, now: Int64) {
        self.scheme = scheme
        self.host = host
        self.path = path
        self.query = query
        self.cookies = cookies
        self.address = address
        self.now = now
    }
}

/// Whether a request is let in.
package enum SignatureVerdict: Sendable, Hashable {
    /// - Parameter query: for key and origin, without the signing parameters.
    case allowed(query: String?)
    case denied(SignatureDenial)
}

/// Why a request is not let in.
package enum SignatureDenial: Sendable, Hashable, CustomStringConvertible {
    /// No signing parameter, in the URL or in cookies.
    case unsigned
    case missing(String)
    case repeated(String)
    /// Both Expires and Policy.
    case ambiguous
    case malformed(String)
    case unknownKey
    case wrongSignature
    case unreadablePolicy(PolicyError)
    case wrongResource
    case expired
    case notYetValid
    case wrongAddress

    /// One sentence for the person who reads the page.
    package var description: String {
        switch self {
        case .unsigned: "This content needs a signed URL or signed cookies."
        case .missing(let name): "The signature is not complete: \(name) is missing."
        case .repeated(let name): "The signature is not clear: \(name) is there more than once."
        case .ambiguous: "The signature is not clear: Expires and Policy exclude each other."
        case .malformed(let name): "The signature cannot be read: \(name) is malformed."
        case .unknownKey: "The key of the signature is not trusted for this content."
        case .wrongSignature: "The signature does not match the URL or the policy."
        case .unreadablePolicy(let error): "The signed policy cannot be used: \(error)."
        case .wrongResource: "The signed policy is for other content."
        case .expired: "The signature has expired."
        case .notYetValid: "The signature is not valid yet."
        case .wrongAddress: "The signed policy is for another address."
        }
    }
}

/// The public keys of a behaviour's trusted key groups, by their ids.
package struct TrustedKeys: Sendable {
    private let keys: [String: PublicKey]

    package init(_ keys: [String: PublicKey]) { self.keys = keys }

    /// Whether a request is signed by a trusted key for what it asks, when it asks, from where it asks.
    package func verdict(on request: SignedRequest) -> SignatureVerdict {
        let (own, rest) = SigningParameters.taken(from: request.query)
        let parameters = own.isEmpty ? SigningParameters.read(cookies: request.cookies) : own
        if let denial = denial(parameters, request, query: rest) { return .denied(denial) }
        return .allowed(query: rest)
    }

    private func denial(_ parameters: SigningParameters, _ request: SignedRequest, query: String?) -> SignatureDenial? {
        if parameters.isEmpty { return .unsigned }
        if let name = parameters.repeated { return .repeated(name.rawValue) }
        guard let id = parameters[.keyPairID] else { return .missing("Key-Pair-Id") }
        guard let encoded = parameters[.signature] else { return .missing("Signature") }
        guard let algorithm = HashAlgorithm(rawValue: parameters[.hashAlgorithm] ?? HashAlgorithm.sha1.rawValue) else {
            return .malformed("Hash-Algorithm")
        }
        guard let key = keys[id] else { return .unknownKey }
        guard let signature = Base64.cloudFront.decode(encoded) else { return .malformed("Signature") }
        switch (parameters[.expires], parameters[.policy]) {
        case (nil, nil): return .missing("Expires or Policy")
        case (.some, .some): return .ambiguous
        case (let expires?, nil):
            guard let time = Self.seconds(expires) else { return .malformed("Expires") }
            let url = "\(request.scheme)://\(request.host)\(request.path)" + (query.map { "?" + $0 } ?? "")
            // No URL holds these as they are, and none may write JSON of its own into the policy.
            guard !url.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) else { return .malformed("the URL") }
            let policy = SignedPolicy.canned(resource: url, expires: time)
            guard key.verifies(signature, of: policy.utf8, digest: algorithm.digest) else { return .wrongSignature }
            return request.now < time ? nil : .expired
        case (nil, let encoded?):
            guard let text = Base64.cloudFront.decode(encoded) else { return .malformed("Policy") }
            guard key.verifies(signature, of: text, digest: algorithm.digest) else { return .wrongSignature }
            return denial(byPolicy: text, request, query: query)
        }
    }

    private func denial(byPolicy text: [UInt8], _ request: SignedRequest, query: String?) -> SignatureDenial? {
        let policy: SignedPolicy
        do throws(PolicyError) {
            policy = try SignedPolicy(reading: text)
        } catch {
            return .unreadablePolicy(error)
        }
        var paths = [request.path]
        // An origin may resolve dot segments, also between encoded slashes, and must not be led out of what was signed for.
        let plain = Self.withPlainSlashes(request.path)
        if Self.hasDotSegments(plain) {
            guard let normalized = PathNormalization.normalized(plain.utf8) else { return .wrongResource }
            paths.append(String(decoding: normalized, as: UTF8.self))
        }
        for path in paths
        where !policy.resource.matches(scheme: request.scheme, host: request.host, path: path, query: query) { return .wrongResource }
        return policy.objection(at: request.now, from: request.address)
    }

    /// Slashes and backslashes, encoded or not, as slashes.
    private static func withPlainSlashes(_ path: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(path.utf8)[...]
        while let byte = rest.first {
            let triple = rest.prefix(3).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
            if triple.elementsEqual("%2f".utf8) || triple.elementsEqual("%5c".utf8) {
                bytes.append(UInt8(ascii: "/"))
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte == UInt8(ascii: "\\") ? UInt8(ascii: "/") : byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hasDotSegments(_ path: String) -> Bool {
        path.split(separator: "/").contains { segment in
            guard segment.utf8.count <= 6, let first = segment.utf8.first, first == UInt8(ascii: ".") || first == UInt8(ascii: "%") else {
                return false
            }
            return [".", "..", ".%2e", "%2e.", "%2e", "%2e%2e"].contains(segment.lowercased())
        }
    }

    /// Whole seconds without sign or leading zero.
    private static func seconds(_ text: String) -> Int64? {
        guard (1...12).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text == "0" || text.utf8.first != 0x30, let value = Int64(text), value <= SignedPolicy.timeMax
        else { return nil }
        return value
    }
}
