import ByteStreaming
import HTTPTypes
import NIOCore
import OriginFetch
import SigV4
import SiteDeploy
import Synchronization

/// Answers from a script and keeps what was asked.
final class ScriptedFetcher: OriginFetcher {
    enum Answer {
        case status(Int, String = "")
        case failure(OriginError)
    }

    struct Asked: Equatable {
        var line: String
        var fields: HTTPFields
        var body: String
    }

    private let answers: Mutex<[Answer]>
    private let requests = Mutex<[Asked]>([])

    /// After the script's end every answer is 200 without content.
    init(_ answers: [Answer] = []) { self.answers = Mutex(answers) }

    var asked: [Asked] { requests.withLock { $0 } }
    var lines: [String] { asked.map(\.line) }

    func fetch(_ request: FetchRequest, from endpoint: OriginEndpoint) async throws -> FetchResponse {
        var body = ByteBuffer()
        while let chunk = try await request.content?.nextChunk() { body.writeImmutableBuffer(chunk) }
        requests.withLock {
            $0.append(
                Asked(
                    line: "\(request.method.rawValue) \(request.target)", fields: request.fields, body: String(buffer: body)))
        }
        switch answers.withLock({ $0.isEmpty ? .status(200) : $0.removeFirst() }) {
        case .failure(let error): throw error
        case .status(let code, let text):
            let content = FetchContent(stream: ByteStream(ByteBuffer(string: text)))
            return FetchResponse(status: .init(code: code), fields: [:], contentLength: nil, content: content)
        }
    }
}

/// A client over a script, with a clock that stands still and waits that are only written down.
struct TestClient {
    let fetcher: ScriptedFetcher
    let waits = WaitLog()
    let client: S3Client

    init(_ answers: [ScriptedFetcher.Answer] = []) {
        let fetcher = ScriptedFetcher(answers)
        self.fetcher = fetcher
        let waits = waits
        client = S3Client(
            endpoint: OriginEndpoint(host: "127.0.0.1", port: 9000),
            credentials: SigningCredentials(accessKeyID: "AKIA", secretAccessKey: "secret"), region: "us-east-1", fetcher: fetcher,
            now: { SigningTime(secondsSince1970: 1_700_000_000) }, wait: { waits.append($0) })
    }
}

final class WaitLog: Sendable {
    private let entries = Mutex<[Duration]>([])
    func append(_ duration: Duration) { entries.withLock { $0.append(duration) } }
    var all: [Duration] { entries.withLock { $0 } }
}

func field(_ name: String, of asked: ScriptedFetcher.Asked) -> String? {
    HTTPField.Name(name).flatMap { asked.fields[$0] }
}
