// From JSON to statements, refusing with S3's sentence whatever would not be effective. This file reads the document
// and its statements; PolicyReader+Conditions reads the Condition element.

struct PolicyReader {
    let bytes: [UInt8]
    let bucket: String
    let keys: Set<ConditionKey>
    private(set) var version = PolicyDocument.Version.v2008

    init(bytes: [UInt8], bucket: String, keys: Set<ConditionKey>) {
        self.bytes = bytes
        self.bucket = bucket
        self.keys = keys
    }

    mutating func document() throws(BucketPolicyError) -> PolicyDocument {
        guard bytes.count <= PolicyDocument.bytesMax else {
            throw BucketPolicyError(
                message: "Normalized policy document exceeds the maximum allowed size of \(PolicyDocument.bytesMax) bytes.",
                detail: "the document has \(bytes.count) bytes", position: nil)
        }
        let root: JSONNode
        do throws(JSONSyntaxError) { root = try JSONReader.read(bytes) } catch {
            throw fault("Policies must be valid JSON and the first byte must be '{'", error.reason, at: error.offset)
        }
        guard case .object(let members) = root.value, let source = String(validating: bytes, as: UTF8.self) else {
            throw fault("Policies must be valid JSON and the first byte must be '{'", "found \(root.value.kind)", at: root.offset)
        }
        try refuseUnknown(members, among: ["Version", "Id", "Statement"], of: "the policy")
        if let node = member("Version", members) { version = try readVersion(node) }
        let id = try member("Id", members).map { node throws(BucketPolicyError) in try text(node, "Id") }
        guard let node = member("Statement", members) else {
            throw fault("Missing required field Statement", "the policy has no Statement", at: root.offset)
        }
        let nodes = if case .array(let elements) = node.value { elements } else { [node] }
        guard !nodes.isEmpty else { throw fault("Could not parse the policy: Statement is empty!", "", at: node.offset) }
        var statements: [PolicyStatement] = []
        for node in nodes { statements.append(try statement(node)) }
        return PolicyDocument(source: source, version: version, id: id, statements: statements)
    }

    private func readVersion(_ node: JSONNode) throws(BucketPolicyError) -> PolicyDocument.Version {
        guard let version = PolicyDocument.Version(rawValue: try text(node, "Version")) else {
            throw fault(
                "The policy must contain a valid version string", "Version must be 2012-10-17 or 2008-10-17", at: node.offset)
        }
        return version
    }
}

// MARK: - Statements

extension PolicyReader {
    private static let statementElements = [
        "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
    ]

    private func statement(_ node: JSONNode) throws(BucketPolicyError) -> PolicyStatement {
        guard case .object(let members) = node.value else {
            throw fault("Invalid policy syntax.", "a statement must be an object, found \(node.value.kind)", at: node.offset)
        }
        try refuseUnknown(members, among: Self.statementElements, of: "a statement")
        let sid = try member("Sid", members).map { node throws(BucketPolicyError) in try text(node, "Sid") }
        let effect = try effect(members, node)
        let (principalNode, isNotPrincipal) = try either("Principal", members, node)
        let (actionNode, isNotAction) = try either("Action", members, node)
        let (resourceNode, isNotResource) = try either("Resource", members, node)
        // S3 refuses the combination: it would grant to everyone, anonymous included, but the few named.
        guard !isNotPrincipal || effect == .deny else {
            throw fault("Allow with NotPrincipal is not allowed.", "NotPrincipal goes with Effect Deny only", at: principalNode.offset)
        }
        let principals = try principals(principalNode)
        let actions = try actions(actionNode)
        let resources = try resources(resourceNode)
        let actionSelection: PolicyStatement.Selection = isNotAction ? .allBut(actions) : .only(actions)
        let resourceSelection: PolicyStatement.Selection = isNotResource ? .allBut(resources) : .only(resources)
        let covered = try coveredActions(actionSelection, resourceSelection, at: actionNode.offset)
        let conditions = try member("Condition", members).map { node throws(BucketPolicyError) in
            try self.conditions(node, covering: covered)
        }
        return PolicyStatement(
            sid: sid, effect: effect, principals: isNotPrincipal ? .allBut(principals) : .only(principals),
            actions: actionSelection, resources: resourceSelection, conditions: conditions ?? [])
    }

    private func effect(_ members: [JSONMember], _ parent: JSONNode) throws(BucketPolicyError) -> PolicyStatement.Effect {
        guard let node = member("Effect", members) else {
            throw fault("Missing required field Effect", "a statement has no Effect", at: parent.offset)
        }
        let text = try text(node, "Effect")
        guard let effect = PolicyStatement.Effect(rawValue: text) else {
            throw fault("Invalid effect: \(text)", "Effect must be Allow or Deny", at: node.offset)
        }
        return effect
    }

    /// The element or its `Not` form, exactly one of which must be there.
    private func either(
        _ name: String, _ members: [JSONMember], _ parent: JSONNode
    ) throws(BucketPolicyError) -> (JSONNode, isNot: Bool) {
        switch (member(name, members), member("Not" + name, members)) {
        case (let node?, nil): return (node, false)
        case (nil, let node?): return (node, true)
        case (nil, nil): throw fault("Missing required field \(name)", "a statement has no \(name)", at: parent.offset)
        case (_?, let node?): throw fault("Invalid policy syntax.", "\(name) and Not\(name) exclude each other", at: node.offset)
        }
    }

