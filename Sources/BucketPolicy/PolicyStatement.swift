// One statement of a policy, compiled: who, what, on which resources, when, and with what effect.

struct PolicyStatement: Sendable {
    enum Effect: String, Sendable { case allow = "Allow", deny = "Deny" }

    /// A list as written (`Action`) or turned round (`NotAction`).
    enum Selection<Element: Sendable>: Sendable {
        case only([Element])
        case allBut([Element])

        func covers(_ matches: (Element) -> Bool) -> Bool {
            switch self {
            case .only(let elements): elements.contains(where: matches)
            case .allBut(let elements): !elements.contains(where: matches)
            }
        }

        var elements: [Element] {
            switch self {
            case .only(let elements), .allBut(let elements): elements
            }
        }
    }

    let sid: String?
    let effect: Effect
    let principals: Selection<PrincipalPattern>
    let actions: Selection<ActionPattern>
    let resources: Selection<PolicyPattern>
    let conditions: [Condition]

    /// Whether the statement speaks about this request. Cost: linear in the statement's text.
    func applies(to request: AccessRequest, lowercasedAction: String) -> Bool {
        actions.covers { $0.matches(lowercasedAction) }
            && principals.covers { $0.matches(request.principal) }
            && resources.covers { $0.matches(request.resource, request) }
            && conditions.allSatisfy { $0.holds(request) }
    }
}
