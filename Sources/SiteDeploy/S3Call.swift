// One request to S3 and its answer, below the operations.

import DeployModel
import HTTPSemantics
import HTTPTypes
import SigV4

/// A request before it is signed.
struct S3Call: Sendable {
    /// The operation with its object, as errors name it.
    var operation: String
    var method: HTTPRequest.Method
    /// Encoded.
    var path: String
    var query: String
    var headers: [(name: String, value: String)]
    var body: RequestBody
    /// Statuses that are answers rather than failures.
    var accepts: Set<Int>
    var answerBytesMax: Int

    init(
        _ operation: String, _ method: HTTPRequest.Method, path: String, query: String = "",
        headers: [(name: String, value: String)] = [], body: RequestBody = .bytes([]), accepts: Set<Int> = [],
        answerBytesMax: Int = S3Client.answerBytesMax
    ) {
        self.operation = operation
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.accepts = accepts
        self.answerBytesMax = answerBytesMax
    }
}

/// What came back, whole.
struct S3Answer: Sendable {
    var status: Int
    var fields: HTTPFields
    var bytes: [UInt8]

    var text: String { String(decoding: bytes, as: UTF8.self) }
    /// S3's error code, where there is one.
    var code: String { AnswerText.element("Code", in: text) ?? "" }

    /// Another write of the same key was under way (409), which ends by itself.
    var isBusy: Bool { status == 409 && ["ConditionalRequestConflict", "OperationAborted"].contains(code) }

    func field(_ name: String) -> String? { HTTPField.Name(name).flatMap { fields[$0] } }

    /// The entity tag as it came, quotes included.
    var entityTag: String { field("etag") ?? "" }

    func date(_ name: String) -> HTTPDate? {
        field(name).flatMap { SigningTime(fixdate: $0) }.map { HTTPDate(secondsSince1970: $0.secondsSince1970) }
    }
}
