// An edge with one strict distribution: everything the viewer sends is passed on, and lifetimes are the origin's.

import DistributionModel
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import OriginFetch
import Testing

@testable import EdgeService

extension Distribution {
    static func strict(
        policy: CachePolicy = CachePolicy(minTTL: 0, defaultTTL: 0, maxTTL: 3_153_600_000, queryStrings: .all),
        toOrigin: OriginRequestPolicy? = OriginRequestPolicy(headers: .allViewer, cookies: .all, queryStrings: .all),
        compress: Bool = false, behaviors: [CacheBehavior] = [], errors: [CustomErrorResponse] = [], responseHeaders: ResponseHeadersPolicy? = nil
    ) throws -> Distribution {
        var distribution = try Distribution.site(
            policy, methods: .all, compress: compress, behaviors: behaviors, errors: errors, toOrigin: toOrigin, responseHeaders: responseHeaders)
        distribution.personality = .rfc9111
        return distribution
    }
}

func strictEdge() throws -> Edge { try Edge([.strict()]) }

let foo = HTTPField.Name.known("Foo")

extension ViewerReply {
    /// The last member of Cache-Status, without this cache's name and the key.
    var cacheStatus: String? {
        fields[values: .cacheStatus].last.map { member in
            member.split(separator: "; ").dropFirst().filter { !$0.hasPrefix("key=") }.joined(separator: "; ")
        }
    }

    var isHit: Bool { cacheStatus?.hasPrefix("hit") ?? false }
}

extension OriginReply {
    /// A 200 with these directives.
    static func cached(_ directives: String, _ fields: HTTPFields = [:], _ body: String = "hello") -> OriginReply {
        var fields = fields
        fields[.cacheControl] = directives
        return OriginReply(.ok, fields, body)
    }
}
