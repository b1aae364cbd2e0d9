// Which bucket of which S3 a command means, and with whose key pair: the variables and profiles that the AWS tools know.

import ArgumentParser
import ConfigurationReading
import DeployModel
import Foundation
import HTTPSemantics
import NIOPosix
import OriginFetch
import SigV4
import SiteDeploy

/// The options of every command that talks to S3.
struct StorageOptions: ParsableArguments {
    @Option(help: "The S3 endpoint; otherwise AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, http://127.0.0.1:9000.")
    var endpoint: String?

    @Option(help: "The region to sign for; otherwise AWS_REGION, AWS_DEFAULT_REGION, us-east-1.")
    var region: String?

    @Option(help: "The profile of the credentials file; otherwise AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.")
    var profile: String?

    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
        if let endpoint, S3Address(endpoint) == nil { throw ValidationError("--endpoint \(endpoint): \(S3Address.rule)") }
    }
}

/// The options of every command about deploys of one site.
struct SiteOptions: ParsableArguments {
    @Option(help: "The site's name.")
    var site: String

    @Option(help: "The bucket that keeps deploys, of any number of sites; otherwise SKERRY_BUCKET, skerry-deploys.")
    var bucket: String?

    @OptionGroup var storage: StorageOptions

    func validate() throws {
        guard SiteName(site) != nil else { throw ValidationError("--site \(site): expected \(SiteName.rule)") }
    }

    func name() throws -> SiteName {
        guard let name = SiteName(site) else { throw CommandFailure("--site \(site): expected \(SiteName.rule)", .usage) }
        return name
    }

    /// An alias given as a label or as any text, such as a branch.
    func alias(_ text: String) throws -> AliasName { try AliasName.option(text, of: try name()) }
}

extension AliasName {
    /// An alias given as a label or as any text, such as a branch.
    static func option(_ text: String, of site: SiteName) throws -> AliasName {
        guard let alias = AliasName.label(text, of: site) else {
            throw CommandFailure("\(text): expected \(AliasName.rule(of: site))", .usage)
        }
        return alias
    }
}

/// `http://HOST[:PORT]`, `https://HOST[:PORT]`.
struct S3Address {
    static let rule = "expected a URL such as http://127.0.0.1:9000 or https://s3.eu-central-1.amazonaws.com, without a path"

    var host: String
    var port: Int
    var isSecure: Bool

    init?(_ text: String) {
        guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else { return nil }
        isSecure = scheme == "https://"
        var rest = text.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard !rest.isEmpty, !rest.contains(where: { "/?#@ ".contains($0) }) else { return nil }
        if rest.last != "]", let colon = rest.lastIndex(of: ":") {
            guard let port = wholeNumber(rest[rest.index(after: colon)...]), (1...65535).contains(port) else { return nil }
            host = String(rest[..<colon])
            self.port = port
        } else {
            host = String(rest)
            port = isSecure ? 443 : 80
        }
        guard !host.isEmpty else { return nil }
    }

    var isLoopback: Bool {
        ["127.0.0.1", "localhost", "[::1]"].contains(host.lowercased()) || host.lowercased().hasSuffix(".localhost")
    }
}

/// An S3 client as the options and the environment want it.
struct StorageConnection {
    static let defaultBucket = "skerry-deploys"

    let client: S3Client
    let address: S3Address
    let fetcher: NIOOriginFetcher

    init(_ options: StorageOptions) throws {
        let variables = ProcessInfo.processInfo.environment
        func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
        let endpoint = options.endpoint ?? value("AWS_ENDPOINT_URL_S3") ?? value("AWS_ENDPOINT_URL") ?? "http://127.0.0.1:9000"
        guard let address = S3Address(endpoint) else { throw CommandFailure("\(endpoint): \(S3Address.rule)", .usage) }
        self.address = address
        fetcher = NIOOriginFetcher(group: MultiThreadedEventLoopGroup.singleton)
        client = S3Client(
            endpoint: try Self.endpoint(address, value),
            credentials: try Self.credentials(options.profile, address, value),
            region: options.region ?? value("AWS_REGION") ?? value("AWS_DEFAULT_REGION") ?? "us-east-1", fetcher: fetcher,
            now: { SigningTime(secondsSince1970: Int64(Date().timeIntervalSince1970)) }, wait: { try await Task.sleep(for: $0) },
            jitter: { Double.random(in: 0...1) }, attemptsMax: 6)
    }

