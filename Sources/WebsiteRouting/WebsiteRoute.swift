// The website endpoint's algorithm as a state machine that asks about keys (S3 User Guide, "Hosting a static website"):
// redirect-all, rules by prefix, index suffix, the object with its redirect metadata, the 302 that adds a slash, rules by
// error code, the error document, the built-in page. It knows nothing of buckets, policies or bytes.

package import S3Model

/// One request on its way to a decision.
///
/// Call `start`; whenever a step asks about a key, find out and call `answer`. At most three keys are asked about.
package struct WebsiteRoute: Sendable {
    package enum Step: Sendable, Equatable {
        case ask(key: String)
        case decided(WebsiteDecision)
    }

    private enum State: Sendable {
        case ready
        case object(key: String)
        case folderIndex(failure: WebsiteFailure)
        case errorDocument(key: String, failure: WebsiteFailure)
        case done
    }

    private let configuration: WebsiteConfiguration
    private let request: WebsiteRequest
    private var state = State.ready

    package init(_ request: WebsiteRequest, configuration: WebsiteConfiguration) {
        self.request = request
        self.configuration = configuration
    }

    package mutating func start() -> Step {
        if let target = configuration.redirectAll {
            let query = request.rawQuery.map { "?" + $0 } ?? ""
            let location = "\((target.scheme ?? request.scheme).rawValue)://\(target.hostName)\(request.rawPath)\(query)"
            return decided(.redirect(status: 301, location: location, .redirectAllRequests))
        }
        if let redirect = RoutingRules.redirect(request, configuration.routingRules, status: nil) { return decided(redirect) }
        let key = request.key.isEmpty || request.key.hasSuffix("/") ? request.key + (configuration.indexSuffix ?? "") : request.key
        state = .object(key: key)
        return .ask(key: key)
    }

    /// Goes on with what was found out about the key asked for last.
    package mutating func answer(_ answer: KeyAnswer) -> Step {
        switch state {
        case .object(let key): return afterObject(key, answer)
        case .folderIndex(let failure): return afterFolderIndex(answer, failure)
        case .errorDocument(let key, let failure): return afterErrorDocument(key, answer, failure)
        case .ready, .done: preconditionFailure("no key was asked about")
        }
    }

    private mutating func afterObject(_ key: String, _ answer: KeyAnswer) -> Step {
        switch answer {
        case .found(redirectLocation: let location?): return decided(.redirect(status: 301, location: location, .objectMetadata))
        case .found(redirectLocation: nil): return decided(.object(key: key))
        case .denied: return failed(.accessDenied)
        case .missing(let isVisible):
            let failure: WebsiteFailure = isVisible ? .noSuchKey : .accessDenied
            // Only a path without a slash at its end can be a folder that lacks one.
            guard let suffix = configuration.indexSuffix, !request.key.isEmpty, !request.key.hasSuffix("/"),
                ObjectKey(request.key + "/" + suffix) != nil
            else { return failed(failure) }
            state = .folderIndex(failure: failure)
            return .ask(key: request.key + "/" + suffix)
        }
    }

    private mutating func afterFolderIndex(_ answer: KeyAnswer, _ failure: WebsiteFailure) -> Step {
        guard case .found = answer else { return failed(failure) }
        return decided(.redirect(status: 302, location: "/" + Location.path(request.key) + "/", .folderWithoutSlash))
    }

    private mutating func failed(_ failure: WebsiteFailure) -> Step {
        if let redirect = RoutingRules.redirect(request, configuration.routingRules, status: failure.status) { return decided(redirect) }
        guard let key = configuration.errorKey, (400..<500).contains(failure.status) else {
            return decided(.errorPage(failure, key: request.key, errorDocument: nil))
        }
        state = .errorDocument(key: key, failure: failure)
        return .ask(key: key)
    }

    private mutating func afterErrorDocument(_ key: String, _ answer: KeyAnswer, _ failure: WebsiteFailure) -> Step {
        switch answer {
        case .found: return decided(.errorDocument(key: key, failure))
        case .missing(isVisible: true):
            return decided(.errorPage(failure, key: request.key, errorDocument: .init(key: key, failure: .noSuchKey)))
        case .missing(isVisible: false), .denied:
            return decided(.errorPage(failure, key: request.key, errorDocument: .init(key: key, failure: .accessDenied)))
        }
    }

    private mutating func decided(_ decision: WebsiteDecision) -> Step {
        state = .done
        return .decided(decision)
    }
}
