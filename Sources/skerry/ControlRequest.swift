// One request of a command to a running edge's control listener.

import ArgumentParser
import ConfigurationReading
import DistributionModel
import Foundation
import HTTPTypes
import NIOCore
import NIOPosix
import OriginFetch

/// The options that lead to a control listener.
struct ControlListenerOptions: ParsableArguments {
    @Option(help: "The edge's control listener, as http://ADDRESS:PORT; otherwise listen.control of --config.")
    var endpoint: String?

    @Option(help: "The edge's configuration, where its control listener is looked up.", completion: .file())
    var config = "edge.conf"

    func validate() throws {
        if let endpoint, Self.address(endpoint) == nil {
            throw ValidationError("--endpoint takes a URL with a numeric address and port, such as http://127.0.0.1:8081")
        }
    }

    private static func address(_ endpoint: String) -> ListenAddress? {
        var text = endpoint[...]
        if text.hasPrefix("http://") { text = text.dropFirst("http://".count) }
        if text.hasSuffix("/") { text = text.dropLast() }
        return ListenAddress(String(text))
    }

    private func address() throws(CommandFailure) -> ListenAddress {
        if let endpoint, let address = Self.address(endpoint) { return address }
        return try ConfigurationFiles.edge(config).listen.control
    }

    /// The text of the answer. Throws when there is none, or a refusal.
    func send(_ method: HTTPRequest.Method, _ target: String) async throws -> String {
        let address = try address()
        var endpoint = OriginEndpoint(host: address.host, port: address.port)
        endpoint.connectionAttempts = 1
        var fields = HTTPFields()
        if let host = HTTPField.Name("Host") { fields[host] = address.description }
        let fetcher = NIOOriginFetcher(group: MultiThreadedEventLoopGroup.singleton)
        defer { fetcher.shutDown() }
        do {
            let response = try await fetcher.fetch(FetchRequest(method: method, target: target, fields: fields), from: endpoint)
            var text = ""
            while let chunk = try await response.content.next(), text.utf8.count < 1 << 20 { text += String(buffer: chunk) }
            let answer = text.trimmingCharacters(in: .newlines)
            guard response.status.code < 400 else {
                throw CommandFailure(Self.message(of: answer), response.status.code < 500 ? .refused : .failed)
            }
            return answer
        } catch let error as OriginError {
            throw CommandFailure("no answer from the edge's control listener at \(address): \(error.detail)", .unreachable)
        }
    }

    /// What an error document says, or the text itself.
    private static func message(of answer: String) -> String {
        guard let start = answer.range(of: "<Message>"), let end = answer.range(of: "</Message>") else { return answer }
        return String(answer[start.upperBound..<end.lowerBound])
    }
}
