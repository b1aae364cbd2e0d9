// Where a distribution fetches from: a bucket through the S3 API (signed or not), or any HTTP server.
//
// An S3 website endpoint is a custom origin, as at CloudFront: it speaks plain HTTP and knows no origin access. How origins are
// spoken to is in `OriginSecurity.swift`.

/// One origin of a distribution.
package struct Origin: Sendable, Hashable {
    package var id: String
    package var domainName: OriginDomainName
    /// Empty, or `/something` without a slash at its end; put before the request path.
    package var originPath: OriginPath
    /// Added to every request to this origin, replacing what the viewer sent under the same name. In file order.
    package var customHeaders: [CustomHeader]
    package var kind: Kind
    /// How often a connection is tried: 1 to 3.
    package var connectionAttempts: Int
    /// How long one attempt may take, TLS included: 1 to 10 seconds.
    package var connectionTimeout: Duration
    /// How long a whole response may take; nil leaves it to the read timeout alone.
    package var responseCompletionTimeout: Duration?
    /// The region whose edge is asked in this origin's place; nil when it is asked itself.
    package var shieldRegion: String?
    /// Certificates trusted beside the system's where it is asked over HTTPS.
    package var authorities: OriginSecurity.AuthorityFile?

    package enum Kind: Sendable, Hashable {
        case s3(S3Origin)
        case custom(CustomOrigin)
    }

    package struct CustomHeader: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(
        id: String, domainName: OriginDomainName, originPath: OriginPath = .root, customHeaders: [CustomHeader] = [],
        kind: Kind, connectionAttempts: Int = 3, connectionTimeout: Duration = .seconds(10)
    ) {
        self.id = id
        self.domainName = domainName
        self.originPath = originPath
        self.customHeaders = customHeaders
        self.kind = kind
        self.connectionAttempts = connectionAttempts
        self.connectionTimeout = connectionTimeout
    }

    /// TCP port to connect to: the one in the domain name, else the custom origin's for the protocol, else 80 or 443.
    package func port(https: Bool) -> Int {
        switch kind {
        case .s3: domainName.port ?? (https ? 443 : 80)
        case .custom(let custom): domainName.port ?? (https ? custom.httpsPort : custom.httpPort)
        }
    }

    package var protocolPolicy: OriginProtocolPolicy {
        switch kind {
        case .s3(let bucket): bucket.protocolPolicy
        case .custom(let custom): custom.protocolPolicy
        }
    }

    /// What TLS with it needs to know.
    package var security: OriginSecurity {
        switch kind {
        case .s3: OriginSecurity(authorities: authorities)
        case .custom(let custom): OriginSecurity(protocols: custom.sslProtocols, authorities: authorities)
        }
    }

    /// How long the origin may stay silent before and between parts of its answer. S3 origins: CloudFront's 30 seconds.
    package var readTimeout: Duration {
        switch kind {
        case .s3: .seconds(30)
        case .custom(let custom): custom.readTimeout
        }
    }

    /// How long an idle connection is kept for reuse. S3 origins: CloudFront's 5 seconds.
    package var keepaliveTimeout: Duration {
        switch kind {
        case .s3: .seconds(5)
        case .custom(let custom): custom.keepaliveTimeout
        }
    }
}

/// A bucket reached through the S3 API.
package struct S3Origin: Sendable, Hashable {
    package var access: OriginAccess
    /// The region requests are signed for.
    package var region: String
    package var protocolPolicy: OriginProtocolPolicy

    package init(access: OriginAccess = .none, region: String = "us-east-1", protocolPolicy: OriginProtocolPolicy = .httpOnly) {
        self.access = access
        self.region = region
        self.protocolPolicy = protocolPolicy
    }
}

/// As whom the edge asks a bucket.
package enum OriginAccess: Sendable, Hashable {
    /// Unsigned requests.
    case none
    /// Signed as the CloudFront service on behalf of the distribution.
    case originAccessControl(OriginAccessControl)
    /// Signed as the identity's own canonical user.
    case originAccessIdentity(OriginAccessIdentity)
}

