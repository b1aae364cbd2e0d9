import Testing

/// The scanner judged on small samples, so that a tidy test that passes means something.
@Suite struct ScannerTests {
    private func words(_ source: String) -> [String] { SwiftScanner.tokens(of: source).map(\.text) }

    @Test(arguments: [
        ("a + b", ["a", "+", "b"]),
        ("a // b\nc", ["a", "c"]),
        ("a /* b /* c */ d */ e", ["a", "e"]),
        (#"x = "open(" + y"#, ["x", "=", "\"", "+", "y"]),
        (#"x = "a \(open(p)) b" ; y"#, ["x", "=", "\"", "open", "(", "p", ")", ";", "y"]),
        (##"x = #"a \(b) " c"# ; y"##, ["x", "=", "\"", ";", "y"]),
        (##"x = #"a \#(b)"# ; y"##, ["x", "=", "\"", "b", ";", "y"]),
        ("x = \"\"\"\n open(\" a\n \"\"\" ; y", ["x", "=", "\"", ";", "y"]),
        (#"x = "\\" ; y"#, ["x", "=", "\"", ";", "y"]),
        (#"x = "\"" ; y"#, ["x", "=", "\"", ";", "y"]),
        ("func `print nothing`() {}", ["func", "`", "(", ")", "{", "}"]),
        ("#if os(Linux)", ["#", "if", "os", "(", "Linux", ")"]),
        (#"x = "\(a(b) + "c \(d)")" ; e"#, ["x", "=", "\"", "a", "(", "b", ")", "+", "\"", "d", ";", "e"]),
    ])
    func `comments and strings are set apart from code`(source: String, expected: [String]) {
        #expect(words(source) == expected)
    }

    @Test func `a token knows its line`() {
        let tokens = SwiftScanner.tokens(of: "/* 1\n2 */ a\n\"\"\"\n4\n\"\"\"\nb")
        #expect(tokens.map(\.line) == [2, 3, 6])
    }

    @Test(arguments: [
        ("import NIOCore", ["NIOCore"]),
        ("package import HTTPTypes", ["HTTPTypes"]),
        ("@testable import EdgeService // why", ["EdgeService"]),
        ("@preconcurrency internal import Foundation", ["Foundation"]),
        ("import struct Foundation.Date", ["Foundation"]),
        ("import Foundation.NSData", ["Foundation"]),
        ("// import NIOCore\n/* import NIO */\nlet s = \"import NIO\"", []),
        ("case .import: break", []),
    ])
    func `import lines are read through access and attributes`(source: String, expected: [String]) {
        #expect(imports(in: SwiftScanner.tokens(of: source)).map(\.module) == expected)
    }

    @Test(arguments: [
        ("let m = FileManager.default", ["FileManager"]),
        ("let d = Date()", ["Date"]),
        ("let d = Date.now", ["Date"]),
        ("func f(_ date: Date) {}", []),
        ("let d = HTTPDate(1)", []),
        ("let f = open(path, O_RDONLY)", ["open"]),
        ("let f = store.open(path)", []),
        ("func open(_ p: Int) {}\nopen(1)", []),
        ("let e = getenv(\"HOME\")", ["getenv"]),
        ("let s = \"getenv(HOME)\" // getenv(x)", []),
        ("let s = \"\\(getenv(x))\"", ["getenv"]),
        ("let t = clock_gettime(CLOCK_REALTIME, &ts)", ["clock_gettime"]),
        ("let n = time(nil)", ["time"]),
        ("let time = 3; use(time: time)", []),
        ("case read(Int)", []),
        ("let c = ContinuousClock()", ["ContinuousClock"]),
        ("case .Process: x", []),
        ("print(1)", ["print"]),
        ("let send = 1; if send (a) {}", []),
    ])
    func `effects are seen in code and only there`(source: String, expected: [String]) {
        #expect(effects(in: SwiftScanner.tokens(of: source)).map(\.name) == expected)
    }

    @Test(arguments: [
        ("EdgeService", "OriginFetch", true), ("EdgeService", "ControlService", false),
        ("OriginFetch", "EdgeStorage", false), ("OriginFetch", "SigV4", true), ("OriginFetch", "NIOCore", true),
        ("SigV4", "Cryptography", true), ("SigV4", "S3Model", false), ("SigV4", "ObjectStorage", false),
        ("SigV4", "NIOCore", false), ("SigV4", "Foundation", false), ("SigV4", "Logging", false),
        ("SigV4", "HTTPTypes", true), ("ConfigurationReading", "Yams", true), ("S3Model", "Yams", false),
        ("Cryptography", "COpenSSL", true), ("skerry", "OriginService", true), ("OriginService", "skerry", false),
        ("OriginService", "ObjectStorageConformance", false), ("ObjectStorageConformance", "ObjectStorage", true),
        ("ObjectStorageConformance", "DiskObjectStorage", false),
    ])
    func `arrows go down only`(target: String, module: String, allowed: Bool) throws {
        let row = try #require(targets.first { $0.name == target })
        #expect((objection(to: module, in: row) == nil) == allowed)
    }

    @Test(arguments: [
        ("// " + "TO" + "DO: later", ["TO" + "DO"]), ("let autodone = 1", []), ("FIX" + "ME", ["FIX" + "ME"]),
        ("see /ho" + "me/ann/x", ["/home/"]), ("https://host/ho" + "me/page", []), ("a.ho" + "me/x", []),
        ("\"/ro" + "ot/.ssh\"", ["/root/"]), ("the word todo in prose", []),
    ])
    func `unfinished work and machine paths are found`(text: String, expected: [String]) {
        #expect(leftovers(in: text).map(\.mark) == expected)
    }

    @Test func `target names are read from a manifest`() {
        let manifest = PackageManifest(
            """
            library("One", [x]) + library(
                "Two")
            .systemLibrary(name: "CThree", pkgConfig: "x")
            .executableTarget(
                name: "four", dependencies: [])
            .testTarget(name: "FiveTests", x)
            .testTarget(name: name + "Tests")
            .executable(name: "no")
            """)
        #expect(manifest.targets == ["One", "Two", "CThree", "four"])
        #expect(manifest.freeStandingTests == ["FiveTests"])
    }
}
