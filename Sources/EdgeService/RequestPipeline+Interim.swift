// Interim responses (RFC 9110 section 15.2, 103 of RFC 8297): what the origin says before its final response goes to every viewer who
// waits for that fetch, without the fields that are for one connection or one viewer, and is never stored. CloudFront documents
// nothing that forbids it.

import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import OriginFetch

extension RequestPipeline {
    /// Waits for what a fetch leads to, and passes on what comes before it.
    func awaitOutcome(of reader: FillReader<FillOutcome>) async throws -> FillOutcome {
        while let interim = try await reader.nextInterim() {
            try await exchange.sendInformational(ResponseHead(status: interim.status, fields: interim.fields))
        }
        return try await reader.outcome()
    }
}

extension InterimResponse {
    /// - Parameter isShared: whether others than the viewer who caused the fetch may get it.
    init(_ head: InterimHead, isShared: Bool) {
        var fields = HopByHop.stripped(head.fields)
        fields[.contentLength] = nil
        if isShared { fields[.setCookie] = nil }
        self.init(status: head.status, fields: fields)
    }
}
