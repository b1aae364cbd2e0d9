import Testing

@testable import Eviction

struct AdmissionTests {
    @Test func `the second hit admits at the second request, and again at the next`() {
        var admission = SecondHitAdmission(capacityBytes: 100)
        let answers = [1, 1, 2, 1, 2].map { admission.admits(bytes: 10, key: mixed($0), insteadOf: nil) }
        #expect(answers == [false, true, false, true, true])
    }

    @Test func `the second hit forgets what was asked for four caches ago`() {
        var admission = SecondHitAdmission(capacityBytes: 100)
        func ask(_ key: UInt64) -> Bool { admission.admits(bytes: 10, key: mixed(key), insteadOf: nil) }
        // Forty objects of ten bytes are four caches.
        for key in 0..<40 as Range<UInt64> { _ = ask(key) }
        #expect(ask(0))
        // Key 0 is the newest now, and key 1 the oldest.
        _ = ask(100)
        #expect(!ask(1))
    }

    @Test func `TinyLFU admits what was asked for more often than the victim, and anything while there is room`() {
        var admission = TinyLFUAdmission(capacityBytes: 1 << 30)
        let (old, new) = (mixed(1), mixed(2))
        admission.didHit(bytes: 1, key: old)
        admission.didHit(bytes: 1, key: old)
        let answers = [
            admission.admits(bytes: 1, key: new, insteadOf: old),  // one against two
            admission.admits(bytes: 1, key: new, insteadOf: nil),  // room; two by now
            admission.admits(bytes: 1, key: new, insteadOf: old),  // three against two
        ]
        #expect(answers == [false, true, true])
    }

    @Test func `admission by size stores everything at first, and where all sizes are alike`() {
        var admission = SizeAdmission(capacityBytes: 100_000)
        var random = SeededRandom(seed: 5)
        var refused = 0
        for _ in 0..<100_000 where !admission.admits(bytes: 1000, key: mixed(UInt64(random.next(below: 2000))), insteadOf: nil) { refused += 1 }
        #expect(refused == 0)
    }

    @Test func `admission by size refuses large objects where small ones have more hits for their room`() {
        // As many requests for a hundred large objects as for ten thousand small ones, in a cache that holds ten large ones.
        var admission = SizeAdmission(capacityBytes: 10_000_000)
        var random = SeededRandom(seed: 6)
        var stored = (small: 0, large: 0)
        for step in 0..<200_000 {
            let isLarge = random.unit() < 0.5
            let key = isLarge ? UInt64(random.next(below: 100)) : 1000 + UInt64(random.next(below: 10_000))
            let isStored = admission.admits(bytes: isLarge ? 1_000_000 : 1000, key: mixed(key), insteadOf: nil)
            guard step >= 100_000, isStored else { continue }
            if isLarge { stored.large += 1 } else { stored.small += 1 }
        }
        #expect(stored.small > 45_000, "\(stored)")
        #expect(stored.large < 5000, "\(stored)")
    }

    @Test func `admission by size keeps a bounded sample`() {
        var admission = SizeAdmission(capacityBytes: 1_000_000)
        var random = SeededRandom(seed: 7)
        for _ in 0..<200_000 { _ = admission.admits(bytes: 1 + random.next(below: 10_000), key: random.next(), insteadOf: nil) }
        #expect(admission.sampleCount <= 2048)
    }

    @Test(arguments: AdmissionPolicyName.allCases)
    func `every admission policy can be had by its name, and all asks nobody`(name: AdmissionPolicyName) {
        #expect((name.admitter(capacityBytes: 1000) == nil) == (name == .all))
        #expect(AdmissionPolicyName(rawValue: name.rawValue) == name)
    }

    @Test(arguments: [
        (0.0, 1.0), (1, 2.718_281_828_459_045), (-1, 0.367_879_441_171_442_33), (20, 485_165_195.409_790_3), (-700, 9.859_676_543_759_77e-305),
    ])
    func `the exponential is exact to eleven digits`(x: Double, expected: Double) {
        #expect(abs(exponential(x) / expected - 1) < 1e-11)
    }

    @Test(arguments: [
        (1.0, 0.0), (2.718_281_828_459_045, 1), (10, 2.302_585_092_994_046), (1e-300, -690.775_527_898_213_7), (1.4142, 0.3465640001880033),
    ])
    func `the logarithm is exact to eleven digits`(x: Double, expected: Double) {
        #expect(abs(logarithm(x) - expected) < 1e-11 * max(1, abs(expected)))
    }
}
