// Settings of CloudFront's that mean nothing under another personality are refused, so that nobody relies on them.

import ConfigurationReading
import HTTPCaching

extension Personality {
    /// Reports settings that this personality gives no effect.
    ///
    /// Everything else has its effect under both: what the policies name reaches the origin and tells entries apart, their
    /// times bound what responses say, error pages replace errors.
    func refuseMeaningless(in behaviors: some Sequence<(ConfigurationSection, CacheBehavior?)>, errors: [ConfigurationSection]) {
        guard !traits.remembersFailures else { return }
        for (section, behavior) in behaviors {
            if behavior?.cachedMethods == .getHeadOptions {
                section.report("cached_methods", found: "OPTIONS", expected: "GET, HEAD under personality \(name): RFC 9110 lets no one cache OPTIONS")
            }
            if let seconds = behavior?.cachePolicy.minTTL, seconds > 0, behavior?.cachePolicy.disablesCaching == false {
                section.report(
                    "cache_policy", found: "a Minimum TTL of \(seconds) seconds",
                    expected: "0 under personality \(name), which else keeps responses for longer than their origin allows", severity: .warning)
            }
        }
        for section in errors where section.has("error_caching_min_ttl") {
            section.report(
                "error_caching_min_ttl", found: section.peek("error_caching_min_ttl") ?? "a value",
                expected: "no such key under personality \(name): an error is kept as long as its own fields say")
        }
    }
}
