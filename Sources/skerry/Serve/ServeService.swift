import EdgeService
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import NIOCore
import SiteDeploy

/// The edge before a folder, for whatever name this machine is called by, with the paths of live reload beside it.
struct ServeService: HTTPService {
    /// Under this name the edge knows its one distribution.
    static let name = "localhost"

    let edge: EdgeService
    let feed: VersionFeed?
    let hosts: ServeHosts

    func handle(_ exchange: ServerExchange) async {
        guard hosts.admit(exchange.head.authority) else { return await refuse(exchange) }
        if feed != nil, exchange.head.path == LiveReload.scriptPath {
            let head = ResponseHead(
                status: .ok, fields: [.contentType: "text/javascript; charset=utf-8", .cacheControl: "no-store"])
            return await write(head, LiveReload.script, to: exchange)
        }
        if let feed, exchange.head.path == LiveReload.eventsPath { return await tell(exchange, feed) }
        var head = exchange.head
        head.authority = Self.name
        await edge.handle(exchange.replacing(head: head))
    }

    func refusal(of error: RequestError, on connection: ConnectionInfo) -> (ResponseHead, ByteBuffer) {
        edge.refusal(of: error, on: connection)
    }

    /// A page of somebody else's site could otherwise make its own name mean this machine, and read what is served here.
    private func refuse(_ exchange: ServerExchange) async {
        let text = "403: \(exchange.head.authority.prefix(100)) is not served here; skerry serve --allow-host NAME adds a name\n"
        let head = ResponseHead(status: .forbidden, fields: [.contentType: "text/plain; charset=utf-8"])
        await write(head, text, to: exchange)
    }

    private func write(_ head: ResponseHead, _ text: String, to exchange: ServerExchange) async {
        var head = head
        head.fields[.contentLength] = String(text.utf8.count)
        // A client that has gone needs no answer.
        try? await exchange.respond(head, body: exchange.head.method == .head ? nil : ByteBuffer(string: text))
    }

    /// The event stream: the present version at once, then each new one, until either side ends it.
    private func tell(_ exchange: ServerExchange, _ feed: VersionFeed) async {
        guard let versions = feed.listen() else {
            let head = ResponseHead(status: .serviceUnavailable, fields: [.contentType: "text/plain; charset=utf-8"])
            return await write(head, "503: more than \(VersionFeed.listenersMax) pages listen\n", to: exchange)
        }
        do {
            try await exchange.start(
                ResponseHead(status: .ok, fields: [.contentType: "text/event-stream", .cacheControl: "no-store"]))
            try await exchange.write(ByteBuffer(string: "retry: 500\n\n"))
            for await version in versions { try await exchange.write(ByteBuffer(string: "event: version\ndata: \(version)\n\n")) }
            try await exchange.finish()
        } catch {
            exchange.abort()
        }
    }
}

/// The names under which a folder is served.
struct ServeHosts {
    /// Beside localhost and addresses, lower case.
    var more: Set<String> = []

    func admit(_ authority: String) -> Bool {
        var host = authority.lowercased()[...]
        if host.hasPrefix("[") { return true }
        if let colon = host.firstIndex(of: ":") { host = host[..<colon] }
        if host.hasSuffix(".") { host = host.dropLast() }
        if host.isEmpty || host == "localhost" || host.hasSuffix(".localhost") || more.contains(String(host)) { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}
