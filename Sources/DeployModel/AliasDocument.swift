// An alias: the deploy that a name shows, when the name ends, and the moves that led there.
//
// It is changed only by conditional writes. A rollback withdraws the newest move instead of forgetting it: the history
// tells what was shown when, and a second rollback goes one further back.

package import HTTPSemantics
import JSONDocuments

/// One alias as stored.
package struct AliasDocument: Sendable, Hashable {
    package enum Action: String, Sendable, Hashable, CaseIterable {
        case deploy, promote
    }

    /// The alias began to show a deploy.
    package struct Move: Sendable, Hashable {
        package var deploy: DeployID
        package var at: HTTPDate
        package var action: Action
        /// Tells two equal moves apart, so that a writer whose answer got lost knows its own.
        package var token: String
        package var by: Creator
        /// Set by a rollback.
        package var withdrawnAt: HTTPDate?

        package init(deploy: DeployID, at: HTTPDate, action: Action, token: String, by: Creator, withdrawnAt: HTTPDate? = nil) {
            self.deploy = deploy
            self.at = at
            self.action = action
            self.token = token
            self.by = by
            self.withdrawnAt = withdrawnAt
        }
    }

    package var name: AliasName
    package var site: SiteName
    package var createdAt: HTTPDate
    /// When the alias ends; nil for never.
    package var expiresAt: HTTPDate?
    /// Newest first, never empty; at least one is not withdrawn.
    package private(set) var history: [Move]

    /// A new alias with its first move.
    package init(name: AliasName, site: SiteName, expiresAt: HTTPDate?, first move: Move) {
        self.name = name
        self.site = site
        createdAt = move.at
        self.expiresAt = expiresAt
        history = [move]
    }

    /// The move that is in force.
    package var current: Move { history.first { $0.withdrawnAt == nil } ?? history[0] }
    package var deploy: DeployID { current.deploy }

    /// Deploys that rollbacks lead to, nearest first.
    package var earlier: [DeployID] {
        var seen: Set<DeployID> = [deploy]
        return history.filter { $0.withdrawnAt == nil && seen.insert($0.deploy).inserted }.map(\.deploy)
    }

    /// Shows another deploy. The oldest moves beyond the limit are forgotten.
    package mutating func move(_ move: Move, expiresAt: HTTPDate?) {
        history.insert(move, at: 0)
        history.removeLast(max(0, history.count - DeployLimits.historyMax))
        self.expiresAt = expiresAt
    }

    /// Ends at another time and shows what it showed.
    package mutating func extend(until end: HTTPDate?) { expiresAt = end }

    /// Withdraws moves until an earlier deploy shows - `target`, if given; false, and nothing changed, when there is none.
    package mutating func rollBack(to target: DeployID? = nil, at time: HTTPDate) -> Bool {
        let now = deploy
        let wanted = { (move: Move) in target.map { move.deploy == $0 } ?? (move.deploy != now) }
        guard let index = history.firstIndex(where: { $0.withdrawnAt == nil && $0.deploy != now && wanted($0) }) else { return false }
        for position in history[..<index].indices where history[position].withdrawnAt == nil {
            history[position].withdrawnAt = time
        }
        return true
    }

    package func isExpired(at now: HTTPDate) -> Bool { expiresAt.map { $0 <= now } ?? false }
}

extension AliasDocument {
    static let kind = "skerry_alias"
    static let version: Int64 = 1

    package var bytes: [UInt8] {
        JSONValue.object([
            Self.kind: .integer(Self.version), "site": .string(site.description), "alias": .string(name.description),
            "deploy": .string(deploy.description), "created_at": .integer(createdAt.secondsSince1970),
            "expires_at": expiresAt.map { .integer($0.secondsSince1970) }, "history": .array(history.map(\.json)),
        ]).bytes
    }

    package init(reading bytes: [UInt8], document: String) throws(DeployDocumentError) {
        do throws(JSONError) {
            var object = try JSONObject(document: bytes, kind: Self.kind, version: Self.version)
            guard let site = SiteName(try object.string("site")) else { throw JSONError("site: \(SiteName.rule) are expected") }
            guard let name = AliasName(try object.string("alias"), of: site) else { throw JSONError("alias: no alias's name") }
            self.site = site
            self.name = name
            let deploy = try object.string("deploy")
            createdAt = HTTPDate(secondsSince1970: try object.integer("created_at"))
            expiresAt = try object.integer(ifPresent: "expires_at").map { HTTPDate(secondsSince1970: $0) }
            var history: [Move] = []
            for (index, value) in try object.array("history").enumerated() {
                history.append(try Move(value, at: "history[\(index)]"))
            }
            self.history = history
            try object.finish()
            guard history.count <= DeployLimits.historyMax, let current = history.first(where: { $0.withdrawnAt == nil }),
                current.deploy.description == deploy
            else { throw JSONError("history: its newest standing move does not lead to \"\(deploy)\"") }
        } catch {
            throw DeployDocumentError(document: document, error)
        }
    }
}

extension AliasDocument.Move {
    fileprivate var json: JSONValue {
        .object([
            "deploy": .string(deploy.description), "at": .integer(at.secondsSince1970), "action": .string(action.rawValue),
            "token": .string(token), "by": by.json, "withdrawn_at": withdrawnAt.map { .integer($0.secondsSince1970) },
        ])
    }

    fileprivate init(_ value: JSONValue, at place: String) throws(JSONError) {
        var object = try JSONObject(value, at: place)
        guard let deploy = DeployID(try object.string("deploy")) else { throw JSONError("\(place).deploy: no deploy's id") }
        guard let action = AliasDocument.Action(rawValue: try object.string("action")) else { throw JSONError("\(place).action: not known") }
        self.init(
            deploy: deploy, at: HTTPDate(secondsSince1970: try object.integer("at")), action: action,
            token: try object.string("token"), by: try Creator(object.take("by"), at: place + ".by"),
            withdrawnAt: try object.integer(ifPresent: "withdrawn_at").map { HTTPDate(secondsSince1970: $0) })
        try object.finish()
    }
}