    private func principals(_ node: JSONNode) throws(BucketPolicyError) -> [PrincipalPattern] {
        let message = "Invalid principal in policy"
        if case .string(let text) = node.value {
            guard text == "*" else { throw fault(message, "\"\(text)\" must be \"*\" or an object", at: node.offset) }
            return [.everyone]
        }
        guard case .object(let members) = node.value, !members.isEmpty else {
            throw fault(message, "a principal must be \"*\" or an object with members", at: node.offset)
        }
        var patterns: [PrincipalPattern] = []
        for member in members {
            for (value, offset) in try texts(member.node, member.name, message) {
                let pattern: PrincipalPattern? =
                    switch member.name {
                    case "AWS": PrincipalPattern(aws: value)
                    case "CanonicalUser": PrincipalPattern(canonicalUser: value)
                    case "Service": PrincipalPattern(service: value)
                    default: nil
                    }
                guard let pattern else { throw fault(message, "\"\(member.name)\" : \"\(value)\"", at: offset) }
                patterns.append(pattern)
            }
        }
        return patterns
    }

    private func actions(_ node: JSONNode) throws(BucketPolicyError) -> [ActionPattern] {
        var patterns: [ActionPattern] = []
        for (value, offset) in try texts(node, "Action", "Policy has invalid action") {
            guard let pattern = ActionPattern(value) else {
                throw fault("Policy has invalid action", "\"\(value)\" is no action on a bucket or its objects", at: offset)
            }
            patterns.append(pattern)
        }
        return patterns
    }

    private func resources(_ node: JSONNode) throws(BucketPolicyError) -> [PolicyPattern] {
        var patterns: [PolicyPattern] = []
        for (value, offset) in try texts(node, "Resource", "Policy has invalid resource") {
            let pattern = try pattern(value, wildcards: true, at: offset)
            guard value == "*" || value.hasPrefix("arn:aws:s3:::"), reachesBucket(pattern) || reachesObjects(pattern) else {
                throw fault("Policy has invalid resource", "\"\(value)\" is not in the bucket \(bucket)", at: offset)
            }
            patterns.append(pattern)
        }
        return patterns
    }

    private func reachesBucket(_ pattern: PolicyPattern) -> Bool { pattern.canMatch("arn:aws:s3:::\(bucket)") }

    private func reachesObjects(_ pattern: PolicyPattern) -> Bool { pattern.canMatch(startingWith: "arn:aws:s3:::\(bucket)/") }

    /// The actions that apply to at least one of the resources, of which there must be one.
    private func coveredActions(
        _ actions: PolicyStatement.Selection<ActionPattern>, _ resources: PolicyStatement.Selection<PolicyPattern>, at offset: Int
    ) throws(BucketPolicyError) -> [String] {
        // What NotResource leaves over is not computed: both kinds of resource are taken to be left.
        let isNot = if case .allBut = resources { true } else { false }
        let hasBucket = isNot || resources.elements.contains(where: reachesBucket)
        let hasObjects = isNot || resources.elements.contains(where: reachesObjects)
        let covered = PolicyAction.levels.filter { name, level in
            actions.covers { $0.matches(name) } && (level == .bucket ? hasBucket : hasObjects)
        }
        guard !covered.isEmpty else {
            throw fault(
                "Action does not apply to any resource(s) in statement",
                "bucket actions need the bucket's ARN, object actions an ARN of objects (BUCKET/*)", at: offset)
        }
        return Array(covered.keys)
    }
}

// MARK: - Shared pieces

extension PolicyReader {
    func fault(_ message: String, _ detail: String, at offset: Int) -> BucketPolicyError {
        BucketPolicyError(message: message, detail: detail, position: .init(offset: offset, in: bytes))
    }

    func member(_ name: String, _ members: [JSONMember]) -> JSONNode? {
        members.first { $0.name == name }?.node
    }

    private func refuseUnknown(_ members: [JSONMember], among names: [String], of owner: String) throws(BucketPolicyError) {
        for member in members where !names.contains(member.name) {
            throw fault("Unknown field \(member.name)", "\(owner) has no element \"\(member.name)\"", at: member.nameOffset)
        }
    }

    private func text(_ node: JSONNode, _ name: String) throws(BucketPolicyError) -> String {
        guard case .string(let text) = node.value else {
            throw fault("Invalid policy syntax.", "\(name) must be a string, found \(node.value.kind)", at: node.offset)
        }
        return text
    }

    /// One string or an array of at least one, each with its offset.
    private func texts(
        _ node: JSONNode, _ name: String, _ message: String
    ) throws(BucketPolicyError) -> [(String, offset: Int)] {
        let nodes = if case .array(let elements) = node.value { elements } else { [node] }
        guard !nodes.isEmpty else { throw fault(message, "\(name) is an empty list", at: node.offset) }
        var texts: [(String, offset: Int)] = []
        for node in nodes { texts.append((try text(node, name), node.offset)) }
        return texts
    }

    /// A pattern; its variables are replaced per request in version 2012-10-17 and literal text before.
    func pattern(_ text: String, wildcards: Bool, at offset: Int) throws(BucketPolicyError) -> PolicyPattern {
        guard version == .v2012 else {
            return wildcards ? PolicyPattern(wildcards: text) : PolicyPattern(literal: text)
        }
        do throws(PolicyPattern.UnusableVariable) {
            return try PolicyPattern(variables: text, wildcards: wildcards, keys: keys)
        } catch {
            throw unusable(error, at: offset)
        }
    }

    func unusable(_ error: PolicyPattern.UnusableVariable, at offset: Int) -> BucketPolicyError {
        fault("Policy has an invalid policy variable", "\"\(error.text)\" names no key with one value", at: offset)
    }
}
