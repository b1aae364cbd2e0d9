// swift-tools-version: 6.2
import PackageDescription

// Strictness is decided once, here, for every target.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // Checked in every debug build and test run; on a hit's path the checks cost as much as the look-up.
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

func product(_ name: String, _ package: String) -> Target.Dependency { .product(name: name, package: package) }

let argumentParser = product("ArgumentParser", "swift-argument-parser")
let grdb = product("GRDB", "GRDB.swift")
let httpTypes = product("HTTPTypes", "swift-http-types")
let logging = product("Logging", "swift-log")
let nioCore = product("NIOCore", "swift-nio")
let nioEmbedded = product("NIOEmbedded", "swift-nio")
let nioHTTP1 = product("NIOHTTP1", "swift-nio")
let nioHPACK = product("NIOHPACK", "swift-nio-http2")
let nioHTTP2 = product("NIOHTTP2", "swift-nio-http2")
let nioPosix = product("NIOPosix", "swift-nio")
let nioSSL = product("NIOSSL", "swift-nio-ssl")
let nioTLS = product("NIOTLS", "swift-nio")
let x509 = product("X509", "swift-certificates")
let yams = product("Yams", "Yams")

/// A library target of ours, compiled under `strict`, with its test target of the same name + "Tests".
func library(_ name: String, _ dependencies: [Target.Dependency] = [], tests: [Target.Dependency]? = []) -> [Target] {
    let target = Target.target(name: name, dependencies: dependencies, swiftSettings: strict)
    guard let tests else { return [target] }
    return [
        target,
        .testTarget(
            name: name + "Tests", dependencies: [.init(stringLiteral: name)] + dependencies + tests, swiftSettings: strict),
    ]
}

let systemLibraries: [Target] = [
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CBrotli", pkgConfig: "libbrotlienc", providers: [.apt(["libbrotli-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
]

// Rows as in docs/architecture.md: a target imports only from rows below its own; TidyTests enforces it.
let pure0: [Target] =
    library("HTTPSemantics", [httpTypes])
    + library("Eviction")
    + library("ContentCoding", ["CZlib", "CBrotli", "CZstd"])
    + library("Cryptography", ["COpenSSL"], tests: ["TestKeyMaterial"])
    + library("TestKeyMaterial", tests: nil)
    + library("XMLDocuments")
    + library("JSONDocuments")
    + library("ConfigurationReading", [yams])

let pure1: [Target] =
    library("S3Model", ["HTTPSemantics", "Cryptography", "XMLDocuments", httpTypes])
    + library("BucketPolicy")
    + library("HTTPCaching", ["HTTPSemantics", httpTypes])
    + library("SigV4", ["Cryptography"])
    + library("SignedURLs", ["Cryptography", "HTTPSemantics"], tests: ["TestKeyMaterial"])
    + library("DeployModel", ["Cryptography", "JSONDocuments", "HTTPSemantics"])
    + library("TraceFormats")

let pure2: [Target] =
    library("ObjectStorage", ["S3Model", "Cryptography"], tests: ["ObjectStorageConformance"])
    + library("ObjectStorageConformance", ["ObjectStorage", "Cryptography"], tests: nil)
    + library("WebsiteRouting", ["S3Model", "HTTPSemantics", "ConfigurationReading", "DeployModel"])
    + library("DistributionModel", ["BucketPolicy", "HTTPSemantics", "HTTPCaching", "ConfigurationReading", "Cryptography", "Eviction", httpTypes])
    + library("OriginConfiguration", ["ConfigurationReading"])
    + library("CacheSimulation", ["TraceFormats", "Eviction"])
    + library("AccessLogs", ["HTTPCaching", "HTTPSemantics"])
    + library("EdgeFigures", ["HTTPCaching"])

let streams: [Target] = library("ByteStreaming", [nioCore], tests: [nioEmbedded])

