// Interim responses (RFC 9110 section 15.2) on their way to everyone who waits for one fetch. They are passed on and never stored.

package import HTTPTypes

/// A 1xx response as viewers get it.
package struct InterimResponse: Sendable, Equatable {
    package var status: HTTPResponse.Status
    package var fields: HTTPFields

    package init(status: HTTPResponse.Status, fields: HTTPFields) {
        self.status = status
        self.fields = fields
    }
}
