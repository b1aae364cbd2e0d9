// Turns an answer into the response that this viewer gets: conditions and ranges are applied (RFC 9110 sections 13 and 14), and the
// fields that differ from request to request are added.

import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import NIOCore

/// Writes answers to one exchange.
struct Delivery {
    let exchange: TracedExchange
    let requestID: String
    let clock: EdgeClock
    let driver: FillDriver

    /// An error found before it was known which distribution the request is for.
    func deliver(_ error: EdgeError) async throws {
        try await page(for: error, .error, nil)
    }

    func deliver(_ final: FinalAnswer, to request: EdgeRequest) async throws {
        exchange.trace.explain { $0.answer(by: final.answer) }
        switch final.answer {
        case .entry(let entry, let type):
            try await deliver(entry, final.resultType ?? type, final, to: request)
        case .stream(let response, let reader):
            try await deliver(response, reader, final, to: request)
        case .parts(let reply): try await deliver(reply, final, to: request)
        case .edge(let error, let type):
            try await page(for: error, final.resultType ?? type, request)
        }
    }

    /// Sends the viewer to another URL.
    func redirect(to url: String, status: Int, _ request: EdgeRequest) async throws {
        var fields = ErrorPage.fields(now: clock.now(), server: request.traits.marks.server)
        fields[.location] = url
        addOwn(to: &fields, .redirect, request)
        let body = ErrorPage.redirect(status: status)
        fields[.contentLength] = String(body.readableBytes)
        try await exchange.respond(ResponseHead(status: .named(status), fields: fields), body: request.method == .head ? nil : body)
    }

    /// An answer to OPTIONS that is not to go further.
    func options(_ request: EdgeRequest) async throws {
        var fields: HTTPFields = [.date: clock.now().formatted, .contentLength: "0"]
        fields[.server] = request.traits.marks.server
        fields[.allow] = request.behavior.model.allowedMethods.methods.map(\.rawValue).joined(separator: ", ")
        addOwn(to: &fields, .functionGeneratedResponse, request)
        try await exchange.respond(ResponseHead(status: .ok, fields: fields))
    }

    private func page(for error: EdgeError, _ type: ResultType, _ request: EdgeRequest?) async throws {
        let now = clock.now()
        var fields = ErrorPage.fields(now: now, server: (request?.traits.marks ?? .cloudFront).server)
        request?.applyResponseHeaders(to: &fields, now: now)
        request?.applyServerTiming(to: &fields, type)
        addOwn(to: &fields, type, request)
        request?.addShieldAnswer(to: &fields, type, isCompressed: false)
        let body = ErrorPage.html(error, requestID: requestID)
        fields[.contentLength] = String(body.readableBytes)
        try await exchange.respond(ResponseHead(status: .named(error.status), fields: fields), body: body)
    }

    // MARK: Stored responses

    private func deliver(_ entry: CachedResponse, _ type: ResultType, _ final: FinalAnswer, to request: EdgeRequest) async throws {
        let now = clock.now()
        var fields = entry.fields
        request.applyResponseHeaders(to: &fields, now: now)
        request.applyServerTiming(to: &fields, type)
        addOwn(to: &fields, type, request)
        request.addShieldAnswer(to: &fields, type, isCompressed: entry.isEdgeCompressed)
        if type == .hit || type == .refreshHit || request.isFromEdge || request.traits.marks == .cacheStatus, request.showsAge { fields[.age] = String(entry.facts.ageSeconds(at: now)) }
        let selection = final.isErrorPage ? .whole
            : Selection(request, status: entry.status.code, fields: entry.fields, length: entry.body.byteCount, now: now)
        switch selection {
        case .notModified: try await notModified(fields)
        case .unsatisfiable: try await unsatisfiable(fields, length: entry.body.byteCount)
        case .whole:
            try await send(fields, final.status ?? entry.status, entry.body.parts(0..<entry.body.byteCount), of: entry, request)
        case .part(let range):
            fields[.contentRange] = ContentRange.part(Int64(range.lowerBound)..<Int64(range.upperBound), complete: Int64(entry.body.byteCount)).description
            fields[.contentLength] = String(range.count)
            try await send(fields, .partialContent, entry.body.parts(range), of: entry, request)
        case .parts(let ranges):
            let multipart = MultipartRanges(ranges, complete: entry.body.byteCount, contentType: entry.fields[.contentType], boundary: requestID)
            fields[.contentType] = multipart.contentType
            fields[.contentLength] = String(multipart.byteCount)
            try await send(fields, .partialContent, multipart.parts(of: entry.body), of: entry, request)
        }
    }

    private func send(
        _ fields: HTTPFields, _ status: HTTPResponse.Status, _ parts: [ContentPart], of entry: CachedResponse, _ request: EdgeRequest
    ) async throws {
        let parts = request.method == .head ? [] : parts
        try await exchange.prepare(parts)
        try await exchange.start(ResponseHead(status: status, fields: fields))
        for part in parts {
            do {
                try await exchange.write(part)
            } catch let broken as StoredContentBroken {
                guard case .file(_, let range) = part, let rest = ContentResumption(driver, request, entry, now: clock.now()) else { throw broken }
                try await goOn(rest, broken.position..<range.upperBound)
            }
        }
        try await exchange.finish()
    }