let engines: [Target] =
    library(
        "HTTPTransport", ["ByteStreaming", "HTTPSemantics", httpTypes, nioCore, nioHPACK, nioHTTP2, nioPosix, nioSSL, nioTLS, logging],
        tests: ["TestKeyMaterial", nioEmbedded])
    + library("LocalCertificateAuthority", [x509, product("Crypto", "swift-crypto"), product("SwiftASN1", "swift-asn1")])
    + library(
        "OriginFetch",
        ["ByteStreaming", "HTTPSemantics", httpTypes, nioCore, nioHTTP1, nioPosix, nioSSL, nioTLS, logging])
    + library("EdgeStorage", ["HTTPSemantics", "HTTPCaching", "Eviction", "Cryptography", httpTypes, nioCore, nioPosix])
    + library("LogDelivery", ["AccessLogs", "ContentCoding", "HTTPSemantics", logging], tests: ["HTTPCaching"])
    + library(
        "DiskObjectStorage", ["ObjectStorage", "S3Model", "Cryptography", grdb, logging],
        tests: ["ObjectStorageConformance"])

let services: [Target] =
    library(
        "OriginService",
        [
            "ByteStreaming", "HTTPTransport", "ObjectStorage", "S3Model", "BucketPolicy", "WebsiteRouting", "OriginConfiguration",
            "ConfigurationReading", "SigV4", "Cryptography", "HTTPSemantics", httpTypes, nioCore, logging,
        ])
    + library(
        "EdgeService",
        [
            "ByteStreaming", "HTTPTransport", "LocalCertificateAuthority", "OriginFetch", "EdgeStorage", "DistributionModel", "BucketPolicy",
            "ConfigurationReading", "HTTPCaching", "AccessLogs", "LogDelivery", "EdgeFigures",
            "HTTPSemantics", "ContentCoding", "SigV4", "SignedURLs", "Cryptography", httpTypes, nioCore, logging,
        ], tests: ["TestKeyMaterial", nioPosix, nioSSL])
    + library(
        "ControlService",
        ["ByteStreaming", "HTTPTransport", "EdgeStorage", "XMLDocuments", "HTTPCaching", "HTTPSemantics", httpTypes, nioCore, logging])
    + library(
        "TraceReplay", ["CacheSimulation", "TraceFormats", "Eviction", "ContentCoding", "ConfigurationReading"])
    + library(
        "SiteDeploy",
        [
            "OriginFetch", "ByteStreaming", "DistributionModel", "ConfigurationReading", "SigV4", "Cryptography", "DeployModel",
            "WebsiteRouting", "XMLDocuments", "HTTPSemantics", "ContentCoding", httpTypes, nioCore,
        ],
        tests: ["OriginConfiguration"])

let package = Package(
    name: "skerry",
    products: [.executable(name: "skerry", targets: ["skerry"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),  // the command line
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),  // the encoding of certificates
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),  // the local certificate authority
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),  // its keys
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),  // header fields as a currency type
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),  // sockets and event loops
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),  // frames and header compression
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),  // TLS
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),  // SQLite, the origin's index
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),  // edge.conf, with line and column of every node
    ],
    targets: systemLibraries + pure0 + pure1 + pure2 + streams + engines + services + [
        .executableTarget(
            name: "skerry",
            dependencies: [
                "OriginService", "WebsiteRouting", "EdgeService", "ControlService", "SiteDeploy", "HTTPTransport", "OriginFetch", "EdgeStorage",
                "LocalCertificateAuthority", "DiskObjectStorage", "LogDelivery", "AccessLogs", "EdgeFigures", "ObjectStorage", "DistributionModel", "OriginConfiguration", "ConfigurationReading",
                "DeployModel", "JSONDocuments", "SigV4",
                "HTTPCaching", "HTTPSemantics", "SignedURLs", "Cryptography", argumentParser, httpTypes, logging, nioCore, nioPosix,
                "TraceReplay", "CacheSimulation", "TraceFormats", "Eviction",
            ], swiftSettings: strict),
        .testTarget(name: "TidyTests", dependencies: ["Cryptography"], swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests", dependencies: ["Cryptography", "SigV4"], exclude: ["README.md", "Clients", "rfc9111-suite.edge.conf"],
            swiftSettings: strict),
    ]
)
