// Names of log files: `prefix/DISTID.YYYY-MM-DD-HH.hash.gz`, the hour being that of the requests in it.

package import HTTPSemantics

/// The name of one file of one distribution's log.
package struct LogFileName: Sendable, Hashable {
    package var distributionID: String
    /// Whole hours since 1970.
    package var hour: Int64
    /// Tells the files of one hour apart, also those of several edges: eight hexadecimal digits.
    package var unique: UInt32

    package init(distributionID: String, hour: Int64, unique: UInt32) {
        self.distributionID = distributionID
        self.hour = hour
        self.unique = unique
    }

    package static func hour(of date: HTTPDate) -> Int64 {
        let seconds = date.secondsSince1970
        return (seconds >= 0 ? seconds : seconds - 3_599) / 3_600
    }

    /// The name without its prefix.
    package var text: String {
        let digits = String(unique, radix: 16)
        let hash = String(repeating: "0", count: 8 - digits.count) + digits
        return "\(distributionID).\(LogTime(HTTPDate(secondsSince1970: hour * 3_600)).hourText).\(hash).gz"
    }

    /// The prefix before a name: one that doesn't end in `/` gets it, as CloudFront does.
    package static func prefix(_ prefix: String) -> String { prefix.isEmpty || prefix.hasSuffix("/") ? prefix : prefix + "/" }
}
