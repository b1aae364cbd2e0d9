import Testing

/// The one table of targets that the tidy tests judge by: a row for each target of `Package.swift`.
///
/// The model is the picture in `docs/architecture.md`: a target imports only from rows below its own. To add a
/// target, add a line to `targets` (and name it in `docs/architecture.md`); a test says so when you forget.
/// Left out: which exact targets a target depends on. `Package.swift` says that, and the compiler checks it.

/// The rows, bottom up.
enum Row: Int, CaseIterable, Comparable, Sendable {
    /// A system library with a module map and no code of ours.
    case system
    case pure0, pure1, pure2
    /// Suites shared by several test targets. They may use any pure target and Swift Testing, and are linked
    /// by tests alone.
    case testSupport
    /// What engines share: bytes in NIO's buffers, but no socket of its own.
    case stream
    case engine, service, executable

    static func < (left: Row, right: Row) -> Bool { left.rawValue < right.rawValue }

    /// Pure targets read no clock, environment, file or socket.
    var isPure: Bool { self == .pure0 || self == .pure1 || self == .pure2 }
}

struct TargetRow: Sendable, CustomTestStringConvertible {
    var name: String
    var row: Row
    /// Modules from outside this package that a pure target may import beyond `pureModules`, each for a reason.
    var alsoImports: Set<String> = []

    var testDescription: String { name }
}

let targets: [TargetRow] = [
    TargetRow(name: "COpenSSL", row: .system),
    TargetRow(name: "CZlib", row: .system),
    TargetRow(name: "CBrotli", row: .system),
    TargetRow(name: "CZstd", row: .system),

    TargetRow(name: "HTTPSemantics", row: .pure0),
    TargetRow(name: "Eviction", row: .pure0),
    TargetRow(name: "ContentCoding", row: .pure0),
    TargetRow(name: "Cryptography", row: .pure0),
    // The typed walk over a YAML document; Yams parses text already in memory.
    TargetRow(name: "XMLDocuments", row: .pure0),
    TargetRow(name: "ConfigurationReading", row: .pure0, alsoImports: ["Yams"]),
    TargetRow(name: "JSONDocuments", row: .pure0),

    TargetRow(name: "S3Model", row: .pure1),
    TargetRow(name: "BucketPolicy", row: .pure1),
    TargetRow(name: "HTTPCaching", row: .pure1),
    TargetRow(name: "SigV4", row: .pure1),
    TargetRow(name: "SignedURLs", row: .pure1),
    TargetRow(name: "DeployModel", row: .pure1),
    TargetRow(name: "TraceFormats", row: .pure1),

    TargetRow(name: "ObjectStorage", row: .pure2),
    TargetRow(name: "WebsiteRouting", row: .pure2),
    TargetRow(name: "DistributionModel", row: .pure2),
    TargetRow(name: "OriginConfiguration", row: .pure2),
    TargetRow(name: "AccessLogs", row: .pure2),
    TargetRow(name: "EdgeFigures", row: .pure2),

    TargetRow(name: "CacheSimulation", row: .pure2),

    TargetRow(name: "ObjectStorageConformance", row: .testSupport),
    TargetRow(name: "TestKeyMaterial", row: .testSupport),

    TargetRow(name: "ByteStreaming", row: .stream),

    TargetRow(name: "HTTPTransport", row: .engine),
    TargetRow(name: "OriginFetch", row: .engine),
    TargetRow(name: "LocalCertificateAuthority", row: .engine),
    TargetRow(name: "LogDelivery", row: .engine),
    TargetRow(name: "EdgeStorage", row: .engine),
    TargetRow(name: "DiskObjectStorage", row: .engine),

    TargetRow(name: "OriginService", row: .service),
    TargetRow(name: "EdgeService", row: .service),
    TargetRow(name: "ControlService", row: .service),
    TargetRow(name: "SiteDeploy", row: .service),
    TargetRow(name: "TraceReplay", row: .service),

    TargetRow(name: "skerry", row: .executable),
]

/// Targets of the table that `Package.swift` may not have yet: named here so that whoever brings one need not
/// touch the table, and taken out again once they are there.
let targetsToCome: Set<String> = []

/// Test targets that belong to no library.
let freeStandingTests: Set<String> = ["TidyTests", "EndToEndTests"]

/// Modules of the toolchain and of packages that any pure target may import.
let pureModules: Set<String> = ["Swift", "Synchronization", "HTTPTypes", "DequeModule"]

/// Lines a file may have, and the files that may have more, each with a reason beside it.
enum LineLimit {
    static let source = 400
    static let test = 700
    static let exceptions: [String: Int] = [:]
}
