/// The target names of a `Package.swift`, read from its text.
///
/// Knows this package's own shorthand `library("Name", ...)` and SwiftPM's `.systemLibrary(name: "Name"`,
/// `.target(`, `.executableTarget(` and `.testTarget(`. A name that is an expression is skipped.

struct PackageManifest {
    var targets: Set<String> = []
    /// Test targets declared by themselves; those that `library` makes follow their target.
    var freeStandingTests: Set<String> = []

    init(_ text: String) {
        for match in text.matches(of: /\blibrary\(\s*"([A-Za-z0-9_]+)"/) { targets.insert(String(match.1)) }
        for match in text.matches(of: /\.(systemLibrary|target|executableTarget|testTarget)\(\s*name:\s*"([A-Za-z0-9_]+)"\s*[,)]/) {
            if match.1 == "testTarget" {
                freeStandingTests.insert(String(match.2))
            } else {
                targets.insert(String(match.2))
            }
        }
    }
}
