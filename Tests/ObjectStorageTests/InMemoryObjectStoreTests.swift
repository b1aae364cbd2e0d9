import ObjectStorage
import ObjectStorageConformance
import Testing

@Suite struct InMemoryObjectStoreTests {
    @Test(arguments: ObjectStorageConformance.checks)
    func `the in-memory store conforms`(check: ConformanceCheck) async throws {
        let store = InMemoryObjectStore(rules: MultipartRules(partBytesMin: ConformanceCheck.partBytesMin))
        try await check.body(store)
    }

    @Test func `parts below five mebibytes are refused by default`() async throws {
        let store = InMemoryObjectStore()
        try await store.makeBucket("site")
        let upload = try await store.startUpload("site", "k")
        let small = try await store.putPart(1, pattern(5 * 1024 * 1024 - 1), of: upload)
        let large = try await store.putPart(2, pattern(5 * 1024 * 1024), of: upload)
        let last = try await store.putPart(3, [1], of: upload)
        func complete(_ parts: [UploadPart]) async throws(ObjectStoreError) -> ObjectMetadata {
            try await store.completeUpload(
                UploadCompletion(
                    upload: upload, parts: parts.map { .init(number: $0.number, etag: $0.etag) }, lastModified: instant(0)))
        }
        let refusal = ObjectStoreError.entityTooSmall(partNumber: 1, bytes: 5_242_879, minimum: 5_242_880)
        await #expect(throws: refusal) { try await complete([small, last]) }
        #expect(try await complete([large, last]).size == 5_242_881)
    }
}
