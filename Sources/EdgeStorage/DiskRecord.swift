// The values of a head as bytes and back: numbers big-endian, texts and data with their length before them, optionals with a
// flag. Reading answers nil for anything that isn't exactly what writing makes.

import HTTPCaching
import HTTPSemantics
import HTTPTypes

struct DiskRecordWriter {
    var bytes: [UInt8] = []

    mutating func number(_ value: UInt64, _ width: Int) {
        for shift in stride(from: (width - 1) * 8, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
    }

    mutating func signed(_ value: Int64) { number(UInt64(bitPattern: value), 8) }

    mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

    mutating func data(_ data: some Collection<UInt8>) {
        number(UInt64(data.count), 4)
        bytes.append(contentsOf: data)
    }

    mutating func text(_ text: String) { data(Array(text.utf8)) }

    mutating func optional(_ text: String?) {
        flag(text != nil)
        if let text { self.text(text) }
    }

    mutating func identity(_ identity: ObjectIdentity) {
        data(identity.key.bytes)
        text(identity.distributionID)
        text(identity.path)
        optional(identity.query)
        flag(identity.primary != nil)
        if let primary = identity.primary { data(primary.bytes) }
        text(identity.selecting.names.map(\.rawName).joined(separator: ","))
        text(identity.tags.tags.map(\.text).joined(separator: ","))
    }

    mutating func facts(_ facts: EntryFacts) {
        number(UInt64(facts.status), 2)
        signed(facts.storedAt.secondsSince1970)
        freshness(facts.freshness)
        optional(facts.conditionals.ifNoneMatch)
        optional(facts.conditionals.ifModifiedSince)
    }

    private mutating func freshness(_ freshness: Freshness) {
        signed(freshness.lifetimeSeconds)
        text(freshness.source.rawValue)
        text(freshness.bound.rawValue)
        signed(freshness.initialAgeSeconds)
        signed(freshness.staleWhileRevalidateSeconds)
        switch freshness.staleIfError {
        case .unspecified: flag(false)
        case .window(let seconds):
            flag(true)
            signed(seconds)
        }
        flag(freshness.forbidsStale)
        flag(freshness.refetchesUnconditionally)
        flag(freshness.mustValidate)
        flag(freshness.isImmutable)
    }
}

struct DiskRecordReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }
    var left: Int { rest.count }

    mutating func raw(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func number(_ width: Int) -> UInt64? { raw(width)?.reduce(0) { $0 << 8 | UInt64($1) } }

    mutating func signed() -> Int64? { number(8).map { Int64(bitPattern: $0) } }

    mutating func flag() -> Bool? {
        switch number(1) {
        case 0: false
        case 1: true
        default: nil
        }
    }

    mutating func data() -> ArraySlice<UInt8>? { number(4).flatMap { raw(Int($0)) } }

    mutating func text() -> String? { data().flatMap { String(validating: $0, as: UTF8.self) } }

    /// The outer optional is nil where the bytes are wrong, the inner where there is no text.
    mutating func optional() -> String?? {
        guard let isThere = flag() else { return nil }
        guard isThere else { return .some(nil) }
        return text().map { .some($0) }
    }

    mutating func identity() -> ObjectIdentity? {
        guard let key = data(), let distribution = text(), let path = text(), let query = optional(), let hasPrimary = flag() else {
            return nil
        }
        var identity = ObjectIdentity(key: CacheKey(bytes: Array(key)), distributionID: distribution, path: path, query: query)
        if hasPrimary {
            guard let primary = data() else { return nil }
            identity.primary = CacheKey(bytes: Array(primary))
        }
        guard let names = text() else { return nil }
        if !names.isEmpty {
            guard let selecting = SelectingFields([.vary: names]) else { return nil }
            identity.selecting = selecting
        }
        guard let tags = text() else { return nil }
        identity.tags = CacheTags(tags.split(separator: ",").compactMap { CacheTag($0) })
        return identity
    }

    mutating func facts() -> EntryFacts? {
        guard let status = number(2), let storedAt = signed(), let freshness = freshness(), let tag = optional(), let date = optional()
        else { return nil }
        return EntryFacts(
            status: Int(status), storedAt: HTTPDate(secondsSince1970: storedAt), freshness: freshness,
            conditionals: ConditionalFields(ifNoneMatch: tag, ifModifiedSince: date))
    }

    private mutating func freshness() -> Freshness? {
        guard let lifetime = signed(), let source = text().flatMap(Freshness.Source.init), let bound = text().flatMap(Freshness.Bound.init),
            let age = signed(), let window = signed(), let hasErrorWindow = flag()
        else { return nil }
        var staleIfError = Freshness.StaleIfError.unspecified
        if hasErrorWindow {
            guard let seconds = signed() else { return nil }
            staleIfError = .window(seconds: seconds)
        }
        guard let forbidsStale = flag(), let refetches = flag(), let mustValidate = flag(), let isImmutable = flag() else { return nil }
        var freshness = Freshness(
            lifetimeSeconds: lifetime, source: source, bound: bound, initialAgeSeconds: age, staleWhileRevalidateSeconds: window,
            staleIfError: staleIfError, forbidsStale: forbidsStale, refetchesUnconditionally: refetches)
        (freshness.mustValidate, freshness.isImmutable) = (mustValidate, isImmutable)
        return freshness
    }
}
