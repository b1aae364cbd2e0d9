// Lists of invalidations in pages (CloudFront API, ListInvalidations).

/// One page of a list.
struct InvalidationPage: Sendable, Equatable {
    var invalidations: [Invalidation]
    var marker: String
    var maxItems: Int
    /// Where the next page starts; nil on the last one.
    var nextMarker: String?

    /// Which page is asked for.
    struct Request: Sendable, Equatable {
        /// CloudFront's own bound, and what it takes when nothing is said.
        static let itemsMax = 100

        var marker = ""
        var maxItems = Self.itemsMax

        /// Reads `Marker` and `MaxItems`; other parameters are refused.
        init(query: String?) throws(ControlError) {
            for parameter in (query ?? "").split(separator: "&") {
                let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let value = parts.count == 2 ? String(parts[1]) : ""
                switch parts[0] {
                case "Marker": marker = value
                case "MaxItems":
                    guard let count = Int(value), count >= 1 else { throw .invalidArgument("MaxItems must be a number from 1.") }
                    maxItems = min(count, Self.itemsMax)
                default: throw .invalidArgument("\(parts[0]) is not a parameter of this operation.")
                }
            }
        }
    }
}
