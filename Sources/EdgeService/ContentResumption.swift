// The rest of a response whose content was begun and can't be gone on with from where it came: damage has shown in a file, or the
// fetch that this viewer shared has left it behind. The head is out, so the bytes that follow must be of the same version: as
// with objects in parts, only what shows the same strong validator and the same length is joined (RFC 9110 section 15.3.7.3).
// Where the origin shows none, has something else by now or fails, the response is cut, as it would have been.

import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Logging
import NIOCore
import OriginFetch

/// Content on disk proved damaged after the bytes before `position` were sent; the cache has let go of it.
struct StoredContentBroken: Error {
    /// From the start of the content, in bytes.
    var position: Int
    var reason: String
}

/// One response that can be gone on with from its origin.
struct ContentResumption: Sendable {
    private let driver: FillDriver
    private let request: EdgeRequest
    private let identity: ObjectIdentity
    private let version: RepresentationVersion

    /// Nil for what can't be told from another version, or isn't byte for byte what the origin has.
    init?(_ driver: FillDriver, _ request: EdgeRequest, _ entry: CachedResponse, now: HTTPDate) {
        self.init(
            driver, request, entry.identity, status: entry.status, fields: entry.fields, length: entry.body.byteCount,
            isEdgeCompressed: entry.isEdgeCompressed, now: now)
    }

    init?(_ driver: FillDriver, _ request: EdgeRequest, _ response: StreamedResponse, now: HTTPDate) {
        guard let identity = response.identity, let length = response.contentLength else { return nil }
        self.init(
            driver, request, identity, status: response.status, fields: response.fields, length: length,
            isEdgeCompressed: response.isEdgeCompressed, now: now)
    }

    private init?(
        _ driver: FillDriver, _ request: EdgeRequest, _ identity: ObjectIdentity, status: HTTPResponse.Status, fields: HTTPFields,
        length: Int, isEdgeCompressed: Bool, now: HTTPDate
    ) {
        guard request.method == .get, request.content == nil, status == .ok, !isEdgeCompressed,
            let validator = StrongValidator(fields, now: now)
        else { return nil }
        (self.driver, self.request, self.identity) = (driver, request, identity)
        version = RepresentationVersion(validator: validator, complete: Int64(length))
    }

    /// The length of the whole, in bytes.
    var complete: Int { Int(version.complete) }

    /// The bytes of a range, of the version that was begun. Throws when they can't be had.
    func content(_ range: Range<Int>) async throws -> OpenContent {
        let wanted = Int64(range.lowerBound)..<Int64(range.upperBound)
        let (permit, reader) = driver.cache.solo(identity)
        defer {
            permit.fill.end(.success(()))
            permit.close()
            withExtendedLifetime(reader) {}
        }
        let requestedAt = driver.clock.now()
        let response = try await driver.ask(asking(for: wanted), FillPurpose(passesThrough: true), for: permit, now: requestedAt)
        let facts = ResponseFacts(
            status: response.status.code, fields: response.fields, bodyLength: response.contentLength.map { Int64($0) },
            requestedAt: requestedAt, receivedAt: driver.clock.now())
        let content =
            switch PartsAnswer(facts, version: version, asked: wanted, rules: request.traits.parts) {
            case .part(let part): OpenContent(response, position: part.range.lowerBound, end: part.range.upperBound)
            case .wholeOfSame: OpenContent(response, position: 0, end: version.complete)
            case .newWhole, .changed, .originFailed, .invalid:
                throw FillError.originFailed("the rest of what was begun can't be had: status \(facts.status)")
            }
        guard try await content.skip(to: wanted.lowerBound) else { throw FillError.originFailed("the rest ended before it began") }
        driver.logger.warning(
            "content gone on with from the origin", metadata: ["from": "\(range.lowerBound)", "request": "\(request.requestID)"])
        return content
    }

    /// The viewer's request for these bytes alone.
    private func asking(for range: Range<Int64>) -> EdgeRequest {
        var own = request
        for name in HTTPFields.conditionalNames { own.fields[name] = nil }
        own.fields[.range] = "bytes=\(range.lowerBound)-\(range.upperBound - 1)"
        own.fields[.ifRange] = version.validator?.ifRange
        return own
    }
}

extension FillError {
    /// Whether only this reader can't go on: the origin has done its part.
    var concernsReaderAlone: Bool {
        switch self {
        case .abandoned, .contentLost: true
        case .originFailed: false
        }
    }
}

extension ByteBuffer {
    /// What of a chunk, which begins at `start` of some content, lies in a range; nil when nothing does.
    func slice(at start: Int, within range: Range<Int>) -> ByteBuffer? {
        let wanted = max(start, range.lowerBound)..<max(start, range.lowerBound, min(start + readableBytes, range.upperBound))
        guard !wanted.isEmpty else { return nil }
        return getSlice(at: readerIndex + wanted.lowerBound - start, length: wanted.count)
    }
}

extension Delivery {
    /// Sends the bytes of a range from a resumed fetch.
    func goOn(_ resumption: ContentResumption, _ range: Range<Int>) async throws {
        guard !range.isEmpty else { return }
        let content = try await resumption.content(range)
        while let chunk = try await content.next(before: Int64(range.upperBound)) { try await exchange.write(chunk) }
        guard content.position == Int64(range.upperBound) else { throw FillError.originFailed("the rest ended too early") }
    }
}
