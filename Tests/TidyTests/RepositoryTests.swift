import Testing

@Suite struct RepositoryTests {
    @Test(arguments: targets)
    func `imports point only to rows below`(target: TargetRow) throws {
        for file in try Repository.files(in: "Sources/" + target.name, suffixes: [".swift"]) {
            for found in imports(in: SwiftScanner.tokens(of: file.text)) {
                let objection = objection(to: found.module, in: target)
                #expect(objection == nil, "\(file.path):\(found.line): import \(found.module)")
            }
        }
    }

    @Test(arguments: targets.filter(\.row.isPure))
    func `a pure target reads no clock, environment, file or socket`(target: TargetRow) throws {
        for file in try Repository.files(in: "Sources/" + target.name, suffixes: [".swift"]) {
            for effect in effects(in: SwiftScanner.tokens(of: file.text)) {
                Issue.record("\(file.path):\(effect.line): \(effect.name) in a pure target")
            }
        }
    }

    @Test func `every folder below Sources has a row, and every row a folder`() throws {
        let folders = Set(try Repository.folders(in: "Sources"))
        #expect(folders.subtracting(targets.map(\.name)) == [], "add these to Rows.swift")
        #expect(Set(targets.map(\.name)).subtracting(folders).subtracting(targetsToCome) == [], "no such folder")
    }

    @Test func `Package.swift declares exactly the targets of the table`() throws {
        let declared = PackageManifest(try Repository.text("Package.swift"))
        #expect(declared.targets.subtracting(targets.map(\.name)) == [], "add these to Rows.swift")
        #expect(Set(targets.map(\.name)).subtracting(declared.targets).subtracting(targetsToCome) == [], "not declared")
        #expect(declared.freeStandingTests.subtracting(freeStandingTests) == [], "add these to Rows.swift")
        #expect(freeStandingTests.subtracting(declared.freeStandingTests) == [], "not declared")
    }

    @Test func `docs/architecture.md names every target`() throws {
        let page = try Repository.text("docs/architecture.md")
        for target in targets where !targetsToCome.contains(target.name) {
            #expect(page.contains("`\(target.name)`"), "docs/architecture.md does not name \(target.name)")
        }
    }

    @Test func `no file is longer than its limit`() throws {
        for (folder, limit) in [("Sources", LineLimit.source), ("Tests", LineLimit.test)] {
            for file in try Repository.files(in: folder, suffixes: [".swift"]) {
                let allowed = LineLimit.exceptions[file.path] ?? limit
                #expect(file.lineCount <= allowed, "\(file.path) has \(file.lineCount) lines; look for its second idea")
            }
        }
    }

    @Test func `every exception to the line limit is still needed`() throws {
        for (path, allowed) in LineLimit.exceptions {
            let file = Repository.File(path: path, text: try Repository.text(path))
            let limit = path.hasPrefix("Tests/") ? LineLimit.test : LineLimit.source
            #expect(file.lineCount > limit, "\(path) fits the general limit again")
            #expect(file.lineCount <= allowed)
        }
    }

    @Test func `nothing is left to do in a comment, and no path of one machine is written down`() throws {
        var files = try Repository.files(in: ".")
        files.removeAll { $0.path.hasPrefix("Tests/TidyTests/") }
        #expect(files.count > 20, "the walk over the repository found next to nothing")
        for file in files {
            for (line, mark) in leftovers(in: file.text) { Issue.record("\(file.path):\(line): \(mark)") }
        }
    }
}
