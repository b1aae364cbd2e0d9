// The response headers policy of a behaviour at delivery: on the general path by its rules, on the fast path as bytes made
// ahead, which are right as long as neither the request nor the stored fields make a difference.

import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import NIOCore

/// A policy's fields as bytes, for requests and entries that leave it nothing to decide.
struct ImmediateResponseHeaders: Sendable {
    /// Each line ended.
    let bytes: ByteBuffer
    private let touchedNames: [HTTPField.Name]
    private let isOfferedToOrigins: Bool

    /// Nil when every request has to be looked at.
    init?(_ policy: ResponseHeadersPolicy) {
        guard policy.isConstantWithoutOrigin else { return nil }
        var bytes = ByteBuffer()
        for field in policy.constantFields { bytes.writeString("\(field.name.rawName): \(field.value)\r\n") }
        self.bytes = bytes
        touchedNames = policy.touchedNames
        isOfferedToOrigins = policy.cors != nil
    }

    func fits(_ request: RequestView, _ entry: CachedResponse) -> Bool {
        if isOfferedToOrigins {
            var hasOrigin = false
            request.forEachValue(of: "origin") { _ in hasOrigin = true }
            if hasOrigin { return false }
        }
        return !entry.fields.contains { field in touchedNames.contains(field.name) }
    }
}

extension EdgeRequest {
    /// What the behaviour's policy makes of a response's fields.
    func applyResponseHeaders(to fields: inout HTTPFields, now: HTTPDate) {
        guard !isFromEdge, let policy = behavior.model.responseHeadersPolicy else { return }
        policy.apply(to: &fields, for: CORSPolicy.Request(method: method, fields: self.fields), now: now)
    }

    /// Whether the viewer is told the age of what it gets.
    var showsAge: Bool { isFromEdge || !(behavior.model.responseHeadersPolicy?.removed.contains(.age) ?? false) }
}
