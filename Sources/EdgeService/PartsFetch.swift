// Fetches one part of a stored object for all who wait for it. The request asks for everything that is missing from there on, as
// far as the viewer who caused it wants it; what follows the part is left to whoever comes to the next one.

import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Logging
import NIOCore
import OriginFetch

/// The fetch of one part.
struct PartsFetch: Sendable {
    let driver: FillDriver
    let request: EdgeRequest
    let object: PartedObject
    let plan: PartsPlan
    /// Content under way that goes on where the part begins.
    let open: OpenContent?
    /// Where the content beyond the part is left.
    let rest: ContentHandover

    /// Runs the fetch to its end. If the object turns out to have changed, it becomes a fetch of the new one.
    func run(_ permit: FillPermit) async {
        do {
            if let open {
                try await feed(open, permit)
            } else {
                try await ask(permit)
            }
        } catch let error as OriginError {
            request.trace.note { $0.error = DetailedError(error.kind) ?? $0.error }
            driver.logger.warning(
                "origin failed", metadata: ["origin": "\(error.origin)", "error": "\(error)", "request": "\(request.requestID)"])
            permit.fill.resolve(.failed(status: error.status, detail: "The origin failed while a part of the object was fetched."))
            permit.fill.end(.failure(.originFailed("\(error)")))
        } catch {
            permit.fill.resolve(.failed(status: 499, detail: "cancelled"))
            permit.fill.end(.failure(.abandoned))
        }
        permit.close()
    }

    private func ask(_ permit: FillPermit) async throws {
        let requestedAt = driver.clock.now()
        let response = try await driver.ask(completing, FillPurpose(passesThrough: true), for: permit, now: requestedAt)
        let facts = ResponseFacts(
            status: response.status.code, fields: response.fields, bodyLength: response.contentLength.map { Int64($0) },
            requestedAt: requestedAt, receivedAt: driver.clock.now())
        let asked = plan.piece.lowerBound..<plan.runEnd
        switch PartsAnswer(facts, version: object.version, asked: asked, rules: request.traits.parts) {
        case .part(let part):
            let keeps = permit.isOutdated || driver.renew(object, by: facts, for: request)
            try await feed(
                OpenContent(response, position: part.range.lowerBound, end: part.range.upperBound), permit, mayKeep: keeps)
        case .wholeOfSame:
            driver.cache.changeHead(of: object, now: facts.receivedAt) { $0.updated(originLacksRanges: true) }
            try await feed(OpenContent(response, position: 0, end: object.complete), permit)
        case .newWhole:
            forget()
            await driver.receive(response, permit, request, FillPurpose(identity: object.identity), requestedAt: requestedAt)
        case .changed(let reason):
            driver.logger.debug("parts outdated", metadata: ["reason": "\(reason)", "request": "\(request.requestID)"])
            forget()
            await driver.run(permit, for: request, FillPurpose(identity: object.identity))
        case .originFailed:
            await driver.stream(response, facts, permit, request, FillPurpose(passesThrough: true))
        case .invalid(let refusal):
            throw OriginError(
                .contentRangeLength, origin: request.originName, detail: "206 to \(asked): \(refusal.rawValue)")
        }
    }

    private func forget() {
        driver.cache.removeParts(of: object.identity, generation: object.generation, now: driver.clock.now())
    }

    /// The viewer's request with the range that is missing in the place of its own conditions and range.
    private var completing: EdgeRequest {
        var own = request
        own.content = nil
        own.method = .get
        for name in HTTPFields.conditionalNames { own.fields[name] = nil }
        own.fields[.range] = plan.rangeField(complete: object.complete)
        own.fields[.ifRange] = object.version.validator?.ifRange
        return own
    }

    /// Passes the part on, stores it, and leaves what follows.
    private func feed(_ content: OpenContent, _ permit: FillPermit, mayKeep: Bool = true) async throws {
        guard try await content.skip(to: plan.piece.lowerBound) else { throw cutShort }
        let range = plan.piece.lowerBound..<min(plan.piece.upperBound, content.end)
        let keeps = mayKeep && object.version.validator != nil && driver.cache.hasRoom(forPart: range.count, of: object)
        if !keeps { permit.stopKeeping() }
        var head = StreamedResponse(
            status: .partialContent, fields: HTTPFields(), contentLength: range.count, resultType: .miss, isShareable: true,
            isKept: keeps, conditionsAreOpen: false)
        head.part = (object.generation, range)
        permit.fill.resolve(.stream(head))
        try await driver.passPart(range, of: object, from: content, permit, keeps: keeps, request, rest: rest)
        permit.fill.end(.success(()))
    }

    private var cutShort: OriginError {
        OriginError(.communication, origin: request.originName, detail: "the content ended before the part was whole")
    }
}