/// An origin access control: whether and when requests to a bucket are signed with SigV4 as the service principal.
package struct OriginAccessControl: Sendable, Hashable {
    package enum SigningBehavior: String, Sendable, Hashable, CaseIterable {
        case always
        case never
        /// A viewer's own Authorization header is passed on instead of a signature of ours.
        case noOverride = "no-override"
    }

    package var name: String
    package var signingBehavior: SigningBehavior

    package init(name: String, signingBehavior: SigningBehavior = .always) {
        self.name = name
        self.signingBehavior = signingBehavior
    }
}

/// A legacy origin access identity.
package struct OriginAccessIdentity: Sendable, Hashable {
    package var id: String
    package var comment: String

    package init(id: String, comment: String = "") {
        self.id = id
        self.comment = comment
    }

    /// The principal a bucket policy names to admit this identity.
    package var arn: String { "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity \(id)" }
}

/// An HTTP server that is not the S3 API.
package struct CustomOrigin: Sendable, Hashable {
    package var httpPort: Int
    package var httpsPort: Int
    package var protocolPolicy: OriginProtocolPolicy
    /// Oldest first.
    package var sslProtocols: [OriginSSLProtocol]
    /// 1 to 60 seconds.
    package var readTimeout: Duration
    /// 1 to 60 seconds.
    package var keepaliveTimeout: Duration

    package init(
        httpPort: Int = 80, httpsPort: Int = 443, protocolPolicy: OriginProtocolPolicy = .httpOnly,
        sslProtocols: [OriginSSLProtocol] = [.tls12], readTimeout: Duration = .seconds(30), keepaliveTimeout: Duration = .seconds(5)
    ) {
        self.httpPort = httpPort
        self.httpsPort = httpsPort
        self.protocolPolicy = protocolPolicy
        self.sslProtocols = sslProtocols
        self.readTimeout = readTimeout
        self.keepaliveTimeout = keepaliveTimeout
    }
}

/// The prefix an origin puts before request paths: empty, or starting with `/` and not ending with one.
package struct OriginPath: Sendable, Hashable, CustomStringConvertible {
    package static let lengthMax = 255
    package static let root = OriginPath(unchecked: "")
    package let text: String

    private init(unchecked text: String) { self.text = text }

    /// Nil when the text breaks the rule, holds a query, a fragment, a space or a control character, or is too long.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.lengthMax else { return nil }
        guard text.isEmpty || (text.hasPrefix("/") && !text.hasSuffix("/")) else { return nil }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }) else {
            return nil
        }
        self.text = text
    }

    package var description: String { text }
}

/// The host an origin is reached at, with the port where it differs from the protocol's own.
///
/// CloudFront keeps ports out of the domain name; here `hello.s3.localhost:9000` saves a second setting.
package struct OriginDomainName: Sendable, Hashable, CustomStringConvertible {
    /// In lower case; an IPv6 address keeps its brackets.
    package let host: String
    package let port: Int?

    /// Nil unless `host` or `host:port` with a valid DNS name, IPv4 address or bracketed IPv6 address and port 1...65535.
    package init?(_ text: String) {
        var hostPart = text[...]
        var port: Int?
        let afterBracket = text.lastIndex(of: "]") ?? text.startIndex
        if let colon = text[afterBracket...].lastIndex(of: ":") {
            let digits = text[text.index(after: colon)...]
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits),
                (1...65535).contains(number)
            else { return nil }
            port = number
            hostPart = text[..<colon]
        }
        let host = hostPart.lowercased()
        if host.hasPrefix("[") {
            let inner = host.dropFirst().dropLast()
            guard host.hasSuffix("]"), inner.contains(":"),
                inner.utf8.allSatisfy({ "0123456789abcdef:.".utf8.contains($0) })
            else { return nil }
        } else {
            guard let name = Alias(host), !name.isWildcard else { return nil }
        }
        self.host = host
        self.port = port
    }

    package var description: String { port.map { "\(host):\($0)" } ?? host }
}
