// One row of a settings table: a key with its type, unit, bounds, default and meaning, each said exactly once.
//
// The reader takes bounds and defaults from here, the documentation prints them from here.

/// A key of a configuration file.
package struct Setting: Sendable, Hashable {
    /// From the top of the file; a list of mappings adds `[]`: `distributions[].origins[].domain_name`.
    package var path: String
    package var type: SettingType
    package var presence: Presence
    /// One line, without a full stop's worth of doubt.
    package var meaning: String

    package enum Presence: Sendable, Hashable {
        case required
        /// Absent means absent; the meaning says what then holds.
        case optional
        /// As it would stand in the file, read by the same code.
        case byDefault(String)
    }

    package init(_ path: String, _ type: SettingType, _ presence: Presence, _ meaning: String) {
        self.path = path
        self.type = type
        self.presence = presence
        self.meaning = meaning
    }

    /// The last part of the path.
    package var key: String { path.split(separator: ".").last.map(String.init) ?? path }
    /// The part before the key; empty at the top.
    package var section: String {
        path.lastIndex(of: ".").map { String(path[..<$0]) } ?? ""
    }
}

/// What a key's value may be.
package enum SettingType: Sendable, Hashable {
    /// Text of a length within the range, in characters, and what it must look like.
    case text(ClosedRange<Int>, form: String)
    case boolean
    case integer(ClosedRange<Int>)
    /// Bytes: `4096`, `16KiB`, `256MiB`, `1GiB`.
    case bytes(ClosedRange<Int>)
    /// Whole seconds: `10` or `10s`.
    case duration(ClosedRange<Int>)
    /// One of the accepted words; the refused ones are known, but have no effect yet for the given reason.
    case choice([String], refused: [String] = [], because: String = "")
    /// A numeric address and port.
    case address
    /// A list of texts, at most so many.
    case texts(max: Int, form: String)
    /// Freely named keys with text values, at most so many.
    case pairs(max: Int, form: String)
    /// Keys of its own.
    case section
    /// A list of mappings, at most so many.
    case sections(max: Int)
}
