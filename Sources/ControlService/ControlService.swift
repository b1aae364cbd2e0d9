// The edge's control listener: the part of CloudFront's API that concerns a running edge, in CloudFront's own shapes, so
// that `aws cloudfront --endpoint-url` works against it. Invalidations are carried out before they are answered.
//
// It is meant for loopback and asks for no credentials; requests that a browser makes for some web page are refused.

package import EdgeStorage
import ByteStreaming
package import HTTPSemantics
package import HTTPTransport
import HTTPTypes
package import Logging
package import NIOCore

/// Serves the control API of one edge process.
package struct ControlService: HTTPService {
    /// Bytes of a request document.
    static let documentBytesMax = 16 * 1024 * 1024
    private static let version = "2020-05-31"

    private let invalidations: InvalidationLog
    private let knowsDistribution: @Sendable (String) -> Bool
    private let reports: ControlReports?
    private let now: @Sendable () -> HTTPDate
    private let random: @Sendable () -> UInt64
    private let passOn: PassOn?
    let process: ProcessControls?
    let logger: Logger

    /// Takes an invalidation - target, document, distribution - to the edges behind this one; answers which of them could not be told.
    package typealias PassOn = @Sendable (String, ByteBuffer, String) async -> [String]

    /// - Parameters:
    ///   - passOn: where this edge fetches from other edges.
    ///   - knowsDistribution: whether a distribution of that id is served.
    ///   - random: a source of identifiers.
    ///   - process: what can be asked of the process; nil where there is none around the service.
    package init(
        cache: EdgeCache, knowsDistribution: @escaping @Sendable (String) -> Bool, now: @escaping @Sendable () -> HTTPDate,
        random: @escaping @Sendable () -> UInt64, reports: ControlReports? = nil, process: ProcessControls? = nil,
        logger: Logger, passOn: PassOn? = nil
    ) {
        self.reports = reports
        self.passOn = passOn
        invalidations = InvalidationLog(cache: cache, random: random)
        self.knowsDistribution = knowsDistribution
        self.now = now
        self.random = random
        self.process = process
        self.logger = logger
    }

    package func handle(_ exchange: ServerExchange) async {
        let requestID = Self.requestID(random(), random())
        do {
            let answer: ControlAnswer
            do throws(ControlError) {
                answer = try await self.answer(exchange)
            } catch {
                answer = .error(error, requestID: requestID)
            }
            var fields = answer.fields
            if fields[.contentType] == nil { fields[.contentType] = "text/xml" }
            fields[.cacheControl] = "no-store"
            fields[.known("x-amzn-RequestId")] = requestID
            let body = exchange.head.method == .head ? nil : ByteBuffer(bytes: answer.document)
            fields[.contentLength] = String(answer.document.count)
            try await exchange.respond(ResponseHead(status: .init(code: answer.status), fields: fields), body: body)
        } catch {
            exchange.abort()
        }
    }

    /// Two random words in the form of a UUID, as AWS shows request ids.
    private static func requestID(_ high: UInt64, _ low: UInt64) -> String {
        func hex(_ value: UInt64) -> String {
            let digits = String(value, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        let digits = Array(hex(high) + hex(low))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }

    private func answer(_ exchange: ServerExchange) async throws(ControlError) -> ControlAnswer {
        let head = exchange.head
        guard head.fields[.origin] == nil else { throw .accessDenied("The control API does not answer web pages.") }
        let parts = head.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        if parts.elementsEqual(["ready"]), head.method == .get || head.method == .head { return .ready }
        if parts.count == 1, let report = parts.first.flatMap({ ControlReports.Page(rawValue: String($0)) }), let reports,
            head.method == .get || head.method == .head
        {
            return try reports.answer(report)
        }
        if let answer = try await answerForProcess(head) { return answer }
        guard parts.first == Substring(Self.version), parts.count >= 4, parts[parts.startIndex + 1] == "distribution",
            parts[parts.startIndex + 3] == "invalidation"
        else { throw .unknownOperation(head.method.rawValue, head.path) }
        let distributionID = String(parts[parts.startIndex + 2])
        guard knowsDistribution(distributionID) else { throw .noSuchDistribution(distributionID) }
        switch (head.method, parts.count) {
        case (.post, 4): return try await create(distributionID, exchange)
        case (.get, 4): return .list(try invalidations.page(InvalidationPage.Request(query: head.query), of: distributionID))
        case (.get, 5):
            let id = String(parts[parts.startIndex + 4])
            guard let found = invalidations.find(id, of: distributionID) else { throw .noSuchInvalidation(id) }
            return .invalidation(found, status: 200, location: nil)
        default: throw .unknownOperation(head.method.rawValue, head.path)
        }
    }

    private func create(_ distributionID: String, _ exchange: ServerExchange) async throws(ControlError) -> ControlAnswer {
        let document: ByteBuffer
        do {
            guard let collected = try await exchange.body.collect(upTo: Self.documentBytesMax) else {
                throw ControlError.batchTooLarge
            }
            document = collected
        } catch let error as ControlError {
            throw error
        } catch {
            throw .malformedInput("The request content broke off.")
        }
        guard document.readableBytes > 0 else { throw .missingBody }
        let batch = try InvalidationBatch(document: Array(document.readableBytesView))
        // This edge first, whatever becomes of those behind it, and for good.
        var (invalidation, removed) = try invalidations.run(batch, on: distributionID, at: now())
        try await invalidations.settle()
        var untold: [String] = []
        if let passOn, !invalidation.isCompleted {
            untold = await passOn(exchange.head.path, document, distributionID)
            // What was fetched in the meantime may be what a shield still had.
            removed += invalidations.remove(invalidation)
            try await invalidations.settle()
        }
        if untold.isEmpty { invalidation = invalidations.complete(invalidation) }
        logger.info(
            "invalidated",
            metadata: [
                "distribution": "\(distributionID)", "invalidation": "\(invalidation.id)",
                "paths": "\(batch.paths.count)", "objects": "\(removed)",
            ])
        guard untold.isEmpty else {
            throw .shieldNotReached(
                "This edge has forgotten what was named, but an origin shield could not be told: \(untold.joined(separator: "; ")). Invalidation \(invalidation.id) stays in progress; repeat the request under its caller reference.")
        }
        let location = "/\(Self.version)/distribution/\(distributionID)/invalidation/\(invalidation.id)"
        return .invalidation(invalidation, status: 201, location: location)
    }
}
