import Foundation

/// The binary under test and the processes it becomes.
///
/// A server prints one line of JSON on standard output for each listener, once it accepts connections there:
/// `{"listening":"s3","address":"127.0.0.1:41234"}`. The names are `s3` for the origin, `http` and `control` for the edge.
enum Skerry {
    /// Beside the bundle of the tests; `swift build` has made both.
    static let binary: String = {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let beside = (bundle as NSString).deletingLastPathComponent + "/skerry"
        if FileManager.default.isExecutableFile(atPath: beside) { return beside }
        return repository + "/.build/debug/skerry"
    }()

    /// The root of this repository.
    static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// Seconds a server may take to listen, on a busy machine.
    static let startSeconds = 30.0

    /// The port of a readiness line, or nil when the line is something else.
    static func port(of name: String, in line: Substring) -> Int? {
        guard line.hasPrefix("{"), let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)),
            let ready = object as? [String: String], ready["listening"] == name, let address = ready["address"]
        else { return nil }
        return address.split(separator: ":").last.flatMap { Int($0) }
    }
}

extension ChildProcess {
    /// The port on which this process says it listens.
    func port(of name: String) throws -> Int {
        if let port = output.waitForLine(seconds: Skerry.startSeconds, { Skerry.port(of: name, in: $0) }) { return port }
        let when = isRunning ? "within \(Skerry.startSeconds) s" : "before it ended"
        throw HarnessError("\(self.name) printed no readiness line for \"\(name)\" \(when)")
    }
}

/// A running `skerry origin`.
struct Origin: Sendable {
    let process: ChildProcess
    let port: Int
    let data: String

    /// The root key pair, which the origin wrote on its first start.
    let credentials: Credentials
    var credentialsFile: String { data + "/credentials" }
    var url: String { "http://127.0.0.1:\(port)" }

    func host(ofBucket bucket: String) -> String { "\(bucket).s3.localhost:\(port)" }
    func host(ofWebsite bucket: String) -> String { "\(bucket).s3-website.localhost:\(port)" }

    var s3: S3Client { S3Client(port: port, credentials: credentials) }
}

/// A key pair.
struct Credentials: Sendable {
    var accessKeyID: String
    var secretAccessKey: String

    init(accessKeyID: String, secretAccessKey: String) {
        (self.accessKeyID, self.secretAccessKey) = (accessKeyID, secretAccessKey)
    }

    /// Reads a profile of an AWS shared credentials file.
    init(file: String, profile: String) throws {
        var section = ""
        var values: [String: String] = [:]
        for line in try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n") {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.hasPrefix("["), line.hasSuffix("]") {
                section = String(line.dropFirst().dropLast())
            } else if section == profile, let equals = line.firstIndex(of: "=") {
                let name = line[..<equals].trimmingCharacters(in: .whitespaces)
                values[name] = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
            }
        }
        guard let id = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] else {
            throw HarnessError("no key pair for profile \(profile) in \(file)")
        }
        (accessKeyID, secretAccessKey) = (id, secret)
    }
}

/// A running `skerry edge`.
struct Edge: Sendable {
    let process: ChildProcess
    let http: Int
    let control: Int

    /// One GET or HEAD on a connection of its own.
    func fetch(
        _ method: String = "GET", _ target: String, host: String = "site.test", _ fields: Fields = [:],
        body: [UInt8]? = nil, version: String = "HTTP/1.1", seconds: Double = 20
    ) throws -> Response {
        try EndToEndTests.fetch(
            method, target, host: host, port: http, fields, body: body, version: version, seconds: seconds)
    }
}

extension Workplace {
    /// Starts an origin on a free port over `data` below this workplace.
    func startOrigin(data: String = "data", configuration: String? = nil) throws -> Origin {
        var arguments = ["origin", "--listen", "127.0.0.1:0", "--data", path(data)]
        if let configuration { arguments += ["--config", try write(configuration, to: "origin.conf")] }
        let process = try start(Skerry.binary, arguments, environment: environment(), name: "skerry origin")
        let port = try process.port(of: "s3")
        return Origin(
            process: process, port: port, data: path(data),
            credentials: try Credentials(file: path(data) + "/credentials", profile: "default"))
    }

    /// Starts an edge with this configuration; its listeners are on free ports.
    func startEdge(_ configuration: EdgeConfigurationText) throws -> Edge {
        let file = try write(configuration.text, to: "edge.conf")
        let process = try start(
            Skerry.binary, ["edge", "--config", file], environment: environment(), name: "skerry edge")
        return Edge(process: process, http: try process.port(of: "http"), control: try process.port(of: "control"))
    }

    /// Runs a command of the binary to its end.
    func skerry(
        _ arguments: String..., directory: String? = nil, environment more: [String: String] = [:], seconds: Double = 30
    ) throws -> Finished {
        try run(Skerry.binary, arguments, environment: more, directory: directory, seconds: seconds)
    }

    /// Runs a program to its end.
    func run(
        _ executable: String, _ arguments: [String], environment more: [String: String] = [:], directory: String? = nil,
        seconds: Double = 60
    ) throws -> Finished {
        let name = ([(executable as NSString).lastPathComponent] + arguments).joined(separator: " ")
        let process = try start(
            executable, arguments, environment: environment(more), directory: directory, name: name)
        guard let status = process.waitForExit(seconds: seconds) else {
            throw HarnessError("\(name) still runs after \(seconds) s\n\(process.story)")
        }
        return Finished(command: name, status: status, output: process.output.text, errors: process.errors.text)
    }
}

/// A program that has ended.
struct Finished: Sendable, CustomStringConvertible {
    var command: String
    var status: ChildProcess.ExitStatus
    var output: String
    var errors: String

    var succeeded: Bool { status == .code(0) }
    var description: String { "\(command): \(status)\n\(output.suffix(3000))\(errors.suffix(5000))" }
}
