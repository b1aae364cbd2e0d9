// Interim responses (RFC 9110 section 15.2): heads that come before the final one. An origin may send several, so they are bounded.

package import HTTPTypes

/// A 1xx response, as the origin sent it. Never 101: nobody asks an origin to switch protocols.
package struct InterimHead: Sendable, Equatable {
    /// Interim responses to one request; with more, the origin's answer counts as invalid.
    package static let countMax = 32
    /// Field bytes of all interim responses to one request.
    package static let fieldBytesMax = 64 * 1024

    package var status: HTTPResponse.Status
    package var fields: HTTPFields

    package init(status: HTTPResponse.Status, fields: HTTPFields) {
        self.status = status
        self.fields = fields
    }
}

/// What is left of the bounds for one request.
struct InterimAllowance {
    private var count = 0
    private var fieldBytes = 0

    /// False when the origin has gone too far.
    mutating func take(_ head: InterimHead) -> Bool {
        count += 1
        fieldBytes += head.fields.reduce(0) { $0 + $1.name.rawName.utf8.count + $1.value.utf8.count + 4 }
        return count <= InterimHead.countMax && fieldBytes <= InterimHead.fieldBytesMax
    }
}