    // MARK: Responses on their way

    private func deliver(
        _ response: StreamedResponse, _ reader: FillReader<FillOutcome>, _ final: FinalAnswer, to request: EdgeRequest
    ) async throws {
        let now = clock.now()
        let type = final.resultType ?? response.resultType
        var fields = response.fields
        request.applyResponseHeaders(to: &fields, now: now)
        request.applyServerTiming(to: &fields, type)
        addOwn(to: &fields, type, request)
        if request.traits.marks == .cacheStatus {
            // What the origin said of its age goes on to the one who asked; others get it from here.
            if response.isCollapsed, let facts = response.facts { fields[.age] = String(facts.ageSeconds(at: now)) }
            // What is no age helps nobody down the line (RFC 9111 section 5.1).
            if let age = Age.field(fields) { fields[.age] = String(age) } else { fields[.age] = nil }
            if !request.showsAge { fields[.age] = nil }
        } else if type == .hit || request.isFromEdge, request.showsAge {
            fields[.age] = String(response.facts?.ageSeconds(at: now) ?? response.initialAgeSeconds)
        }
        request.addShieldAnswer(to: &fields, type, isCompressed: response.isEdgeCompressed)
        // What was asked for without the viewer's conditions is judged here; what went through untouched, by the origin.
        let selection = response.conditionsAreOpen && !final.isErrorPage
            ? Selection(request, status: response.status.code, fields: response.fields, length: response.contentLength, now: now)
            : .whole
        switch selection {
        case .notModified: try await notModified(fields)
        case .unsatisfiable: try await unsatisfiable(fields, length: response.contentLength ?? 0)
        case .whole, .parts:
            // Several parts of something that is still arriving: the whole is the right answer too.
            try await relay(fields, final.status ?? response.status, response, reader, 0..<Int.max, request)
        case .part(let range):
            fields[.contentRange] = ContentRange.part(
                Int64(range.lowerBound)..<Int64(range.upperBound), complete: response.contentLength.map { Int64($0) }
            ).description
            fields[.contentLength] = String(range.count)
            try await relay(fields, .partialContent, response, reader, range, request)
        }
        // A viewer who was content with less, or with the head, has not given up: the fetch goes on for those to come.
        if response.isKept { reader.readToEnd() }
    }

    /// Passes on the wanted bytes as they come.
    private func relay(
        _ fields: HTTPFields, _ status: HTTPResponse.Status, _ response: StreamedResponse, _ reader: FillReader<FillOutcome>,
        _ range: Range<Int>, _ request: EdgeRequest
    ) async throws {
        try await exchange.start(ResponseHead(status: status, fields: fields))
        if request.method != .head {
            var position = 0
            do {
                while position < range.upperBound, let chunk = try await reader.next() {
                    let start = position
                    position += chunk.readableBytes
                    if let wanted = chunk.slice(at: start, within: range) { try await exchange.write(wanted) }
                }
            } catch let error as FillError where error.concernsReaderAlone {
                try Task.checkCancellation()
                guard let rest = ContentResumption(driver, request, response, now: clock.now()) else { throw error }
                try await goOn(rest, max(position, range.lowerBound)..<min(range.upperBound, rest.complete))
            }
        }
        try await exchange.finish()
    }

    // MARK: Short answers

    func notModified(_ fields: HTTPFields) async throws {
        var fields = fields
        for name in [HTTPField.Name.contentLength, .contentType, .contentEncoding, .contentRange] { fields[name] = nil }
        try await exchange.respond(ResponseHead(status: .notModified, fields: fields))
    }

    func unsatisfiable(_ fields: HTTPFields, length: Int) async throws {
        var fields = fields
        for name in [HTTPField.Name.contentEncoding, .eTag, .lastModified] { fields[name] = nil }
        fields[.contentRange] = ContentRange.unsatisfied(complete: Int64(length)).description
        fields[.contentType] = ErrorPage.contentType
        let body = ErrorPage.html(EdgeError(status: 416, message: "The requested range lies outside the object."), requestID: requestID)
        fields[.contentLength] = String(body.readableBytes)
        if fields.contains(.xCache) { fields[.xCache] = "\(ResultType.error.xCache)" }
        exchange.trace.classify(.error)
        try await exchange.respond(ResponseHead(status: .rangeNotSatisfiable, fields: fields), body: body)
    }

    func addOwn(to fields: inout HTTPFields, _ type: ResultType, _ request: EdgeRequest?) {
        exchange.trace.classify(type)
        let marks = request?.traits.marks ?? .cloudFront
        if marks == .cloudFront { fields[.xCache] = "\(type.xCache)" }
        if let request { fields.append(HTTPField(name: .via, value: marks.via(version: "1.1", domain: request.distribution.viaName))) }
        if marks == .cacheStatus {
            if let status = request?.cacheStatus?.status { fields.append(HTTPField(name: .cacheStatus, value: status.fieldValue)) }
            return
        }
        fields[.xAmzCfPop] = edgeLocation
        fields[.xAmzCfId] = requestID
    }
}
