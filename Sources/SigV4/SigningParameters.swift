// The claim a request makes about its signature, read from the Authorization header or the presigned query and not yet
// believed. Only syntax is judged here; SigV4Verifier judges the content.

/// Where the signature travelled.
package enum AuthenticationType: Sendable, Hashable {
    case header
    /// - Parameter expiresSeconds: the life the URL was given, 1 to 604,800 s.
    case presigned(expiresSeconds: Int64)

    /// The value of the policy key `s3:authType`.
    package var policyValue: String {
        switch self {
        case .header: "REST-HEADER"
        case .presigned: "REST-QUERY-STRING"
        }
    }
}

struct SigningParameters: Sendable {
    let type: AuthenticationType
    let credential: Credential
    let time: SigningTime
    let signedHeaders: [String]
    let signature: String
    let payload: PayloadHash

    /// Longest life of a presigned URL: a week.
    static let expiresSecondsMax: Int64 = 604_800
    /// Most header names one signature may list; a named bound on work, above what any client sends.
    static let signedHeadersMax = 200
}

// MARK: - Authorization header

extension SigningParameters {
    /// Reads `AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...` and the headers that go with it.
    static func header(_ authorization: String, of request: SigV4Request) throws(SigV4Error) -> SigningParameters {
        let fields = try components(of: authorization)
        guard let text = fields["Credential"] else { throw malformed(missing: "Credential") }
        guard let names = fields["SignedHeaders"] else { throw malformed(missing: "SignedHeaders") }
        guard let signature = fields["Signature"] else { throw malformed(missing: "Signature") }
        guard let credential = Credential(text) else { throw .authorizationHeaderMalformed(Credential.shape) }
        guard let signedHeaders = headerNames(names) else {
            throw .authorizationHeaderMalformed("SignedHeaders must be lower-case header names in order, separated by ';'.")
        }
        let time = try self.time(of: request)
        guard let value = request.value(of: "x-amz-content-sha256") else {
            throw .invalidRequest("Missing required header for this request: x-amz-content-sha256")
        }
        return SigningParameters(
            type: .header, credential: credential, time: time, signedHeaders: signedHeaders, signature: signature,
            payload: try PayloadHash(parsing: value))
    }

    private static func malformed(missing name: String) -> SigV4Error {
        .authorizationHeaderMalformed("the authorization component \"\(name)=...\" is missing or malformed.")
    }

    /// The `name=value` parts after the algorithm, separated by commas and optional white space, each once.
    private static func components(of authorization: String) throws(SigV4Error) -> [String: String] {
        var fields: [String: String] = [:]
        let rest = authorization.utf8.dropFirst(StringToSign.algorithm.utf8.count)
        for piece in rest.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let part = String(decoding: trimmed(piece), as: UTF8.self)
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, !pair[1].isEmpty, ["Credential", "SignedHeaders", "Signature"].contains(String(pair[0]))
            else { throw .authorizationHeaderMalformed("the authorization component \"\(part)\" is malformed.") }
            guard fields.updateValue(String(pair[1]), forKey: String(pair[0])) == nil else {
                throw .authorizationHeaderMalformed("the authorization component \"\(pair[0])\" appears twice.")
            }
        }
        return fields
    }

    /// The instant of signing: x-amz-date, else Date. Either may be in either spelling, as AWS accepts.
    private static func time(of request: SigV4Request) throws(SigV4Error) -> SigningTime {
        guard let text = request.value(of: "x-amz-date") ?? request.value(of: "date"),
            let time = SigningTime(basic: text) ?? SigningTime(fixdate: text)
        else { throw .accessDenied(.noValidDate) }
        return time
    }
}

// MARK: - Presigned query

extension SigningParameters {
    /// Reads the X-Amz-* query parameters of a presigned URL, in whatever order, each once.
    static func presigned(
        _ query: [QueryParameter], of request: SigV4Request
    ) throws(SigV4Error) -> SigningParameters {
        let algorithm = try required("X-Amz-Algorithm", query)
        guard algorithm == StringToSign.algorithm else {
            throw .authorizationQueryParametersError("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"")
        }
        guard let credential = Credential(try required("X-Amz-Credential", query)) else {
            throw .authorizationQueryParametersError("Error parsing the X-Amz-Credential parameter; \(Credential.shape)")
        }
        guard let time = SigningTime(basic: try required("X-Amz-Date", query)) else {
            throw .authorizationQueryParametersError(
                "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
        }
        let life = try expires(try required("X-Amz-Expires", query))
        guard let signedHeaders = headerNames(try required("X-Amz-SignedHeaders", query)) else {
            throw .authorizationQueryParametersError(
                "X-Amz-SignedHeaders must be lower-case header names in order, separated by ';'.")
        }
        let signature = try required("X-Amz-Signature", query)
        let hash = try optional("X-Amz-Content-Sha256", query) ?? request.value(of: "x-amz-content-sha256")
        return SigningParameters(
            type: .presigned(expiresSeconds: life), credential: credential, time: time, signedHeaders: signedHeaders,
            signature: signature, payload: try hash.map { text throws(SigV4Error) in try PayloadHash(parsing: text) } ?? .unsigned)
    }

    private static func required(_ name: StaticString, _ query: [QueryParameter]) throws(SigV4Error) -> String {
        guard let value = try optional(name, query), !value.isEmpty else {
            throw .authorizationQueryParametersError(
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
                    + "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.")
        }
        return value
    }

    private static func optional(_ name: StaticString, _ query: [QueryParameter]) throws(SigV4Error) -> String? {
        let found = query.filter { $0.isNamed(name) }
        guard found.count <= 1 else { throw .authorizationQueryParametersError("\(name) must appear once.") }
        return found.first?.text
    }

    private static func expires(_ text: String) throws(SigV4Error) -> Int64 {
        guard let seconds = Int64(text) else {
            throw .authorizationQueryParametersError("X-Amz-Expires should be a number")
        }
        guard seconds >= 1 else { throw .expiresOutOfRange("X-Amz-Expires must be positive") }
        guard seconds <= expiresSecondsMax else {
            throw .expiresOutOfRange(
                "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than \(expiresSecondsMax) seconds"
            )
        }
        return seconds
    }
}

// MARK: - Shared pieces

extension SigningParameters {
    /// Lower-case names, strictly ascending, or nil.
    private static func headerNames(_ text: String) -> [String]? {
        let names = text.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        guard names.count <= signedHeadersMax else { return nil }
        for name in names {
            guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && asciiLowercased($0) == $0 }) else { return nil }
        }
        guard zip(names, names.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
        return names
    }
}

/// ASCII spaces and tabs removed from both ends.
func trimmed(_ bytes: some BidirectionalCollection<UInt8>) -> some BidirectionalCollection<UInt8> {
    func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    let start = bytes.firstIndex { !isBlank($0) } ?? bytes.endIndex
    let end = bytes[start...].lastIndex { !isBlank($0) }.map { bytes.index(after: $0) } ?? start
    return bytes[start..<end]
}
