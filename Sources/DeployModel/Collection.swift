// What garbage collection may take: rules from facts to decisions with reasons. Reading and deleting is done elsewhere.

package import HTTPSemantics

/// How much a collection keeps.
package struct CollectionPolicy: Sendable, Hashable {
    /// Newest deploys of a site that stay without an alias.
    package var keepLast: Int
    /// Deploys behind an alias that a rollback still reaches.
    package var keepEarlier: Int
    /// Seconds for which a blob has been needed by nobody, and a deploy has existed, before either goes.
    package var graceSeconds: Int64

    package init(keepLast: Int = 10, keepEarlier: Int = 3, graceSeconds: Int64 = 3600) {
        self.keepLast = keepLast
        self.keepEarlier = keepEarlier
        self.graceSeconds = graceSeconds
    }
}

/// Why a deploy stays, or goes.
package enum DeployFate: Sendable, Hashable, CustomStringConvertible {
    case shown(by: AliasName)
    case rollback(of: AliasName)
    case leased
    case young
    case wantedUntil(HTTPDate)
    case newest(rank: Int)
    case expired
    case surplus

    package var isKept: Bool {
        switch self {
        case .shown, .rollback, .leased, .young, .wantedUntil, .newest: true
        case .expired, .surplus: false
        }
    }

    package var description: String {
        switch self {
        case .shown(let alias): "shown by \(alias)"
        case .rollback(let alias): "rollback of \(alias)"
        case .leased: "in use by a running deploy"
        case .young: "younger than the grace period"
        case .wantedUntil(let date): "wanted until \(date.iso8601)"
        case .newest(let rank): "number \(rank) of the newest"
        case .expired: "expired"
        case .surplus: "beyond the newest that are kept"
        }
    }
}

/// A stored deploy, as a collection sees it.
package struct CollectedDeploy: Sendable, Hashable {
    package var id: DeployID
    /// When its manifest was stored or its record says it was deployed last, whichever is later.
    package var deployedAt: HTTPDate
    package var expiresAt: HTTPDate?

    package init(id: DeployID, deployedAt: HTTPDate, expiresAt: HTTPDate?) {
        self.id = id
        self.deployedAt = deployedAt
        self.expiresAt = expiresAt
    }
}

extension CollectionPolicy {
    /// What becomes of each deploy of one site. `aliases` are those that have not expired.
    ///
    /// The first reason to keep one counts, strongest first. A deploy with a wish of its own lives until then and no longer,
    /// and takes no place among the newest.
    package func fates(
        of deploys: [CollectedDeploy], aliases: [AliasDocument], leased: Set<DeployID>, now: HTTPDate
    ) -> [DeployID: DeployFate] {
        var fates: [DeployID: DeployFate] = [:]
        func keep(_ id: DeployID, _ fate: DeployFate) { if fates[id] == nil { fates[id] = fate } }
        for alias in aliases { keep(alias.deploy, .shown(by: alias.name)) }
        for alias in aliases { for id in alias.earlier.prefix(keepEarlier) { keep(id, .rollback(of: alias.name)) } }
        for id in leased { keep(id, .leased) }
        let newestFirst = deploys.sorted { ($1.deployedAt, $1.id) < ($0.deployedAt, $0.id) }
        var rank = 0
        for deploy in newestFirst {
            if deploy.expiresAt == nil { rank += 1 }
            if now.seconds(since: deploy.deployedAt) < graceSeconds { keep(deploy.id, .young) }
            if let end = deploy.expiresAt {
                keep(deploy.id, end > now ? .wantedUntil(end) : .expired)
            } else {
                keep(deploy.id, rank <= keepLast ? .newest(rank: rank) : .surplus)
            }
        }
        let known = Set(deploys.map(\.id))
        return fates.filter { known.contains($0.key) }
    }

    /// Which blobs go now, and the marks of those that may go later.
    package func sweep(
        stored: some Sequence<BlobHash>, needed: Set<BlobHash>, marks: CollectionMarks, now: HTTPDate
    ) -> (delete: [BlobHash], marks: CollectionMarks) {
        var delete: [BlobHash] = []
        var next = CollectionMarks()
        for hash in stored where !needed.contains(hash) {
            let since = min(marks.since[hash] ?? now, now)
            if now.seconds(since: since) >= graceSeconds { delete.append(hash) } else { next.since[hash] = since }
        }
        return (delete, next)
    }
}
