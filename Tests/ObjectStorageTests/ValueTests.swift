import ObjectStorage
import Testing

@Suite struct ValueTests {
    @Test func `the tag of a joined object is the digest of its parts' digests`() {
        // Two parts of bytes "a" and "b".
        let parts = ["0cc175b9c0f1b6a831c399e269772661", "92eb5ffee6ae2fec3ad71c777531578f"]
        #expect(UploadCompletion.etag(ofParts: parts) == "96e024ba2074fe77e8e965ba43a704be-2")
    }

    @Test(arguments: [(0, 0), (999, 0), (1000, 1), (-1, -1), (-1000, -1), (-1001, -2)] as [(Int64, Int64)])
    func `an instant rounds down to whole seconds`(milliseconds: Int64, seconds: Int64) {
        #expect(StoreInstant(millisecondsSince1970: milliseconds).secondsSince1970 == seconds)
    }

    @Test func `upload ids sort by the time of initiation`() {
        let early = UploadIdentifier.make(initiated: StoreInstant(secondsSince1970: 1)) { .max }
        let late = UploadIdentifier.make(initiated: StoreInstant(secondsSince1970: 2)) { 0 }
        #expect(early < late)
        #expect(early == "0000000003e8ffffffffffffffffffff")
        #expect(late.utf8.count == 32)
    }

    @Test func `both conditions must hold`() throws {
        let both = WritePrecondition(mustBeAbsent: true, ifMatch: .any)
        #expect(throws: ObjectStoreError.noSuchKey(bucket: "b", key: "k")) {
            try both.evaluate(currentETag: nil, bucket: "b", key: "k")
        }
        #expect(throws: ObjectStoreError.preconditionFailed(.ifNoneMatch, current: "e")) {
            try both.evaluate(currentETag: "e", bucket: "b", key: "k")
        }
        try WritePrecondition.none.evaluate(currentETag: nil, bucket: "b", key: "k")
        try WritePrecondition.none.evaluate(currentETag: "e", bucket: "b", key: "k")
    }
}
