// The access logs of a running edge: the writer that all configurations of its life share.

import AccessLogs
import DistributionModel
import EdgeService
import Foundation
import HTTPSemantics
import LogDelivery
import Logging
import OriginFetch

/// Writes what the distributions of the present configuration log.
struct EdgeLogs: Sendable {
    /// For the last files to reach their buckets when the process ends; what is left then waits in the spool.
    static let storePatience = Duration.seconds(10)

    let writer: LogWriter
    private let fetcher: any OriginFetcher
    private let now: @Sendable () -> HTTPDate

    init(_ settings: AccessLogSettings, fetcher: any OriginFetcher, now: @escaping @Sendable () -> HTTPDate, logger: Logger) {
        writer = LogWriter(
            limits: LogDeliveryLimits(settings), now: now, unique: { .random(in: .min ... .max) }, logger: logger)
        self.fetcher = fetcher
        self.now = now
    }

    /// The queues of a configuration's logs, by distribution.
    func queues(for configuration: EdgeConfiguration, credentials: OriginAccessCredentials?) throws(EdgeSetupError) -> [String: LogQueue] {
        let plans = try configuration.logPlans(credentials: credentials, fetcher: fetcher) { [now] in now().secondsSince1970 }
        do throws(LogDeliveryError) {
            return try writer.queues(for: plans)
        } catch {
            throw EdgeSetupError("access logs cannot be written: \(error)")
        }
    }
}
