// Writes an answer to its exchange. Object bytes go out slice by slice: file slices as regions for sendfile, memory
// slices in bounded copies; a slow client holds back the reading, so memory stays constant for objects of any size.

import HTTPTransport
import HTTPTypes
import NIOCore
import ObjectStorage

enum ContentDelivery {
    /// Bytes of a memory slice copied into one buffer.
    static let memoryStepBytes = 256 * 1024

    static func send(_ answer: S3Answer, on exchange: ServerExchange) async throws {
        var head = ResponseHead(status: answer.status, fields: answer.fields)
        let isHead = exchange.head.method == .head
        switch answer.content {
        case .none:
            try await exchange.respond(head)
        case .document(let bytes):
            head.fields[.contentLength] = String(bytes.count)
            try await exchange.respond(head, body: isHead ? nil : ByteBuffer(bytes: bytes))
        case .lengthOnly(let bytes):
            head.fields[.contentLength] = String(bytes)
            try await exchange.respond(head)
        case .object(let content, let range):
            head.fields[.contentLength] = String(range.count)
            guard !isHead, !range.isEmpty else { return try await exchange.respond(head) }
            try await send(content, range, head, on: exchange)
        }
    }

    /// The first slice is fetched before the head goes out, so that a failing store can still answer 500.
    private static func send(
        _ content: any ObjectContent, _ range: Range<Int64>, _ head: ResponseHead, on exchange: ServerExchange
    ) async throws {
        let slices = content.slices(range)
        var slice = try await slices.next()
        try await exchange.start(head)
        do {
            while let current = slice {
                switch current {
                case .bytes(let bytes): try await write(bytes, on: exchange)
                case .file(let file): try await write(file, on: exchange)
                }
                slice = try await slices.next()
            }
            try await exchange.finish()
        } catch {
            exchange.abort()
            throw DeliveryInterrupted(reason: error)
        }
    }

    private static func write(_ bytes: ArraySlice<UInt8>, on exchange: ServerExchange) async throws {
        var start = bytes.startIndex
        while start < bytes.endIndex {
            let end = min(start + memoryStepBytes, bytes.endIndex)
            try await exchange.write(ByteBuffer(bytes: bytes[start..<end]))
            start = end
        }
    }

    private static func write(_ file: FileSlice, on exchange: ServerExchange) async throws {
        // The descriptor belongs to the slice's lease; the handle only borrows it and must not close it.
        let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: file.descriptor)
        defer { _ = try? handle.takeDescriptorOwnership() }
        let region = FileRegion(fileHandle: handle, readerIndex: Int(file.offset), endIndex: Int(file.offset + file.length))
        try await exchange.write(region)
        withExtendedLifetime(file.lease) {}
    }
}

/// The response was begun and could not be ended; nothing more can be said to the client.
struct DeliveryInterrupted: Error {
    var reason: any Error
}
