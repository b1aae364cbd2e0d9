// Delivery of an object that is stored in parts: the same heads as for a whole entry, and the content piece by piece.

import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import NIOCore

/// What one answer is made of, in order.
private enum Segment {
    case bytes(ByteBuffer)
    case range(Range<Int64>)
}

extension Delivery {
    func deliver(_ reply: PartsReply, _ final: FinalAnswer, to request: EdgeRequest) async throws {
        let object = reply.object
        let complete = Int(object.complete)
        let type = final.resultType ?? reply.type
        let now = clock.now()
        var fields = object.entry.fields
        request.applyResponseHeaders(to: &fields, now: now)
        request.applyServerTiming(to: &fields, type)
        addOwn(to: &fields, type, request)
        if reply.type == .hit || reply.type == .refreshHit || request.traits.marks == .cacheStatus, request.showsAge {
            fields[.age] = String(object.entry.facts.ageSeconds(at: now))
        }
        switch reply.selection {
        case .notModified: try await notModified(fields)
        case .unsatisfiable: try await unsatisfiable(fields, length: complete)
        case .whole: try await send(fields, final.status ?? .ok, [.range(0..<object.complete)], reply, request)
        case .part(let range):
            let range = Int64(range.lowerBound)..<Int64(range.upperBound)
            fields[.contentRange] = ContentRange.part(range, complete: object.complete).description
            fields[.contentLength] = String(range.count)
            try await send(fields, .partialContent, [.range(range)], reply, request)
        case .parts(let ranges):
            let multipart = MultipartRanges(ranges, complete: complete, contentType: object.entry.fields[.contentType], boundary: requestID)
            fields[.contentType] = multipart.contentType
            fields[.contentLength] = String(multipart.byteCount)
            let segments = zip(multipart.preambles, multipart.ranges).flatMap {
                [Segment.bytes($0), .range(Int64($1.lowerBound)..<Int64($1.upperBound))]
            }
            try await send(fields, .partialContent, segments + [.bytes(multipart.end)], reply, request)
        }
    }

    private func send(
        _ fields: HTTPFields, _ status: HTTPResponse.Status, _ segments: [Segment], _ reply: PartsReply, _ request: EdgeRequest
    ) async throws {
        try await exchange.start(ResponseHead(status: status, fields: fields))
        if request.method != .head {
            var reader = reply.reader
            var prepared = reply.prepared
            for segment in segments {
                switch segment {
                case .bytes(let bytes): try await exchange.write(bytes)
                case .range(let range): try await send(range, from: &reader, &prepared)
                }
            }
        }
        try await exchange.finish()
    }

    private func send(
        _ range: Range<Int64>, from reader: inout PartsReader, _ prepared: inout (position: Int64, source: PartSource)?
    ) async throws {
        var position = range.lowerBound
        while position < range.upperBound {
            var source: PartSource
            if let ready = prepared, ready.position == position {
                source = ready.source
                prepared = nil
            } else {
                source = try await reader.source(at: position, until: range.upperBound)
            }
            switch source {
            case .stored(let entry, let extent):
                let end = min(extent.upperBound, range.upperBound)
                let parts = entry.body.parts(Int(position - extent.lowerBound)..<Int(end - extent.lowerBound))
                do { try await exchange.prepare(parts) } catch {
                    reader.lost(extent)
                    continue
                }
                for part in parts { try await exchange.write(part) }
                position = end
            case .arriving(let part, let extent, let isKept):
                position = try await relay(part, of: extent, position..<min(extent.upperBound, range.upperBound))
                if isKept, position < extent.upperBound { part.readToEnd() }
            case .other:
                // Bytes of the version that was begun can't be had any more.
                throw FillError.originFailed("the object changed while it was sent")
            }
        }
    }

    /// Passes on what of a part is wanted, as it comes; answers where it got to, which is less when this reader was left behind.
    private func relay(_ part: FillReader<FillOutcome>, of extent: Range<Int64>, _ wanted: Range<Int64>) async throws -> Int64 {
        var start = extent.lowerBound
        var position = wanted.lowerBound
        while position < wanted.upperBound {
            var chunk: ByteBuffer
            do {
                guard let next = try await part.next() else { throw FillError.originFailed("the part ended early") }
                chunk = next
            } catch FillError.abandoned {
                try Task.checkCancellation()
                return position
            }
            let end = start + Int64(chunk.readableBytes)
            if end > position {
                chunk.moveReaderIndex(forwardBy: Int(position - start))
                let count = Int(min(end, wanted.upperBound) - position)
                if let slice = chunk.readSlice(length: count) { try await exchange.write(slice) }
                position += Int64(count)
            }
            start = end
        }
        return position
    }
}
