// The policy that a signature is over, in its two forms.
//
// A canned policy is a fixed text with a URL and a time put in; it never travels, the verifier writes it again. A custom policy
// travels as it was signed and is read here: exactly one statement, exactly the known names, nothing twice.

/// What a signature permits.
package struct SignedPolicy: Sendable, Hashable {
    package var resource: ResourcePattern
    /// Seconds since 1970; from then on the signature is void.
    package var dateLessThan: Int64
    /// Seconds since 1970; up to then and at it the signature is not yet good.
    package var dateGreaterThan: Int64?
    package var ipAddress: IPv4Block?

    /// Longest policy that is read, bytes.
    package static let bytesMax = 8_192
    /// Latest time a policy may name, seconds since 1970 (the year 9999).
    package static let timeMax: Int64 = 253_402_300_799

    package init(resource: ResourcePattern, dateLessThan: Int64, dateGreaterThan: Int64? = nil, ipAddress: IPv4Block? = nil) {
        self.resource = resource
        self.dateLessThan = dateLessThan
        self.dateGreaterThan = dateGreaterThan
        self.ipAddress = ipAddress
    }

    /// The text of a canned policy, byte for byte as CloudFront has it.
    package static func canned(resource: String, expires: Int64) -> String {
        "{\"Statement\":[{\"Resource\":\"\(resource)\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":\(expires)}}}]}"
    }

    /// The compact text of a custom policy with these values.
    package var text: String {
        var conditions = "\"DateLessThan\":{\"AWS:EpochTime\":\(dateLessThan)}"
        if let dateGreaterThan { conditions += ",\"DateGreaterThan\":{\"AWS:EpochTime\":\(dateGreaterThan)}" }
        if let ipAddress { conditions += ",\"IpAddress\":{\"AWS:SourceIp\":\(JSONValue.literal(ipAddress.description))}" }
        return "{\"Statement\":[{\"Resource\":\(JSONValue.literal(resource.text)),\"Condition\":{\(conditions)}}]}"
    }

    /// Whether a request at a time from an address is inside the conditions; nil when it is, else the reason.
    func objection(at now: Int64, from address: String) -> SignatureDenial? {
        if now >= dateLessThan { return .expired }
        if let dateGreaterThan, now <= dateGreaterThan { return .notYetValid }
        if let ipAddress, !ipAddress.contains(address) { return .wrongAddress }
        return nil
    }
}

extension SignedPolicy {
    /// Reads the text of a custom policy.
    ///
    /// - Throws: what stands where it must not, or is missing.
    package init(reading bytes: [UInt8]) throws(PolicyError) {
        guard bytes.count <= Self.bytesMax else { throw PolicyError("it is longer than \(Self.bytesMax) bytes") }
        guard let root = JSONValue(bytes) else { throw PolicyError("it is not JSON, or names something twice") }
        let document = try Self.members(of: root, "the policy", known: ["Statement"])
        guard case .array(let statements)? = document["Statement"], statements.count == 1 else {
            throw PolicyError("Statement must be a list of exactly one statement")
        }
        let statement = try Self.members(of: statements[0], "the statement", known: ["Resource", "Condition"])
        guard case .string(let text)? = statement["Resource"] else { throw PolicyError("Resource must be a text") }
        guard let resource = ResourcePattern(text) else {
            throw PolicyError("Resource must be * or a URL with protocol, domain and path")
        }
        guard let condition = statement["Condition"] else { throw PolicyError("Condition is missing") }
        let conditions = try Self.members(of: condition, "Condition", known: ["DateLessThan", "DateGreaterThan", "IpAddress"])
        guard let end = try Self.time(conditions, "DateLessThan") else { throw PolicyError("DateLessThan is missing") }
        self.init(
            resource: resource, dateLessThan: end, dateGreaterThan: try Self.time(conditions, "DateGreaterThan"),
            ipAddress: try Self.block(conditions))
    }

    /// The text without the white space between its parts, as CloudFront wants policies signed.
    package static func compacted(_ text: String) -> String {
        var result: [UInt8] = []
        var isInString = false
        var isEscaped = false
        for byte in text.utf8 {
            if !isInString, byte == 0x20 || (0x09...0x0D).contains(byte) { continue }
            if byte == UInt8(ascii: "\""), !isEscaped { isInString.toggle() }
            isEscaped = isInString && byte == UInt8(ascii: "\\") && !isEscaped
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func members(of value: JSONValue, _ what: String, known: [String]) throws(PolicyError) -> [String: JSONValue] {
        guard case .object(let members) = value else { throw PolicyError("\(what) must be an object") }
        var result: [String: JSONValue] = [:]
        for member in members {
            guard known.contains(member.name) else {
                throw PolicyError("\(what) holds \(JSONValue.literal(member.name)); it may hold \(known.joined(separator: ", "))")
            }
            result[member.name] = member.value
        }
        return result
    }

    private static func time(_ conditions: [String: JSONValue], _ name: String) throws(PolicyError) -> Int64? {
        guard let value = conditions[name] else { return nil }
        guard case .integer(let seconds)? = try members(of: value, name, known: ["AWS:EpochTime"])["AWS:EpochTime"],
            (0...timeMax).contains(seconds)
        else { throw PolicyError("\(name) must be {\"AWS:EpochTime\": whole seconds since 1970}") }
        return seconds
    }

    private static func block(_ conditions: [String: JSONValue]) throws(PolicyError) -> IPv4Block? {
        guard let value = conditions["IpAddress"] else { return nil }
        guard case .string(let text)? = try members(of: value, "IpAddress", known: ["AWS:SourceIp"])["AWS:SourceIp"],
            let block = IPv4Block(text)
        else { throw PolicyError("IpAddress must be {\"AWS:SourceIp\": an IPv4 address or block such as 192.0.2.0/24}") }
        return block
    }
}

/// Why a text is no policy.
package struct PolicyError: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String

    init(_ description: String) { self.description = description }
}
