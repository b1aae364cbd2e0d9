// The names a certificate is for, and what else of it explains a refusal (RFC 5280, RFC 9525). Common names are not read: nobody
// issues certificates without alternative names any more.

import Glibc
import NIOSSL

/// The names and addresses in a certificate.
struct CertificateNames: Equatable {
    /// In lower case; a wildcard as `*.example.com`.
    var names: [String] = []
    /// Four or sixteen bytes each.
    var addresses: [[UInt8]] = []

    init(names: [String], addresses: [[UInt8]] = []) { (self.names, self.addresses) = (names, addresses) }

    init(_ certificate: NIOSSLCertificate) {
        for name in certificate._subjectAlternativeNames() {
            let bytes = name.contents.withUnsafeBufferPointer { Array($0) }
            switch name.nameType {
            case .dnsName: names.append(String(decoding: bytes, as: UTF8.self).lowercased())
            case .ipAddress: addresses.append(bytes)
            default: break
            }
        }
    }

    /// Whether the certificate is for a host: a name, with `*` for the whole leftmost label of one (RFC 9525 section 6.3), or an
    /// address.
    func covers(_ host: String) -> Bool {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        if let address = Self.address(bare) { return addresses.contains(address) }
        let name = bare.lowercased().hasSuffix(".") ? String(bare.lowercased().dropLast()) : bare.lowercased()
        if names.contains(name) { return true }
        guard let dot = name.firstIndex(of: "."), dot > name.startIndex else { return false }
        return names.contains("*" + name[dot...])
    }

    /// The bytes of an address; nil for a name.
    static func address(_ text: String) -> [UInt8]? {
        for (family, size) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: size)
            if inet_pton(family, text, &bytes) == 1 { return bytes }
        }
        return nil
    }

    /// The names as an error lists them.
    var description: [String] {
        names + addresses.map { bytes in
            bytes.count == 4 ? bytes.map(String.init).joined(separator: ".") : "an IPv6 address"
        }
    }
}

extension OriginTLSFailure {
    /// What is wrong with a certificate whose chain was refused.
    ///
    /// - Parameter now: seconds since 1970.
    init(refused certificate: NIOSSLCertificate, now: Int64) {
        if Int64(certificate.notValidAfter) < now {
            self = .certificateExpired
        } else if Int64(certificate.notValidBefore) > now {
            self = .certificateNotYetValid
        } else if let der = try? certificate.toDERBytes(), CertificateText(der: der).isSelfIssued {
            self = .certificateSelfSigned
        } else {
            self = .certificateNotTrusted
        }
    }
}

/// As much of a certificate's encoding (RFC 5280 section 4.1) as it takes to compare issuer and subject.
struct CertificateText {
    private var issuer: ArraySlice<UInt8>?
    private var subject: ArraySlice<UInt8>?

    /// Whether the certificate names itself as its issuer.
    var isSelfIssued: Bool { issuer != nil && issuer == subject }

    init(der: [UInt8]) {
        var outer = der[...]
        guard var certificate = Self.next(&outer)?.content, var fields = Self.next(&certificate)?.content else { return }
        // The version is optional and the only element that is tagged by its context.
        if fields.first == 0xA0 { _ = Self.next(&fields) }
        guard Self.next(&fields) != nil, Self.next(&fields) != nil, let issuer = Self.next(&fields), Self.next(&fields) != nil,
            let subject = Self.next(&fields)
        else { return }
        self.issuer = issuer.content
        self.subject = subject.content
    }

    /// Takes one element off the front.
    private static func next(_ bytes: inout ArraySlice<UInt8>) -> (tag: UInt8, content: ArraySlice<UInt8>)? {
        guard let tag = bytes.popFirst(), let first = bytes.popFirst() else { return nil }
        var length = Int(first)
        if first & 0x80 != 0 {
            let count = Int(first & 0x7F)
            guard (1...4).contains(count), bytes.count >= count else { return nil }
            length = 0
            for _ in 0..<count { length = length << 8 | Int(bytes.removeFirst()) }
        }
        guard bytes.count >= length else { return nil }
        let content = bytes.prefix(length)
        bytes = bytes.dropFirst(length)
        return (tag, content)
    }
}
