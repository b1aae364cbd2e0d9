// How one edge tells another, its origin shield, in whose stead it asks, and proves that it is an edge (docs/notes: the
// shield's protocol). The field is signed with a secret that both share, together with method, target, host and every other field,
// so that neither a viewer nor anyone on the way can say such things. Responses are not signed, and nothing here is secret on the
// wire: edges talk over a network of their own.

import Cryptography
import HTTPSemantics
import HTTPTypes

/// The secrets of one group of edges. The first signs; all are good, so that they can be changed one after another.
struct ShieldSecrets: Sendable, Equatable {
    let keys: [String]

    init?(_ keys: [String]) {
        guard !keys.isEmpty else { return nil }
        self.keys = keys
    }
}

/// What an edge says with a request to its shield.
struct ShieldCall: Sendable, Equatable {
    static let fieldName = HTTPField.Name.known("X-Edge-Shield")
    /// Seconds by which the clocks of two edges may differ, and for which a request can be repeated.
    static let toleranceSeconds: Int64 = 300

    /// Which process asks.
    var edgeID: String
    var distributionID: String
    /// Seconds since 1970.
    var time: Int64
    var requestID: String
    // The viewer, as the asking edge sees it.
    var viewerAddress: String
    var viewerPort: Int
    var viewerVersion: String
    var viewerIsSecure: Bool

    /// Why a request is not taken for an edge's.
    enum Refusal: String, Error, CaseIterable {
        case unsigned
        case malformed
        case signature
        /// The time is too far from ours.
        case clock
        /// The request comes from this very process.
        case loop
        /// The host leads to another distribution here.
        case distribution
        /// Only reads for the cache, and invalidations, come from edges.
        case method

        var status: Int { self == .loop ? 508 : self == .distribution ? 421 : 403 }
    }

    /// What is signed of a request beside the call itself.
    struct Envelope {
        var method: String
        var target: String
        var host: String
        var fields: HTTPFields
    }

    private var text: String {
        "1 \(edgeID) \(distributionID) \(time) \(requestID) \(viewerAddress) \(viewerPort) \(viewerVersion) \(viewerIsSecure ? "https" : "http")"
    }

    /// The field's value.
    func signed(_ envelope: Envelope, with secrets: ShieldSecrets) -> String {
        "\(text) \(Self.signature(text, envelope, key: secrets.keys[0]))"
    }

    /// Reads and verifies the field of a request.
    ///
    /// - Parameters:
    ///   - edgeID: this process's own.
    ///   - now: seconds since 1970.
    static func verified(_ envelope: Envelope, with secrets: ShieldSecrets, edgeID: String, now: Int64) throws(Refusal) -> ShieldCall {
        guard let value = envelope.fields.single(fieldName) else { throw .unsigned }
        let parts = value.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 10, parts[0] == "1", let time = Int64(parts[3]), let port = Int(parts[6]), (0...65535).contains(port),
            parts[8] == "https" || parts[8] == "http", parts.allSatisfy({ (1...128).contains($0.utf8.count) })
        else { throw .malformed }
        let call = ShieldCall(
            edgeID: parts[1], distributionID: parts[2], time: time, requestID: parts[4], viewerAddress: parts[5], viewerPort: port,
            viewerVersion: parts[7], viewerIsSecure: parts[8] == "https")
        let isGood = secrets.keys.contains { constantTimeEqual(signature(call.text, envelope, key: $0).utf8, parts[9].utf8) }
        guard isGood else { throw .signature }
        // Subtracting what anyone may write could overflow; what an edge signed does not.
        guard (now - toleranceSeconds...now + toleranceSeconds).contains(call.time) else { throw .clock }
        guard call.edgeID != edgeID else { throw .loop }
        return call
    }

    private static func signature(_ text: String, _ envelope: Envelope, key: String) -> String {
        var message = "skerry-shield\n\(text)\n\(envelope.method)\n\(envelope.target)\n\(envelope.host)\n"
        for field in envelope.fields where !unsignedNames.contains(field.name.canonicalName) {
            message += "\(field.name.canonicalName):\(field.value)\n"
        }
        return Hex.encode(HMAC.sha256(key: key.utf8, message: message))
    }

    /// The connection's own fields, and the signature itself.
    private static let unsignedNames: Set<String> = [
        "host", "x-edge-shield", "connection", "keep-alive", "content-length", "transfer-encoding",
    ]
}

/// What a shield says with its response.
struct ShieldAnswer: Sendable, Equatable {
    /// How the shield had it, in the words of logs: `Hit`, `Miss`.
    var result: String
    /// Whether the content is compressed by the shield, and not by the origin.
    var isCompressed: Bool

    var isHit: Bool { result == "Hit" }

    var fieldValue: String { "1 \(result)\(isCompressed ? " compressed" : "")" }

    init(result: String, isCompressed: Bool) { (self.result, self.isCompressed) = (result, isCompressed) }

    /// Nil when the response is not a shield's, or refuses.
    init?(_ fields: HTTPFields) {
        guard let parts = fields.single(ShieldCall.fieldName)?.split(separator: " "), parts.first == "1", (2...3).contains(parts.count) else {
            return nil
        }
        self.init(result: String(parts[1]), isCompressed: parts.count == 3 && parts[2] == "compressed")
    }
}
