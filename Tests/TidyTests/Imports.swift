/// The import lines of a Swift file, from its tokens.

struct Import: Equatable, Sendable {
    var module: String
    var line: Int
}

/// Every module a file imports, with access modifiers, attributes and submodule kinds seen through.
func imports(in tokens: [Token]) -> [Import] {
    let kinds: Set<String> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias", "actor"]
    var found: [Import] = []
    for (index, token) in tokens.enumerated() where token.text == "import" {
        // `.import`, `import:` and a backticked name are something else.
        if index > 0, tokens[index - 1].text == "." { continue }
        var next = index + 1
        if next < tokens.count, kinds.contains(tokens[next].text) { next += 1 }
        guard next < tokens.count, tokens[next].line == token.line else { continue }
        guard tokens[next].text.first?.isLetter == true || tokens[next].text.first == "_" else { continue }
        found.append(Import(module: tokens[next].text, line: token.line))
    }
    return found
}

/// Why `target` may not import `module`, or nil when it may.
func objection(to module: String, in target: TargetRow, table: [TargetRow] = targets) -> String? {
    if module == target.name { return nil }
    if let imported = table.first(where: { $0.name == module }) {
        if imported.row == target.row, target.row == .service { return "a service never imports a service" }
        if imported.row == target.row, target.row == .engine { return "an engine never imports an engine" }
        if imported.row == .testSupport { return "test support is for tests alone" }
        if imported.row >= target.row {
            return "\(target.name) (\(target.row)) imports only from rows below its own, \(module) is in \(imported.row)"
        }
        return nil
    }
    if target.row.isPure, !pureModules.contains(module), !target.alsoImports.contains(module) {
        return "a pure target imports no \(module): allowed are \(pureModules.union(target.alsoImports).sorted())"
    }
    return nil
}
