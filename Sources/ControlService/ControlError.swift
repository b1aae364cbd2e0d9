// The control API's errors, in CloudFront's codes (CloudFront API, CreateInvalidation and GetInvalidation).

/// A refusal of the control API.
struct ControlError: Error, Sendable, Equatable {
    var status: Int
    var code: String
    var message: String

    private init(_ status: Int, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    static func accessDenied(_ message: String) -> ControlError { .init(403, "AccessDenied", message) }
    static func unknownOperation(_ method: String, _ path: String) -> ControlError {
        .init(404, "UnknownOperationException", "\(method) \(path) is not an operation of this control API.")
    }
    static func noSuchDistribution(_ id: String) -> ControlError {
        .init(404, "NoSuchDistribution", "The specified distribution does not exist: \(id).")
    }
    static func noSuchInvalidation(_ id: String) -> ControlError {
        .init(404, "NoSuchInvalidation", "The specified invalidation does not exist: \(id).")
    }
    static func internalError(_ message: String) -> ControlError { .init(500, "InternalError", message) }
    static func shieldNotReached(_ message: String) -> ControlError { .init(503, "ServiceUnavailable", message) }
    static let missingBody = ControlError(400, "MissingBody", "This operation requires a body.")
    static let batchTooLarge = ControlError(413, "BatchTooLarge", "Invalidation batch specified is too large.")
    static func malformedInput(_ message: String) -> ControlError { .init(400, "MalformedInput", message) }
    static func invalidArgument(_ message: String) -> ControlError { .init(400, "InvalidArgument", message) }
    static func inconsistentQuantities(_ message: String) -> ControlError { .init(400, "InconsistentQuantities", message) }
    static func tooManyInvalidations(_ message: String) -> ControlError {
        .init(400, "TooManyInvalidationsInProgress", message)
    }
    static func removalNotCertain(_ reason: String) -> ControlError {
        .init(
            503, "ServiceUnavailable",
            "What was invalidated is no longer served, but the disk cache can't let go of it, so that a restart could bring it back: \(reason). Repeat the request.")
    }
    static func batchAlreadyExists(_ reference: String) -> ControlError {
        .init(400, "InvalidationBatchAlreadyExists", "The caller reference \(reference) was used with other paths.")
    }
}
