import Testing

@testable import Eviction

/// Histories short enough to be followed by hand through each policy's published rules.
struct QueuePolicyTests {
    @Test func `FIFO lets the oldest go, hit or not`() {
        let cache = SmallCache(FIFO.self, capacity: 3)
        #expect(cache.ask("ABCADA") == "...H..")
        #expect(cache.content == "ACD")
    }

    @Test func `LRU lets the entry go that has gone unasked for longest`() {
        let cache = SmallCache(LRU.self, capacity: 3)
        #expect(cache.ask("ABCADA") == "...H.H")
        #expect(cache.content == "ACD")
    }

    @Test func `CLOCK gives an entry that was hit one more round`() {
        let cache = SmallCache(Clock.self, capacity: 3)
        cache.ask("ABCA")
        // A is passed over and goes to the young end; B leaves.
        cache.ask("D")
        #expect(cache.content == "ACD")
        // Its second chance is used up: after C it is A's turn.
        cache.ask("EF")
        #expect(cache.content == "DEF")
    }

    @Test func `SIEVE leaves what it passes in place and goes on from there`() {
        let cache = SmallCache(SIEVE.self, capacity: 3)
        cache.ask("ABCA")
        // The hand clears A and evicts B; then C and D in turn, not A, which is behind the hand.
        cache.ask("D")
        #expect(cache.content == "ACD")
        cache.ask("E")
        #expect(cache.content == "ADE")
        cache.ask("F")
        #expect(cache.content == "AEF")
    }

    @Test func `SIEVE's hand moves on when its entry is removed`() {
        let cache = SmallCache(SIEVE.self, capacity: 4)
        cache.ask("ABCDA")
        cache.ask("E")  // clears A, evicts B, stands at C
        cache.remove("C")
        cache.ask("FG")  // room for F; then D, the next after C
        #expect(cache.content == "AEFG")
    }

    @Test func `SLRU lifts what is hit by one segment, and what overflows falls back by one`() {
        // Two entries a segment. The first eight fill the segments from below: AB, CD, EF, GH.
        let cache = SmallCache(SLRU.self, capacity: 8)
        cache.ask("ABCDEFGH")
        cache.ask("I")  // A leaves the lowest
        #expect(cache.content == "BCDEFGHI")
        // B goes up, C falls down behind I: I is the next to go.
        #expect(cache.ask("BJ") == "H.")
        #expect(cache.content == "BCDEFGHJ")
    }

    @Test func `SLRU refuses what is larger than a segment`() {
        let cache = SmallCache(SLRU.self, capacity: 8)
        cache.ask("A", bytes: 3)
        #expect(cache.content == "")
        cache.ask("A", bytes: 2)
        #expect(cache.content == "A")
    }

    @Test func `2Q takes into the main queue only what comes back after it has left`() {
        // The FIFO queue's due is two of eight, and four keys are remembered.
        let cache = SmallCache(TwoQ.self, capacity: 8)
        cache.ask("ABCDEFGHIJ")
        #expect(cache.content == "CDEFGHIJ")
        cache.ask("A")
        #expect(cache.content == "ADEFGHIJ")
        // A scan passes A by, and a hit in the FIFO queue saves nothing.
        #expect(cache.ask("DKLMNO") == "H.....")
        #expect(cache.content == "AIJKLMNO")
    }

    @Test func `ARC moves its target by what returns from its ghosts`() {
        let cache = SmallCache(ARC.self, capacity: 4)
        cache.ask("ABCDAB")  // once: C, D; again: A, B
        cache.ask("EF")  // C and D leave and are remembered
        #expect(cache.content == "ABEF")
        cache.ask("C")  // returns: target 1, E leaves
        #expect(cache.content == "ABCF")
        cache.ask("D")  // returns: target 2, so A leaves from the frequent ones
        #expect(cache.content == "BCDF")
        cache.ask("A")  // returns from the other ghosts: target 1 again, F leaves
        #expect(cache.content == "ABCD")
    }

    @Test func `S3-FIFO lets two hits into the main queue, and one not`() {
        // The small queue's due is one of ten.
        let cache = SmallCache(S3FIFO.self, capacity: 10)
        cache.ask("ABCDEFGHIJ")
        cache.ask("AAKL")  // A goes to the main queue, B and C leave
        #expect(cache.content == "ADEFGHIJKL")
        cache.ask("B")  // remembered: straight into the main queue, D leaves
        #expect(cache.content == "ABEFGHIJKL")
        #expect(cache.ask("EM") == "H.")  // one hit is not enough
        #expect(cache.content == "ABFGHIJKLM")
    }

    @Test func `S3-FIFO refuses what fills the small queue`() {
        #expect(S3FIFO(capacityBytes: 1000).mayHold(bytes: 99))
        #expect(!S3FIFO(capacityBytes: 1000).mayHold(bytes: 100))
    }

    @Test func `LIRS keeps what comes back soonest`() {
        // Two places for LIR entries, one for others. A and D are LIR first, B and C pass through the third place.
        let cache = SmallCache(LIRS(capacityBytes: 3, incomingShare: 1.0 / 3), capacity: 3)
        #expect(cache.ask("ADBC") == "....")
        #expect(cache.content == "ACD")
        // B is remembered on the stack above A, so it becomes LIR and A loses its place; C leaves.
        #expect(cache.ask("B") == ".")
        #expect(cache.content == "ABD")
        // A comes back on the stack, and its next use makes it LIR in place of B.
        #expect(cache.ask("ADA") == "HHH")
        #expect(cache.ask("E") == ".")
        #expect(cache.content == "ADE")
    }
}
