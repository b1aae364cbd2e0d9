import ArgumentParser
import Cryptography
import Foundation
import SignedURLs

struct SignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Sign a URL, or cookies, for content that only signers give access to.",
        discussion: """
            Prints the signed URL, or with --cookies the values of the Set-Cookie fields. TIME is seconds since 1970, a UTC \
            date (2026-01-01 or 2026-01-01T18:00:00Z), or a span from now: +90s, +15m, +12h, +7d.
            A canned policy is signed, unless --starts, --ip or a * in the URL call for a custom one. A * stands for any \
            characters; such a URL is for cookies.
            Example: skerry sign http://hello.localhost:8080/a.html --key-pair-id KDEMO --private-key private.pem --expires +1h
            """)

    @Argument(help: "The URL as viewers ask for it, with its port.")
    var url: String

    @Option(help: "The id of the public key in edge.conf.")
    var keyPairId: String

    @Option(help: "File with the private key in PEM: RSA of 2048 to 8192 bits, or P-256.", completion: .file())
    var privateKey: String

    @Option(help: "TIME from which on the signature is void.")
    var expires: String?

    @Option(help: "TIME before which the signature is not good yet.")
    var starts: String?

    @Option(help: "IPv4 address or block (192.0.2.0/24) that viewers must come from.")
    var ip: String?

    @Option(help: "File with a custom policy to sign, in the place of --expires, --starts and --ip.", completion: .file())
    var policy: String?

    @Flag(help: "Print Set-Cookie values instead of a URL.")
    var cookies = false

    @Option(help: "Digest to sign: SHA1 or SHA256.")
    var hashAlgorithm: HashAlgorithm = .sha1

    @Flag(help: "Print the result, and the policy that was signed, as JSON.")
    var json = false

    func validate() throws {
        if let objection = URLSigner.objection(to: url) { throw ValidationError("\(url): \(objection)") }
        guard !keyPairId.isEmpty, keyPairId.utf8.allSatisfy(Self.isOfName) else {
            throw ValidationError("--key-pair-id takes letters, digits, - and _")
        }
        if policy != nil {
            guard expires == nil, starts == nil, ip == nil else {
                throw ValidationError("--policy says when and from where by itself; leave out --expires, --starts and --ip")
            }
        } else if expires == nil {
            throw ValidationError("--expires is missing (or give a whole policy with --policy)")
        }
        for (option, text) in [("--expires", expires), ("--starts", starts)] {
            guard let text, SigningTimeArgument.seconds(text, now: 0) == nil else { continue }
            throw ValidationError("\(option) \(text): expected seconds since 1970, a date such as 2026-01-01T18:00:00Z, or a span such as +1h")
        }
        if let ip, IPv4Block(ip) == nil { throw ValidationError("--ip \(ip): expected an IPv4 address or block such as 192.0.2.0/24") }
        if !cookies, url.contains("*") {
            throw ValidationError("a URL with * is no URL to ask for: add --cookies, or name one URL and put the pattern into --policy")
        }
    }

    func run() throws {
        let pem = try ConfigurationFiles.text(of: privateKey)
        let policy = try signedPolicy(now: Int64(Date().timeIntervalSince1970))
        do {
            let signer = URLSigner(keyPairID: keyPairId, key: try PrivateKey(pem: pem), algorithm: hashAlgorithm)
            if cookies {
                try report(signer.signedCookies(policy: policy), policy)
            } else {
                let signed = try signer.signedURL(url, policy: policy)
                if json { try Terminal.json(["url": signed, "policy": policy.text]) } else { Terminal.result(signed) }
            }
        } catch let error as KeyError {
            throw CommandFailure("\(privateKey): found \(error)")
        }
    }

    private func signedPolicy(now: Int64) throws(CommandFailure) -> URLSigner.Policy {
        if let file = policy {
            let text = SignedPolicy.compacted(try ConfigurationFiles.text(of: file))
            do throws(PolicyError) {
                _ = try SignedPolicy(reading: Array(text.utf8))
            } catch {
                throw CommandFailure("\(file): no policy that can be signed: \(error)")
            }
            return .custom(text)
        }
        guard let end = expires.flatMap({ SigningTimeArgument.seconds($0, now: now) }) else {
            throw CommandFailure("--expires: a time beyond the year 9999", .usage)
        }
        let start = starts.flatMap { SigningTimeArgument.seconds($0, now: now) }
        if let start, start >= end { throw CommandFailure("--starts is not before --expires, so the signature would never be good", .usage) }
        if end <= now { Terminal.warning("the signature has expired already") }
        guard start != nil || ip != nil || url.contains("*") else { return .canned(resource: url, expires: end) }
        // The question mark before a query would otherwise stand for any character.
        guard let resource = ResourcePattern(url.split(separator: "?", omittingEmptySubsequences: false).joined(separator: "\\?")) else {
            throw CommandFailure("\(url): expected a URL with protocol, domain and path", .usage)
        }
        let whole = SignedPolicy(
            resource: resource, dateLessThan: end, dateGreaterThan: start, ipAddress: ip.flatMap { IPv4Block($0) })
        return .custom(whole.text)
    }

    private func report(_ signed: [(name: String, value: String)], _ policy: URLSigner.Policy) throws {
        guard json else {
            let attributes = "; Path=/" + (url.lowercased().hasPrefix("https:") ? "; Secure" : "") + "; HttpOnly"
            for cookie in signed { Terminal.result("\(cookie.name)=\(cookie.value)\(attributes)") }
            return
        }
        struct Report: Encodable {
            var cookies: [String: String]
            var policy: String
        }
        try Terminal.json(Report(cookies: Dictionary(uniqueKeysWithValues: signed.map { ($0.name, $0.value) }), policy: policy.text))
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}

extension HashAlgorithm: ExpressibleByArgument {}
