// The logs that a configuration asks for.

import AccessLogs
package import DistributionModel
package import LogDelivery
package import OriginFetch

extension LogDeliveryLimits {
    package init(_ settings: AccessLogSettings) {
        self.init()
        flushSeconds = settings.flushInterval.components.seconds
        rotateSeconds = settings.rotateInterval.components.seconds
        rotateBytes = settings.rotateBytes
        queueBytes = settings.queueBytes
        spoolDirectory = settings.spoolDirectory
        spoolBytes = settings.spoolBytes
    }
}

extension EdgeConfiguration {
    /// Whether any log goes to a bucket, which needs a key.
    package var logsToBuckets: Bool {
        distributions.contains { distribution in
            if case .bucket? = distribution.logging?.destination { true } else { false }
        }
    }

    /// A plan for each log. Throws when a bucket must be signed for and there are no credentials to do it with.
    ///
    /// - Parameter now: seconds since 1970, for signatures.
    package func logPlans(
        credentials: OriginAccessCredentials?, fetcher: any OriginFetcher, now: @escaping @Sendable () -> Int64
    ) throws(EdgeSetupError) -> [LogPlan] {
        var plans: [LogPlan] = []
        for distribution in distributions {
            guard let logging = distribution.logging else { continue }
            let destination: LogPlan.Destination
            switch logging.destination {
            case .directory(let folder): destination = .directory(folder)
            case .bucket(let name, let region):
                guard let credentials else {
                    throw EdgeSetupError("the log of distribution \(distribution.id) goes to a bucket, but origin_access names no credentials")
                }
                let store = BucketLogStore(
                    bucket: name.host, port: name.port, region: region, sourceARN: distribution.arn(accountID: originAccess.accountID),
                    credentials: credentials, fetcher: fetcher, now: now)
                destination = .store(store, name: "\(name) \(region) \(credentials.accessKeyID)")
            }
            plans.append(
                LogPlan(
                    distributionID: distribution.id,
                    layout: LogLayout(
                        format: logging.format == .json ? .json : .cloudFront, includesCookies: logging.includesCookies,
                        edgeLocation: edgeLocation),
                    destination: destination, prefix: LogFileName.prefix(logging.prefix)))
        }
        return plans
    }
}
