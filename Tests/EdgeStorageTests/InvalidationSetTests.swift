import HTTPCaching
import Testing

@testable import EdgeStorage

struct InvalidationSetTests {
    @Test(arguments: UInt64(1)...20)
    func `a set names what any of its patterns names`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let segments = ["a", "b", "..", ".", "%61", "%2F", "A", ""]
        func path() -> String {
            "/" + (0..<Int.random(in: 1...3, using: &random)).map { _ in segments.randomElement(using: &random) ?? "" }.joined(separator: "/")
        }
        let queries: [String?] = [nil, "", "v=1", "v=%61"]
        for round in 0..<200 {
            let patterns = try (0..<Int.random(in: 0...6, using: &random)).map { _ in
                let query = Int.random(in: 0..<4, using: &random) == 0 ? "?v=1" : ""
                return try InvalidationPattern(path() + query + (Int.random(in: 0..<5, using: &random) == 0 ? "*" : ""))
            }
            let set = InvalidationSet(patterns)
            for _ in 0..<20 {
                let (path, query) = (path(), queries.randomElement(using: &random) ?? nil)
                let expected = patterns.contains { $0.matches(path: path, query: query) }
                #expect(
                    set.names(path: path, query: query) == expected,
                    "seed \(seed) round \(round): \(path) \(query ?? "-") against \(patterns)")
            }
        }
    }

    @Test func `a batch removes each object once, in one pass`() throws {
        let cache = cache()
        for number in 0..<100 { cache.store(response("/\(number)", bytes: 1)) }
        let patterns = try (0..<50).map { try InvalidationPattern("/\($0)") } + [try InvalidationPattern("/4*")]
        #expect(cache.invalidate(distributionID: "E1", matching: patterns) == 50)
        #expect(cache.statistics.entries == 50)
        #expect(cache.invalidate(distributionID: "E1", matching: []) == 0)
    }
}
