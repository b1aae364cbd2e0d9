// The certificates in force. A reload replaces the table; connections that are open keep what they began with, and sessions can be
// resumed as long as their certificate stays the same.

package import HTTPTransport
package import LocalCertificateAuthority
package import Logging
import Synchronization

/// Picks and issues the certificates of an edge's HTTPS listener.
package final class ViewerCertificates: TLSContextSource {
    /// Issued certificates kept; past it one of them makes room.
    static let issuedCountMax = 1_024
    /// An issued certificate is replaced so long before its end.
    static let renewalSeconds: Int64 = 30 * 86_400

    private struct Issued {
        var context: TLSServerContext
        var order: Int
    }

    private struct State {
        var table: CertificateTable
        var issued: [String: Issued] = [:]
        var issuedCount = 0
    }

    private let authority: LocalCertificateAuthority?
    private let now: @Sendable () -> Int64
    private let logger: Logger
    private let state: Mutex<State>

    /// - Parameters:
    ///   - authority: nil when there is none; then names without a certificate file are refused.
    ///   - now: seconds since 1970.
    package init(
        _ table: CertificateTable, authority: LocalCertificateAuthority?, now: @escaping @Sendable () -> Int64, logger: Logger
    ) {
        self.authority = authority
        self.now = now
        self.logger = logger
        state = Mutex(State(table: table))
    }

    /// Puts another table in force for handshakes that come from now on.
    package func replaceTable(_ table: CertificateTable) {
        state.withLock { state in
            state.table = table
            state.issued = state.issued.filter { name, issued in
                if case .issue(_, issued.context.offersHTTP2) = table.choice(forServerName: name) { true } else { false }
            }
        }
    }

    var issuedCount: Int { state.withLock { $0.issued.count } }

    package func context(forServerName name: String?) -> TLSContextAnswer {
        let now = now()
        return state.withLock { state in
            switch state.table.choice(forServerName: name) {
            case .file(let context): return .context(context)
            case .unknownName: return .unknownName
            case .issue where authority == nil: return .unknownName
            case .issue(let name, let offersHTTP2):
                guard let issued = state.issued[name], issued.context.offersHTTP2 == offersHTTP2,
                    issued.context.notValidAfter - Self.renewalSeconds > now
                else { return .later }
                return .context(issued.context)
            }
        }
    }

    package func makeContext(forServerName name: String?) async -> TLSServerContext? {
        guard let authority, case .issue(let name, let offersHTTP2) = state.withLock({ $0.table.choice(forServerName: name) }) else {
            return nil
        }
        do {
            let issued = try authority.issue(for: name, now: now())
            let context = try TLSServerContext(
                certificateChain: Array(issued.certificatePEM.utf8), privateKey: Array(issued.privateKeyPEM.utf8), offersHTTP2: offersHTTP2)
            keep(context, for: name)
            return context
        } catch {
            logger.error("no certificate for a name", metadata: ["name": "\(name)", "reason": "\(error)"])
            return nil
        }
    }

    private func keep(_ context: TLSServerContext, for name: String) {
        state.withLock { state in
            if state.issued.count >= Self.issuedCountMax, let oldest = state.issued.min(by: { $0.value.order < $1.value.order }) {
                state.issued[oldest.key] = nil
            }
            state.issuedCount += 1
            state.issued[name] = Issued(context: context, order: state.issuedCount)
        }
    }
}
