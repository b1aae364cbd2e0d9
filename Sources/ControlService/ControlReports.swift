// What the control listener tells about the edge beside CloudFront's API: the statistics as JSON, and as Prometheus' text.

import HTTPSemantics
import HTTPTypes

/// The documents with the edge's figures, made anew for each request.
package struct ControlReports: Sendable {
    /// Their paths.
    enum Page: String {
        case statistics
        case metrics
    }

    private let statistics: @Sendable () throws -> [UInt8]
    private let metrics: @Sendable () -> String
    private let metricsContentType: String

    /// - Parameters:
    ///   - statistics: the JSON document.
    ///   - metrics: the text, of the given content type.
    package init(
        statistics: @escaping @Sendable () throws -> [UInt8], metrics: @escaping @Sendable () -> String, metricsContentType: String
    ) {
        self.statistics = statistics
        self.metrics = metrics
        self.metricsContentType = metricsContentType
    }

    func answer(_ page: Page) throws(ControlError) -> ControlAnswer {
        var answer: ControlAnswer
        switch page {
        case .statistics:
            guard let document = try? statistics() else { throw .internalError("The statistics could not be written.") }
            answer = ControlAnswer(status: 200, document: document)
            answer.fields[.contentType] = "application/json"
        case .metrics:
            answer = ControlAnswer(status: 200, document: Array(metrics().utf8))
            answer.fields[.contentType] = metricsContentType
        }
        return answer
    }
}