    /// Over TLS the authorities of AWS_CA_BUNDLE are trusted beside the system's.
    private static func endpoint(_ address: S3Address, _ value: (String) -> String?) throws(CommandFailure) -> OriginEndpoint {
        var endpoint = OriginEndpoint(host: address.host, port: address.port)
        guard address.isSecure else { return endpoint }
        var tls = OriginTLS(serverNames: [address.host])
        if let path = value("AWS_CA_BUNDLE") {
            guard let authorities = OriginAuthorities(pem: Array(try ConfigurationFiles.text(of: path).utf8)) else {
                throw CommandFailure("\(path), of AWS_CA_BUNDLE, holds no certificate in PEM that can be read")
            }
            tls.authorities = authorities
        }
        endpoint.tls = tls
        return endpoint
    }

    static var clock: DeployClock {
        DeployClock(
            now: { HTTPDate(secondsSince1970: Int64(Date().timeIntervalSince1970)) }, wait: { try await Task.sleep(for: $0) },
            random: { UInt64.random(in: .min ... .max) })
    }

    /// The standard order: a profile asked for, the variables, a profile of the shared file; at last, for a server on this machine,
    /// the root key pair that it has put into the current folder.
    private static func credentials(
        _ profile: String?, _ address: S3Address, _ value: (String) -> String?
    ) throws(CommandFailure) -> SigningCredentials {
        if profile == nil, let id = value("AWS_ACCESS_KEY_ID") {
            guard let secret = value("AWS_SECRET_ACCESS_KEY") else {
                throw CommandFailure("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not")
            }
            return SigningCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: value("AWS_SESSION_TOKEN"))
        }
        let home = value("HOME").map { $0 + "/.aws/credentials" }
        let shared = value("AWS_SHARED_CREDENTIALS_FILE") ?? home
        var files = [shared].compactMap { $0 }
        if address.isLoopback, profile == nil, value("AWS_PROFILE") == nil, value("AWS_SHARED_CREDENTIALS_FILE") == nil {
            files.append(".skerry/credentials")
        }
        guard let file = files.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            let looked = files.joined(separator: ", ")
            throw CommandFailure("no key pair: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile (looked for \(looked))")
        }
        let pair = try ConfigurationFiles.credentials(file, profile: profile ?? value("AWS_PROFILE") ?? "default")
        return SigningCredentials(accessKeyID: pair.accessKeyID, secretAccessKey: pair.secretAccessKey, sessionToken: pair.sessionToken)
    }
}

extension SiteOptions {
    /// Runs a body with a deployer of the site, and ends with the exit code that its failure has.
    func withDeployer<Value>(_ body: (Deployer, StorageConnection) async throws -> Value) async throws -> Value {
        try await SiteTarget(site: try name(), bucket: BucketOption.name(bucket), storage: storage).withDeployer(body)
    }
}

/// One site in one bucket of one S3.
struct SiteTarget {
    var site: SiteName
    var bucket: String
    var storage: StorageOptions

    func withDeployer<Value>(_ body: (Deployer, StorageConnection) async throws -> Value) async throws -> Value {
        let connection = try StorageConnection(storage)
        defer { connection.fetcher.shutDown() }
        let deployer = Deployer(
            bucket: DeployBucket(client: connection.client, name: bucket), site: site, clock: StorageConnection.clock
        ) { step in
            switch step {
            case .waitingForCollection: Terminal.progress("waiting for a garbage collection")
            case .missing(let count, let bytes): Terminal.progress("\(count) to upload, \(GitHubTexts.size(bytes))")
            case .uploaded(let done, let total): Terminal.progress("\(done)/\(total) uploaded")
            }
        }
        do {
            defer { Terminal.progressDone() }
            return try await body(deployer, connection)
        } catch let error as SiteDeployError {
            throw CommandFailure(error)
        }
    }
}

enum BucketOption {
    static func name(_ option: String?) -> String {
        let variable = ProcessInfo.processInfo.environment["SKERRY_BUCKET"].flatMap { $0.isEmpty ? nil : $0 }
        return option ?? variable ?? StorageConnection.defaultBucket
    }
}
