import Testing
import TraceFormats

@testable import CacheSimulation

struct SyntheticTrafficTests {
    private func made(_ text: String) throws -> [TraceRequest] {
        var traffic = SyntheticTraffic(try TrafficShape(text))
        var requests: [TraceRequest] = []
        while let request = traffic.next() { requests.append(request) }
        return requests
    }

    private func counts(_ requests: [TraceRequest]) -> [Int] {
        Dictionary(requests.map { ($0.object, 1) }, uniquingKeysWith: +).values.sorted(by: >)
    }

    @Test func `popularity follows Zipf's law`() throws {
        let counts = counts(try made("requests=200000,objects=1000,zipf=1,size-deviation=0"))
        // The harmonic number of 1000 is 7.485: the first has 26,720 requests, the tenth a tenth of that.
        #expect(abs(counts[0] - 26_720) < 700, "\(counts[0])")
        #expect(abs(counts[9] - 2672) < 250, "\(counts[9])")
        #expect(counts.count > 990)
    }

    @Test func `an exponent of nought is no preference`() throws {
        let counts = counts(try made("requests=100000,objects=100,zipf=0"))
        #expect(counts.count == 100)
        #expect(counts[0] < 1150 && counts[99] > 850)
    }

    @Test func `sizes are lognormal, and each object keeps its own`() throws {
        let requests = try made("requests=50000,objects=20000,zipf=0.5,median-bytes=10000,size-deviation=1")
        var sizes: [UInt64: Int] = [:]
        for request in requests {
            #expect(sizes[request.object] == nil || sizes[request.object] == request.bytes)
            sizes[request.object] = request.bytes
        }
        let sorted = sizes.values.sorted()
        #expect((9500...10_500).contains(sorted[sorted.count / 2]))
        // One deviation to each side holds 68.3 %.
        let inner = sorted.filter { (3679...27_183).contains($0) }.count
        #expect((0.67...0.70).contains(Double(inner) / Double(sorted.count)))
    }

    @Test func `churn and deploys bring new objects`() throws {
        #expect(counts(try made("requests=20000,objects=100,zipf=0")).count == 100)
        let churned = counts(try made("requests=20000,objects=100,zipf=0,churn=50")).count
        #expect((900...1200).contains(churned), "\(churned)")
        // A hundred requests a second: deploys at 50, 100 and 150 of 200 seconds.
        let deployed = counts(try made("requests=20000,objects=100,zipf=0,deploy-seconds=50,deploy-share=0.5")).count
        #expect((220...280).contains(deployed), "\(deployed)")
    }

    @Test func `a crawler asks for everything in turn`() throws {
        let requests = try made("requests=1000,objects=1000,zipf=1,crawl-share=1")
        #expect(Set(requests.map(\.object)).count == 1000)
        #expect(requests.last?.time == 9)
    }

    @Test func `some objects may be used for a while only`() throws {
        let requests = try made("requests=10000,objects=10000,zipf=0,ttl-share=0.25,ttl=30")
        let short = requests.filter { $0.ttlSeconds == 30 }.count
        #expect((2200...2800).contains(short))
        #expect(requests.allSatisfy { $0.ttlSeconds == nil || $0.ttlSeconds == 30 })
    }

    @Test func `a seed makes the same traffic again, and another one other traffic`() throws {
        let text = "requests=1000,objects=100,churn=10"
        #expect(try made(text) == made(text))
        #expect(try made(text) != made(text + ",seed=2"))
    }

    @Test(arguments: [
        ("zip=1", "zip=1: expected requests=NUMBER, "), ("zipf", "zipf: expected requests=NUMBER, "),
        ("objects=0", "objects=0: expected a whole number from 1 to 134217728"), ("objects=1.5", "objects=1.5: expected a whole number"),
        ("zipf=-1", "zipf=-1: expected a number from 0 to 5"), ("zipf=nan", "zipf=nan: expected a number"),
    ])
    func `a description that makes no sense is refused`(text: String, message: String) {
        let error = #expect(throws: TrafficShapeError.self) { try TrafficShape(text) }
        #expect(error?.description.hasPrefix(message) == true, "\(String(describing: error))")
    }
}
