import ArgumentParser
import ConfigurationReading
import DistributionModel
import EdgeFigures
import Foundation
import HTTPTypes
import NIOCore
import NIOPosix
import OriginFetch

struct StatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Show a running edge's figures.",
        discussion: "docs/logs-and-figures.md says what each of them means. The same as text for Prometheus: GET /metrics of the control listener.")

    @Option(help: "The edge's control listener, as http://ADDRESS:PORT; otherwise listen.control of --config.")
    var endpoint: String?

    @Option(help: "The edge's configuration, where its control listener is looked up.", completion: .file())
    var config = "edge.conf"

    @Flag(help: "Print the document of GET /statistics.")
    var json = false

    @Flag(help: "Go on until interrupted, with rates since the last look.")
    var watch = false

    @Option(help: "Seconds between two looks of --watch.")
    var interval = 2

    func validate() throws {
        guard (1...3_600).contains(interval) else { throw ValidationError("--interval takes 1 to 3600 seconds") }
        if let endpoint, ControlEndpoint(endpoint) == nil {
            throw ValidationError("--endpoint takes a URL with a numeric address and port, such as http://127.0.0.1:8081")
        }
    }

    func run() async throws {
        let endpoint = try endpoint.flatMap(ControlEndpoint.init) ?? ControlEndpoint(ConfigurationFiles.edge(config).listen.control)
        let fetcher = NIOOriginFetcher(group: MultiThreadedEventLoopGroup.singleton)
        var last: EdgeStatistics?
        while true {
            let document = try await endpoint.get("/statistics", by: fetcher)
            guard let statistics = try? JSONDecoder().decode(EdgeStatistics.self, from: Data(document)) else {
                throw CommandFailure("\(endpoint.name) did not answer with statistics of this version", .refused)
            }
            if json {
                Terminal.result(String(decoding: document, as: UTF8.self))
            } else {
                let table = StatisticsTable(statistics, since: last).text
                Terminal.result(watch && Terminal.outputIsTerminal ? "\u{1B}[H\u{1B}[2J" + table : table)
            }
            guard watch else { return }
            last = statistics
            try await Task.sleep(for: .seconds(interval))
        }
    }
}

/// A control listener as a client reaches it.
struct ControlEndpoint {
    private static let answerBytesMax = 64 << 20

    private let endpoint: OriginEndpoint

    init(_ address: ListenAddress) {
        var endpoint = OriginEndpoint(host: address.host, port: address.port)
        endpoint.connectionAttempts = 1
        self.endpoint = endpoint
    }

    /// Nil for what is no URL with a numeric address and port.
    init?(_ url: String) {
        var text = url[...]
        if text.hasPrefix("http://") { text = text.dropFirst("http://".count) }
        if text.hasSuffix("/") { text = text.dropLast() }
        guard let address = ListenAddress(String(text)) else { return nil }
        self.init(address)
    }

    var name: String { endpoint.name }

    /// The content of a document.
    func get(_ path: String, by fetcher: NIOOriginFetcher) async throws(CommandFailure) -> [UInt8] {
        do {
            let host = endpoint.host.contains(":") ? "[\(endpoint.host)]" : endpoint.host
            var fields = HTTPFields()
            if let name = HTTPField.Name("Host") { fields[name] = "\(host):\(endpoint.port)" }
            let response = try await fetcher.fetch(FetchRequest(method: .get, target: path, fields: fields), from: endpoint)
            var bytes: [UInt8] = []
            while let chunk = try await response.content.next() {
                bytes.append(contentsOf: chunk.readableBytesView)
                guard bytes.count <= Self.answerBytesMax else { throw CommandFailure("\(name): the answer is too large") }
            }
            guard response.status.code == 200 else {
                throw CommandFailure("\(name) answered \(response.status.code) to GET \(path)", .refused)
            }
            return bytes
        } catch let failure as CommandFailure {
            throw failure
        } catch let error as OriginError {
            throw CommandFailure("no edge answers at \(name): \(error.detail)", .unreachable)
        } catch {
            throw CommandFailure("\(error)")
        }
    }
}
