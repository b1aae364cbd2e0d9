// Whether a viewer may have an answer over the protocol it came with (CloudFront's viewer protocol policy).

package import HTTPTypes

/// Which protocols viewers may use.
package enum ViewerProtocolPolicy: String, Sendable, Hashable, CaseIterable {
    case allowAll = "allow-all"
    case redirectToHTTPS = "redirect-to-https"
    case httpsOnly = "https-only"

    /// What becomes of a request.
    package enum Decision: Sendable, Hashable {
        case serve
        /// To the same URL with https, with this status: 301, or 307 where the method must stay what it is.
        case redirect(status: Int)
        /// 403.
        case refuse
    }

    /// Decides over one request.
    ///
    /// - Parameter knowsTemporaryRedirect: true from HTTP/1.1 on; older clients would turn a redirected POST into a GET.
    package func decision(
        isSecure: Bool, method: HTTPRequest.Method, knowsTemporaryRedirect: Bool
    ) -> Decision {
        switch self {
        case .allowAll: return .serve
        case _ where isSecure: return .serve
        case .httpsOnly: return .refuse
        case .redirectToHTTPS:
            if method == .get || method == .head { return .redirect(status: 301) }
            return knowsTemporaryRedirect ? .redirect(status: 307) : .refuse
        }
    }
}
