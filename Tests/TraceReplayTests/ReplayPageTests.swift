import CacheSimulation
import Eviction
import Testing

@testable import TraceReplay

struct ReplayPageTests {
    private func page(partial: String? = nil) -> String {
        var counts = SimulationCounts()
        (counts.requests, counts.requestedBytes, counts.misses, counts.missedBytes) = (1000, 10_000, 500, 9000)
        let cell = ReplayCell(capacityBytes: 5, counts: counts, duration: .seconds(1))
        let report = ReplayReport(
            sizes: [.share(0.01), .share(0.1)], contenders: [.online(.sieve, .all), .offline(.belady)],
            cells: [[cell, cell], [cell, cell]], floors: [(5, 0.25, 0.75), (50, 0.05, 0.125)])
        return ReplayPage.html(report, title: "a<b>&\"c\"", summary: "1000 requests", partial: partial)
    }

    @Test func `a page holds curves, advice and every figure, and loads nothing`() {
        let page = page()
        for part in ["<title>a&lt;b&gt;&amp;&quot;c&quot;</title>", "<title>belady</title>", "eviction: sieve", "<td>12.50%</td>", "<td class=\"best\">50.00%</td>"] {
            #expect(page.contains(part), "\(part)")
        }
        #expect(page.split(separator: "<svg").count == 3)
        for part in ["src=", "href=", "url(", "@import", "<script", "a<b>"] { #expect(!page.contains(part), "\(part)") }
    }

    @Test func `results of a part of the trace are marked as such`() {
        #expect(!page().contains("Partial results"))
        #expect(page(partial: "line 3: <x>").contains("<b>Partial results.</b> The trace was not read to its end: line 3: &lt;x&gt;"))
    }
}
