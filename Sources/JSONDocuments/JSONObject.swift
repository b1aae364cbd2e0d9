// Taking an object apart so that nothing in it goes unseen: each member is asked for by name, and what is left is an error.

/// An object being read. `finish` refuses members that nobody asked for.
package struct JSONObject: Sendable {
    /// Such as `files[/index.html]`, for messages; empty for the document itself.
    package let place: String
    private var members: [String: JSONValue] = [:]

    package init(_ value: JSONValue, at place: String = "") throws(JSONError) {
        guard case .object(let list) = value else { throw JSONError("\(place.isEmpty ? "the document" : place) is no object") }
        self.place = place
        members.reserveCapacity(list.count)
        for member in list { members[member.name] = member.value }
    }

    private func failure(_ name: String, _ expected: String) -> JSONError {
        JSONError("\(place.isEmpty ? name : place + "." + name): \(expected) is expected")
    }

    /// The member's value; nil when it is absent or null.
    package mutating func take(_ name: String) -> JSONValue? {
        guard let value = members.removeValue(forKey: name), value != .null else { return nil }
        return value
    }

    package mutating func string(ifPresent name: String) throws(JSONError) -> String? {
        guard let value = take(name) else { return nil }
        guard case .string(let text) = value else { throw failure(name, "a text") }
        return text
    }

    package mutating func string(_ name: String) throws(JSONError) -> String {
        guard let text = try string(ifPresent: name) else { throw failure(name, "a text") }
        return text
    }

    package mutating func integer(ifPresent name: String) throws(JSONError) -> Int64? {
        guard let value = take(name) else { return nil }
        guard case .integer(let number) = value else { throw failure(name, "a whole number") }
        return number
    }

    package mutating func integer(_ name: String) throws(JSONError) -> Int64 {
        guard let number = try integer(ifPresent: name) else { throw failure(name, "a whole number") }
        return number
    }

    /// A flag; absent means false.
    package mutating func flag(_ name: String) throws(JSONError) -> Bool {
        guard let value = take(name) else { return false }
        guard case .boolean(let flag) = value else { throw failure(name, "true or false") }
        return flag
    }

    /// A list; absent means empty.
    package mutating func array(_ name: String) throws(JSONError) -> [JSONValue] {
        guard let value = take(name) else { return [] }
        guard case .array(let elements) = value else { throw failure(name, "a list") }
        return elements
    }

    /// The members of an object, in order; absent means none.
    package mutating func members(_ name: String) throws(JSONError) -> [JSONMember] {
        guard let value = take(name) else { return [] }
        guard case .object(let members) = value else { throw failure(name, "an object") }
        return members
    }

    /// Refuses what was not taken.
    package func finish() throws(JSONError) {
        guard let name = members.keys.min() else { return }
        throw JSONError("\(place.isEmpty ? name : place + "." + name): the name is not known")
    }
}
