// Cache-Control of requests and responses as a list of directives with typed readings (RFC 9111 section 5.2,
// RFC 5861, RFC 8246). The list keeps everything, unknown directives included, so that rule sets may differ in
// how they treat what is malformed or contradictory; this file only states facts:
//
// - Both `name=token` and `name="quoted"` are read, for every directive (RFC 9111 section 5.2).
// - A second occurrence never replaces the first (section 4.2.1 allows the first, or stale); whether the
//   occurrences differ is told by `isContradictory(_:)` so that a strict rule set can choose stale.
// - A delta-seconds that is not all digits (signs, fractions, blanks around `=`, an unfinished quote) reads
//   `.invalid`, which rules treat as zero (section 4.2.1 encourages it).
// - A flag directive with an unexpected argument still counts (`no-store=1` is no-store): the safe reading.

package import HTTPTypes

/// The directives of one Cache-Control (or CDN-Cache-Control) field, in order.
package struct CacheControl: Hashable, Sendable {
    /// One directive as received.
    package struct Directive: Hashable, Sendable {
        /// How the argument was written.
        package enum Form: Hashable, Sendable { case none, token, quoted, malformed }

        /// Name in lower case.
        package var name: String
        /// Argument with quotes and escapes resolved; the raw text when malformed; nil when there is none.
        package var argument: String?
        package var form: Form

        package init(name: String, argument: String? = nil, form: Form) {
            (self.name, self.argument, self.form) = (name, argument, form)
        }
    }

    /// A reading of a directive whose argument is delta-seconds (RFC 9111 section 1.2.2).
    package enum DeltaSeconds: Hashable, Sendable {
        case absent
        /// Present, but the argument is missing or not a non-negative integer.
        case invalid
        /// Non-negative, saturated at `CacheControl.deltaSecondsMax`.
        case seconds(Int64)

        /// Seconds with the invalid reading as zero, the choice that makes a response stale; nil when absent.
        package var secondsOrZero: Int64? {
            switch self {
            case .absent: nil
            case .invalid: 0
            case .seconds(let seconds): seconds
            }
        }
    }

    /// Largest delta-seconds: 2^31, as RFC 9111 section 1.2.2 asks for on overflow.
    package static let deltaSecondsMax: Int64 = 1 << 31

    /// Directives beyond this count are dropped; a longer field is no longer a policy but an attack.
    package static let directivesMax = 64

    package private(set) var directives: [Directive] = []
    private var known: Known = []

    /// Reads all lines of the field; no line at all gives a value without directives.
    package init(_ fields: HTTPFields, name: HTTPField.Name = .cacheControl) {
        for field in fields where field.name == name { read(field.value) }
    }

    /// Reads one field value.
    package init(_ value: String) { read(value) }

    package var isEmpty: Bool { directives.isEmpty }

    /// The first directive of that lower-case name.
    package func first(_ name: String) -> Directive? { directives.first { $0.name == name } }

    /// Whether a directive of that lower-case name is present, with or without an argument.
    package func contains(_ name: String) -> Bool { first(name) != nil }

    /// The first occurrence's reading as delta-seconds.
    package func deltaSeconds(_ name: String) -> DeltaSeconds { first(name).map(Self.deltaSeconds) ?? .absent }

    /// Whether the directive occurs more than once with different readings.
    package func isContradictory(_ name: String) -> Bool {
        let readings = directives.lazy.filter { $0.name == name }.map(Self.deltaSeconds)
        guard let first = readings.first else { return false }
        return readings.contains { $0 != first }
    }

    private static func deltaSeconds(_ directive: Directive) -> DeltaSeconds {
        guard directive.form == .token || directive.form == .quoted, let argument = directive.argument,
            let seconds = FieldSyntax.digits(argument.utf8, saturatingAt: deltaSecondsMax)
        else { return .invalid }
        return .seconds(seconds)
    }
}

// MARK: - Typed directives

extension CacheControl {
    private struct Known: OptionSet, Hashable, Sendable {
        let rawValue: UInt16
        static let noStore = Known(rawValue: 1 << 0)
        static let noCache = Known(rawValue: 1 << 1)
        static let `private` = Known(rawValue: 1 << 2)
        static let `public` = Known(rawValue: 1 << 3)
        static let mustRevalidate = Known(rawValue: 1 << 4)
        static let proxyRevalidate = Known(rawValue: 1 << 5)
        static let mustUnderstand = Known(rawValue: 1 << 6)
        static let noTransform = Known(rawValue: 1 << 7)
        static let immutable = Known(rawValue: 1 << 8)
        static let onlyIfCached = Known(rawValue: 1 << 9)

