import Synchronization

/// Hands out prepared chunks one after the other.
package final class MemorySlices: ContentSlices {
    private let rest: Mutex<ArraySlice<ArraySlice<UInt8>>>

    package init(_ chunks: [ArraySlice<UInt8>]) { rest = Mutex(chunks[...]) }

    package func next() async throws(ObjectStoreError) -> ContentSlice? {
        rest.withLock { $0.popFirst() }.map(ContentSlice.bytes)
    }
}
