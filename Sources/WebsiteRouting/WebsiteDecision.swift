// What the website endpoint does with a request; the service carries it out.

package enum WebsiteDecision: Sendable, Equatable {
    package enum RedirectReason: Sendable, Equatable {
        case redirectAllRequests
        /// Index of the rule in the configuration.
        case routingRule(Int)
        case objectMetadata
        case folderWithoutSlash
    }

    case redirect(status: Int, location: String, RedirectReason)
    /// 200 (or 206, 304, 412, 416 by the request's fields) with that object.
    case object(key: String)
    /// The error document with the status of the failure.
    case errorDocument(key: String, WebsiteFailure)
    /// The built-in page; `errorDocument` is what happened to the configured error document, if there is one.
    case errorPage(WebsiteFailure, key: String, errorDocument: ErrorDocumentFailure?)

    package struct ErrorDocumentFailure: Sendable, Equatable {
        package var key: String
        package var failure: WebsiteFailure

        package init(key: String, failure: WebsiteFailure) {
            self.key = key
            self.failure = failure
        }
    }
}