        static let names: [String: Known] = [
            "no-store": .noStore, "no-cache": .noCache, "private": .private, "public": .public,
            "must-revalidate": .mustRevalidate, "proxy-revalidate": .proxyRevalidate,
            "must-understand": .mustUnderstand, "no-transform": .noTransform, "immutable": .immutable,
            "only-if-cached": .onlyIfCached,
        ]
    }

    package var noStore: Bool { known.contains(.noStore) }
    /// Present in any form; `noCacheFields` tells the qualified form apart.
    package var noCache: Bool { known.contains(.noCache) }
    /// Present in any form; `privateFields` tells the qualified form apart.
    package var isPrivate: Bool { known.contains(.private) }
    package var isPublic: Bool { known.contains(.public) }
    package var mustRevalidate: Bool { known.contains(.mustRevalidate) }
    package var proxyRevalidate: Bool { known.contains(.proxyRevalidate) }
    package var mustUnderstand: Bool { known.contains(.mustUnderstand) }
    package var noTransform: Bool { known.contains(.noTransform) }
    package var immutable: Bool { known.contains(.immutable) }
    package var onlyIfCached: Bool { known.contains(.onlyIfCached) }

    package var maxAge: DeltaSeconds { deltaSeconds("max-age") }
    package var sMaxage: DeltaSeconds { deltaSeconds("s-maxage") }
    package var minFresh: DeltaSeconds { deltaSeconds("min-fresh") }
    package var staleWhileRevalidate: DeltaSeconds { deltaSeconds("stale-while-revalidate") }
    package var staleIfError: DeltaSeconds { deltaSeconds("stale-if-error") }

    /// The request's `max-stale` (RFC 9111 section 5.2.1.2): without an argument any staleness is accepted,
    /// which reads as `deltaSecondsMax`.
    package var maxStale: DeltaSeconds {
        guard let directive = first("max-stale") else { return .absent }
        return directive.form == .none ? .seconds(Self.deltaSecondsMax) : Self.deltaSeconds(directive)
    }

    /// Fields named by `no-cache="a, b"`; nil when no-cache is absent or has an unqualified occurrence.
    package var noCacheFields: [HTTPField.Name]? { qualifiedFields("no-cache") }
    /// Fields named by `private="a, b"`; nil when private is absent or has an unqualified occurrence.
    package var privateFields: [HTTPField.Name]? { qualifiedFields("private") }

    private func qualifiedFields(_ name: String) -> [HTTPField.Name]? {
        var names: [HTTPField.Name] = []
        var found = false
        for directive in directives where directive.name == name {
            guard directive.form == .quoted || directive.form == .token, let argument = directive.argument else { return nil }
            found = true
            for part in argument.utf8.split(separator: UInt8(ascii: ",")) {
                let trimmed = part.drop(while: FieldSyntax.isWhitespace)
                guard let name = HTTPField.Name(String(Substring(trimmed)).trimmingTrailingWhitespace()) else { return nil }
                names.append(name)
            }
        }
        return found && !names.isEmpty ? names : nil
    }
}

extension String {
    fileprivate func trimmingTrailingWhitespace() -> String {
        var text = self[...]
        while let last = text.utf8.last, FieldSyntax.isWhitespace(last) { text = text.dropLast() }
        return String(text)
    }
}

// MARK: - Reading

extension CacheControl {
    private mutating func read(_ value: String) {
        ByteScanner.scanning(value) { scanner in
            repeat {
                let element = scanner.trimmed(scanner.takeListElement())
                if !element.isEmpty, directives.count < Self.directivesMax {
                    var part = scanner.scanner(over: element)
                    if let directive = Self.directive(&part) {
                        directives.append(directive)
                        if let flag = Known.names[directive.name] { known.insert(flag) }
                    }
                }
            } while scanner.consume(UInt8(ascii: ","))
        }
    }

    /// Reads one list element; nil when it does not start with a name, which leaves nothing to obey.
    private static func directive(_ part: inout ByteScanner) -> Directive? {
        guard let nameRange = part.token() else { return nil }
        let name = String(decoding: part[nameRange].map(FieldSyntax.lowercased), as: UTF8.self)
        if part.isAtEnd { return Directive(name: name, form: .none) }
        let rest = part.position..<(part.position + part.remaining)
        let malformed = Directive(name: name, argument: part.string(rest), form: .malformed)
        guard part.consume(UInt8(ascii: "=")) else { return malformed }
        if part.peek == UInt8(ascii: "\"") {
            guard let text = part.quotedString(), part.isAtEnd else { return malformed }
            return Directive(name: name, argument: text, form: .quoted)
        }
        guard let token = part.token(), part.isAtEnd else { return malformed }
        return Directive(name: name, argument: part.string(token), form: .token)
    }
}
