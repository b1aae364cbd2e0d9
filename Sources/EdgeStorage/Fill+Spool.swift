// Content that goes to a file while it arrives: the fill holds on to what isn't in the file yet and to the latest window; readers
// who are further behind read from the file until they have caught up.

import NIOCore
import Synchronization

/// What a reader asked for is held no more.
struct FellBehind: Error {}

extension Fill {
    /// From now on all content goes to the spool, what came before is there already or on its way. Readers may still join.
    func startSpooling(_ spool: DiskSpool) {
        state.withLock { state in
            guard state.keepsAll else { return }
            state.keepsAll = false
            state.isSpooling = true
            state.spool = spool
            state.spooledBytes = max(state.spooledBytes, spool.writtenBytes)
            _ = Self.dropRead(&state)
        }
    }

    /// So many bytes can be read from the file.
    func spoolHasWritten(_ bytes: Int) {
        let producer = state.withLock { state in
            state.spooledBytes = max(state.spooledBytes, bytes)
            return Self.dropRead(&state)
        }
        producer?.resume()
    }

    /// What comes next for a reader who is behind what is held; nil for one who isn't.
    func nextSpooled(for id: Int) async throws -> ByteBuffer? {
        let place = state.withLock { state -> (spool: DiskSpool, start: Int, end: Int)? in
            guard let reader = state.readers[id], reader.offset < state.firstOffset, let spool = state.spool else { return nil }
            return (spool, reader.offset, state.firstOffset)
        }
        guard let place else { return nil }
        try Task.checkCancellation()
        let bytes = try await place.spool.read(at: place.start, upTo: place.end)
        let producer = state.withLock { state in
            guard let reader = state.readers[id] else { return CheckedContinuation<Void, Never>?.none }
            state.readers[id]?.offset += bytes.readableBytes
            if reader.offset + bytes.readableBytes == state.firstOffset { state.readers[id]?.next = state.firstIndex }
            return Self.dropRead(&state)
        }
        producer?.resume()
        return bytes
    }
}

extension Fill.State {
    /// Lets go of the first chunks.
    mutating func dropFirst(_ count: Int) {
        guard count > 0 else { return }
        let bytes = chunks[..<count].reduce(0) { $0 + $1.readableBytes }
        chunks.removeFirst(count)
        heldBytes -= bytes
        firstIndex += count
        firstOffset += bytes
    }

    /// Lets go of chunks that are in the file, as long as more than a window is held.
    mutating func dropSpooled(beyond window: Int) {
        guard spool != nil else { return }
        var (count, offset, held) = (0, firstOffset, heldBytes)
        while count < chunks.count, held > window, offset + chunks[count].readableBytes <= spooledBytes {
            offset += chunks[count].readableBytes
            held -= chunks[count].readableBytes
            count += 1
        }
        dropFirst(count)
    }
}
