/// A numeric address and port to listen on: `127.0.0.1:8080`, `[::1]:8080`.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// An IPv4 or IPv6 address, without brackets.
    package let host: String
    /// 0 asks the system for any free port.
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Nil unless an IPv4 address or a bracketed IPv6 address is followed by `:` and a port from 0 to 65535.
    ///
    /// Names are refused, `localhost` excepted (it means 127.0.0.1), so that nothing listens further than it reads.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), port <= 65535
        else { return nil }
        let host = text[..<colon]
        if host == "localhost" {
            self.init(host: "127.0.0.1", port: port)
        } else if host.hasPrefix("["), host.hasSuffix("]"), Self.isIPv6(host.dropFirst().dropLast()) {
            self.init(host: String(host.dropFirst().dropLast()), port: port)
        } else if Self.isIPv4(host) {
            self.init(host: String(host), port: port)
        } else {
            return nil
        }
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func isIPv4(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.utf8.count) && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
                    && (Int(part) ?? 256) < 256
            }
    }

    /// At most eight groups of up to four hexadecimal digits, `::` at most once. An embedded IPv4 address is refused.
    private static func isIPv6(_ text: Substring) -> Bool {
        let groups = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (3...9).contains(groups.count) else { return false }
        let wellFormed = groups.allSatisfy { group in
            group.utf8.count <= 4 && group.utf8.allSatisfy { "0123456789abcdefABCDEF".utf8.contains($0) }
        }
        guard wellFormed else { return false }
        let compressions = text.indices.count { text[$0...].hasPrefix("::") }
        if text.contains(":::") { return false }
        guard compressions <= 1 else { return false }
        if text.hasPrefix(":"), !text.hasPrefix("::") { return false }
        if text.hasSuffix(":"), !text.hasSuffix("::") { return false }
        return compressions == 1 ? true : groups.count == 8
    }
}
