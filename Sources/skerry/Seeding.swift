import ConfigurationReading
import DistributionModel
import Foundation
import NIOPosix
import OriginConfiguration
import OriginFetch
import SigV4
import SiteDeploy

/// Puts the sites of a folder into their buckets, each once: the data folder's `seeded` lists those that are done.
struct Seeding: Sendable {
    var sites: String
    var origin: OriginConfiguration
    var edge: EdgeConfiguration
    /// Where the origin listens.
    var address: String

    func run() async throws {
        guard FileManager.default.fileExists(atPath: sites) else { return }
        do {
            try await seed()
        } catch let error as SiteDeployError {
            throw CommandFailure(error)
        }
    }

    private func seed() async throws {
        let done = try seededBuckets()
        let configuration = try ConfigurationFiles.seed(sites + "/seed.conf")
        let plan = SeedPlan(folders: try SiteFolder.folders(in: sites), configuration: configuration, edge: edge)
        for missing in configuration.buckets where !plan.buckets.contains(where: { $0.bucket == missing.name }) {
            Terminal.warning("\(sites)/seed.conf names the bucket \(missing.name), but there is no folder \(sites)/\(missing.name)")
        }
        let remaining = plan.buckets.filter { !done.contains($0.bucket) }
        guard !remaining.isEmpty else { return }
        let fetcher = NIOOriginFetcher(group: MultiThreadedEventLoopGroup.singleton)
        defer { fetcher.shutDown() }
        let seeder = SiteSeeder(client: try client(fetcher), configuration: configuration)
        var names = done
        for bucket in remaining {
            let folder = try SiteFolder(path: sites + "/" + bucket.bucket)
            let count = try await seeder.seed(bucket, from: folder) { step in
                switch step {
                case .bucket: break
                case .object(let key, let done, let total): Terminal.progress("\(bucket.bucket) \(done)/\(total) \(key)")
                case .skipped(let key, let reason):
                    Terminal.progressDone()
                    Terminal.warning("\(sites)/\(bucket.bucket)/\(key) was left out: \(reason)")
                }
            }
            Terminal.progressDone()
            Terminal.note("bucket \(bucket.bucket): \(count) objects from \(sites)/\(bucket.bucket)")
            names.append(bucket.bucket)
            try record(names)
        }
    }

    private func client(_ fetcher: NIOOriginFetcher) throws -> S3Client {
        let pair = try ConfigurationFiles.credentials(origin.dataDirectory + "/credentials", profile: "default")
        let parts = address.split(separator: ":")
        guard let port = parts.last.flatMap({ Int($0) }) else { throw CommandFailure("the origin's address \(address) has no port") }
        let host = parts.dropLast().joined(separator: ":")
        return S3Client(
            endpoint: OriginEndpoint(host: host, port: port),
            credentials: SigningCredentials(
                accessKeyID: pair.accessKeyID, secretAccessKey: pair.secretAccessKey, sessionToken: pair.sessionToken),
            region: origin.region, fetcher: fetcher,
            now: { SigningTime(secondsSince1970: Int64(Date().timeIntervalSince1970)) },
            wait: { try await Task.sleep(for: $0) })
    }

    private var recordPath: String { origin.dataDirectory + "/seeded" }

    private func seededBuckets() throws -> [String] {
        guard FileManager.default.fileExists(atPath: recordPath) else { return [] }
        return try ConfigurationFiles.text(of: recordPath).split(separator: "\n").map(String.init)
    }

    private func record(_ names: [String]) throws {
        do {
            try Data((names.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: recordPath), options: .atomic)
        } catch {
            throw CommandFailure("\(recordPath): cannot be written: \(error.localizedDescription)")
        }
    }
}
