// What the website endpoint's rules look at of a request, and what they may learn about keys.

package import S3Model

/// A GET or HEAD to a bucket's website endpoint.
package struct WebsiteRequest: Sendable, Equatable {
    /// Scheme the client used.
    package var scheme: WebsiteConfiguration.Scheme
    /// Host with its port, as the client sent it.
    package var authority: String
    /// The path as received, with its leading `/`.
    package var rawPath: String
    package var rawQuery: String?
    /// The path decoded, without its leading `/`.
    package var key: String

    package init(scheme: WebsiteConfiguration.Scheme, authority: String, rawPath: String, rawQuery: String? = nil, key: String) {
        self.scheme = scheme
        self.authority = authority
        self.rawPath = rawPath
        self.rawQuery = rawQuery
        self.key = key
    }
}

/// What the caller found out about one key, for the anonymous reader that every website visitor is.
package enum KeyAnswer: Sendable, Equatable {
    /// It exists and may be read; with its `x-amz-website-redirect-location`.
    case found(redirectLocation: String?)
    /// It does not exist. `isVisible` says whether the reader may know (s3:ListBucket): 404 or 403.
    case missing(isVisible: Bool)
    /// It exists and may not be read.
    case denied
}

/// Why a request failed, in S3's codes.
package enum WebsiteFailure: Sendable, Equatable {
    case noSuchKey
    case accessDenied
    /// A failure outside of the routing rules' reach (no such bucket, no website, method): status and code as given.
    case other(S3ErrorCode)

    package var code: S3ErrorCode {
        switch self {
        case .noSuchKey: .noSuchKey
        case .accessDenied: .accessDenied
        case .other(let code): code
        }
    }

    package var status: Int { code.status }
}
