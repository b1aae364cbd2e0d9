// Asking a running edge to forget objects: CreateInvalidation and GetInvalidation of the CloudFront API (2020-05-31) over its
// control listener, which is unauthenticated and on loopback.

import HTTPTypes
import NIOCore
package import OriginFetch

/// An invalidation as the edge reports it.
package struct Invalidation: Sendable, Hashable {
    package var id: String
    /// `InProgress` or `Completed`.
    package var status: String
    package var isCompleted: Bool { status == "Completed" }

    package init(id: String, status: String) {
        self.id = id
        self.status = status
    }
}

/// What is to be forgotten: paths (`/img/*`, with `*` only at the end) and tags (`#release-7`).
package struct InvalidationBatch: Sendable, Hashable {
    /// CloudFront's limit for paths in progress.
    package static let itemsMax = 3000
    /// Longest path, in characters.
    package static let pathLengthMax = 4000
    /// Longest tag, in characters.
    package static let tagLengthMax = 256

    package var items: [String]
    /// Makes repeating the same request harmless.
    package var callerReference: String

    package init(items: [String], callerReference: String) {
        self.items = items
        self.callerReference = callerReference
    }

    /// What is wrong with an item; nil when nothing is.
    package static func objection(to item: String) -> String? {
        guard item.hasPrefix("/") || item.hasPrefix("#") else { return "expected a path that starts with /, or a #tag" }
        guard item.unicodeScalars.count <= pathLengthMax else { return "expected at most \(pathLengthMax) characters" }
        if item.hasPrefix("#") {
            let isTag = (2...tagLengthMax + 1).contains(item.utf8.count) && item.utf8.allSatisfy { (33...126).contains($0) && $0 != UInt8(ascii: ",") }
            guard isTag else { return "expected a tag of 1 to \(tagLengthMax) visible ASCII characters without a comma after #" }
            guard !item.contains("*") else { return "expected a whole tag, as * is no wildcard in tags" }
            return nil
        }
        if let star = item.firstIndex(of: "*"), item.index(after: star) != item.endIndex {
            return "expected * only as a path's last character"
        }
        return nil
    }

    package var xml: String {
        let paths = items.map { "<Path>\(escapeXML($0))</Path>" }.joined()
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<InvalidationBatch xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Paths><Quantity>\(items.count)"
            + "</Quantity><Items>\(paths)</Items></Paths><CallerReference>\(escapeXML(callerReference))</CallerReference>"
            + "</InvalidationBatch>"
    }
}

/// A client of an edge's control listener.
package struct ControlClient: Sendable {
    static let answerBytesMax = 1 << 20

    private let endpoint: OriginEndpoint
    private let fetcher: any OriginFetcher

    package init(endpoint: OriginEndpoint, fetcher: any OriginFetcher) {
        self.endpoint = endpoint
        self.fetcher = fetcher
    }

    package func create(_ batch: InvalidationBatch, distribution: String) async throws(SiteDeployError) -> Invalidation {
        try await send("CreateInvalidation", .post, path(distribution), Array(batch.xml.utf8))
    }

    package func get(_ id: String, distribution: String) async throws(SiteDeployError) -> Invalidation {
        try await send("GetInvalidation", .get, path(distribution) + "/\(id)", nil)
    }

    /// Asks again after each `wait` until the invalidation is done, at most `attemptsMax` times; returns it as last seen.
    package func untilCompleted(
        _ invalidation: Invalidation, distribution: String, attemptsMax: Int,
        wait: @Sendable () async throws -> Void
    ) async throws(SiteDeployError) -> Invalidation {
        var latest = invalidation
        for _ in 0..<attemptsMax where !latest.isCompleted {
            do { try await wait() } catch { throw .cancelled }
            latest = try await get(invalidation.id, distribution: distribution)
        }
        return latest
    }

    private func path(_ distribution: String) -> String { "/2020-05-31/distribution/\(distribution)/invalidation" }

    private func send(
        _ operation: String, _ method: HTTPRequest.Method, _ path: String, _ body: [UInt8]?
    ) async throws(SiteDeployError) -> Invalidation {
        var fields = HTTPFields()
        for (name, value) in [("Host", endpoint.name), ("Accept", "text/xml"), ("Content-Type", "text/xml")] {
            if name == "Content-Type", body == nil { continue }
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        let request = FetchRequest(method: method, target: path, fields: fields, content: body.map(BytesContent.init))
        let status: Int
        var text: [UInt8] = []
        do {
            let response = try await fetcher.fetch(request, from: endpoint)
            status = response.status.code
            while let chunk = try await response.content.next(), text.count < Self.answerBytesMax {
                text.append(contentsOf: chunk.readableBytesView)
            }
        } catch is CancellationError {
            throw .cancelled
        } catch let error as OriginError {
            throw .unreachable(operation: operation, endpoint: endpoint.name, reason: error.detail)
        } catch {
            throw .unreachable(operation: operation, endpoint: endpoint.name, reason: "\(error)")
        }
        let document = String(decoding: text, as: UTF8.self)
        guard (200...299).contains(status) else {
            throw .refused(
                operation: operation, status: status, code: AnswerText.element("Code", in: document) ?? "",
                message: AnswerText.element("Message", in: document) ?? "")
        }
        guard let id = AnswerText.element("Id", in: document), let state = AnswerText.element("Status", in: document) else {
            throw .refused(operation: operation, status: status, code: "", message: "the answer holds no invalidation")
        }
        return Invalidation(id: id, status: state)
    }
}
