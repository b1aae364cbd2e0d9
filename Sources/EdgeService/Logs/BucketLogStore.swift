// A bucket for log files: one signed PUT per file, as the distribution whose log it is. The bucket's policy has to allow
// `s3:PutObject` to the service, as it does for reads through an origin access control.

import DistributionModel
import HTTPSemantics
import HTTPTypes
package import LogDelivery
import NIOCore
package import OriginFetch
import SigV4
import Synchronization

/// Why a bucket did not take a log file.
package struct LogStoreError: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String
}

/// Puts log files into one bucket.
package struct BucketLogStore: LogStore {
    /// Bytes of a refusal that are read, to tell its code.
    private static let answerBytesMax = 64 * 1024

    private let endpoint: OriginEndpoint
    private let host: String
    private let signer: SigV4Signer
    private let sourceARN: String
    private let fetcher: any OriginFetcher
    private let now: @Sendable () -> Int64

    /// - Parameter now: seconds since 1970, for signatures.
    package init(
        bucket: String, port: Int?, region: String, sourceARN: String, credentials: OriginAccessCredentials,
        fetcher: any OriginFetcher, now: @escaping @Sendable () -> Int64
    ) {
        endpoint = OriginEndpoint(host: bucket, port: port ?? 80)
        host = port.map { $0 == 80 ? bucket : "\(bucket):\($0)" } ?? bucket
        signer = SigV4Signer(
            credentials: SigningCredentials(accessKeyID: credentials.accessKeyID, secretAccessKey: credentials.secretAccessKey),
            region: region)
        self.sourceARN = sourceARN
        self.fetcher = fetcher
        self.now = now
    }

    package func put(_ key: String, _ bytes: [UInt8]) async throws {
        let path = "/" + URIEncoding.encode(key.utf8, keepingSlash: true)
        var signed = SigV4Request(
            method: "PUT", path: path, query: "",
            headers: [("Host", host), ("Content-Type", "application/x-gzip"), ("x-amz-source-arn", sourceARN)])
        signer.sign(&signed, payload: .of(bytes), at: SigningTime(secondsSince1970: now()))
        var fields = HTTPFields()
        for (name, value) in signed.headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        let response = try await fetcher.fetch(
            FetchRequest(method: .put, target: path, fields: fields, content: LogFileContent(bytes)), from: endpoint)
        var answer: [UInt8] = []
        while let chunk = try await response.content.next() {
            if answer.count < Self.answerBytesMax { answer.append(contentsOf: chunk.readableBytesView) }
        }
        guard (200...299).contains(response.status.code) else {
            throw LogStoreError(description: "\(endpoint.name) answered \(response.status.code)\(Self.code(in: answer))")
        }
    }

    /// The code of an S3 error document.
    private static func code(in answer: [UInt8]) -> String {
        let text = String(decoding: answer, as: UTF8.self)
        guard let start = text.firstRange(of: "<Code>"), let end = text.firstRange(of: "</Code>"), start.upperBound <= end.lowerBound else {
            return ""
        }
        return " " + text[start.upperBound..<end.lowerBound]
    }
}

/// A file's bytes, sent in one piece.
private final class LogFileContent: FetchRequestContent {
    let byteCount: Int?
    private let rest: Mutex<[UInt8]?>

    init(_ bytes: [UInt8]) {
        byteCount = bytes.count
        rest = Mutex(bytes)
    }

    func nextChunk() async throws -> ByteBuffer? {
        rest.withLock { rest in
            defer { rest = nil }
            return rest.map { ByteBuffer(bytes: $0) }
        }
    }
}
