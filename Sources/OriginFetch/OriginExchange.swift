// One request on one connection, from the call to the release of the connection. Whatever arrives late for it (a
// cancellation, the end of its upload, the release of its content) names it, and so can't touch the connection's next one.

import HTTPTypes
import NIOHTTP1
import Synchronization

/// A request that one connection carries, and who waits for its response.
final class OriginExchange: Sendable {
    let head: HTTPRequestHead
    let content: (any FetchRequestContent)?
    let onInterim: (@Sendable (InterimHead) -> Void)?
    /// GET, HEAD or OPTIONS without content: may be sent again when its outcome is unknown.
    let isSafeToRepeat: Bool
    private let cancelled = Atomic(false)

    init(_ request: FetchRequest) {
        head = request.head
        content = request.content
        onInterim = request.onInterim
        isSafeToRepeat = request.isSafeToRepeat
    }

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    func cancel() { cancelled.store(true, ordering: .relaxed) }
}

extension FetchRequest {
    var isSafeToRepeat: Bool { content == nil && (method == .get || method == .head || method == .options) }

    /// Spaces and control bytes would end the request line early.
    var targetIsValid: Bool { !target.isEmpty && target.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } }

    /// The head with the framing that the content needs, whatever the fields say.
    fileprivate var head: HTTPRequestHead {
        var headers = HTTPHeaders()
        headers.reserveCapacity(fields.count + 1)
        for field in fields where field.name != .contentLength && field.name != .transferEncoding {
            headers.add(name: field.name.rawName, value: field.value)
        }
        if let content {
            if let count = content.byteCount {
                headers.add(name: "Content-Length", value: String(count))
            } else {
                headers.add(name: "Transfer-Encoding", value: "chunked")
            }
        } else if method == .post || method == .put || method == .patch {
            // These promise content; without a length an origin answers 411 (RFC 9110 section 8.6).
            headers.add(name: "Content-Length", value: "0")
        }
        return HTTPRequestHead(version: .http1_1, method: .init(rawValue: method.rawValue), uri: target, headers: headers)
    }
}
