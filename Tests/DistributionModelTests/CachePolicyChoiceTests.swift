import ConfigurationReading
import DistributionModel
import Eviction
import Testing

/// `cache.eviction` and `cache.admission`, of memory and of the disk.
struct CachePolicyChoiceTests {
    private func read(_ cache: String) throws(ConfigurationErrors) -> EdgeConfiguration.Cache {
        let site = """
            distributions:
              - id: EONE
                origins: [{id: web, domain_name: "localhost:9000", custom_origin_config: {}}]
                default_cache_behavior: {target_origin_id: web}
            """
        return try EdgeConfiguration.read(yaml: site + "\ncache:\n" + cache, file: "edge.conf").value.cache
    }

    @Test func `without a word SIEVE evicts and everything is admitted, in both tiers`() throws {
        let cache = try read("  disk: {directory: d}")
        #expect(cache.eviction == .sieve)
        #expect(cache.admission == .all)
        #expect(cache.disk?.eviction == .sieve)
        #expect(cache.disk?.admission == .all)
    }

    @Test(arguments: EvictionPolicyName.allCases, AdmissionPolicyName.allCases)
    func `every policy may be chosen for each tier`(eviction: EvictionPolicyName, admission: AdmissionPolicyName) throws {
        let words = "eviction: \(eviction.rawValue), admission: \(admission.rawValue)"
        let memory = try read("  eviction: \(eviction.rawValue)\n  admission: \(admission.rawValue)")
        #expect((memory.eviction, memory.admission) == (eviction, admission))
        let disk = try read("  disk: {directory: d, \(words)}")
        #expect((disk.eviction, disk.admission) == (.sieve, .all))
        #expect(disk.disk.map { [$0.eviction.rawValue, $0.admission.rawValue] } == [eviction.rawValue, admission.rawValue])
    }

    @Test func `another word is refused where it stands`() {
        let error = #expect(throws: ConfigurationErrors.self) { try read("  eviction: lfu\n  disk: {directory: d, admission: twice}") }
        let text = error?.description ?? ""
        #expect(text.contains("edge.conf:6:13: error: cache.eviction: found \"lfu\", expected "), "\(text)")
        #expect(text.contains("edge.conf:7:35: error: cache.disk.admission: found \"twice\", expected "), "\(text)")
        #expect(text.contains("s3-fifo") && text.contains("second-hit"), "\(text)")
    }
}
