// Origin groups: a primary origin and one that stands in when it fails (CloudFront Developer Guide, "Optimize high availability
// with CloudFront origin failover").

import ConfigurationReading

/// Two origins of a distribution under one name that behaviours may target.
package struct OriginGroup: Sendable, Hashable {
    /// Statuses that a group may fail over on.
    package static let statusCodes = [400, 403, 404, 416, 429, 500, 502, 503, 504]

    package var id: String
    /// Always asked first.
    package var primary: String
    /// Asked once the primary can't be reached, is silent, or answers one of the statuses.
    package var secondary: String
    package var failoverStatusCodes: [Int]

    package init(id: String, primary: String, secondary: String, failoverStatusCodes: [Int]) {
        self.id = id
        self.primary = primary
        self.secondary = secondary
        self.failoverStatusCodes = failoverStatusCodes
    }

    static func read(_ section: ConfigurationSection, originIDs: [String]) -> OriginGroup? {
        enum Criteria: String { case `default` }
        let id = section.text("id")
        let members = section.references("members", to: "the id of an origin", among: originIDs)
        let codes = section.texts("failover_status_codes", form: statusForm) { text in
            wholeNumber(text[...]).flatMap { statusCodes.contains($0) ? $0 : nil }
        }.map(\.value)
        _ = section.choice("selection_criteria", as: Criteria.self)
        section.finish()
        if section.isEmptyList("failover_status_codes") {
            section.report("failover_status_codes", found: "an empty list", expected: statusForm)
        }
        guard members.count == 2 else {
            if section.listCount("members") == 1 || members.count > 2 {
                section.report("members", found: members.count > 2 ? "\(members.count) origins" : "one origin", expected: "two: the primary, then the secondary")
            }
            return nil
        }
        guard let id, !codes.isEmpty else { return nil }
        return OriginGroup(id: id, primary: members[0], secondary: members[1], failoverStatusCodes: codes)
    }

    static let statusForm = "one of " + statusCodes.map(String.init).joined(separator: ", ")
}
