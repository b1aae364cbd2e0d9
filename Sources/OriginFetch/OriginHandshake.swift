// The client's side of a TLS handshake with an origin, watched: it is over within its time, and whoever waits for it learns in
// plain words why it failed.

import NIOCore
import NIOSSL
import NIOTLS

/// Stands behind the library's handler until the handshake is over. Lives on the connection's event loop.
final class OriginHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let names: [String]
    private let now: @Sendable () -> Int64
    private var promise: EventLoopPromise<Void>?
    private var timer: Scheduled<Void>?

    /// - Parameter promise: succeeds with the handshake, or fails with `OriginTLSFailure` or `OriginHandshakeTimeout`.
    private init(names: [String], promise: EventLoopPromise<Void>, now: @escaping @Sendable () -> Int64) {
        self.names = names
        self.promise = promise
        self.now = now
    }

    /// Puts the handlers of a handshake into a new connection's pipeline.
    ///
    /// - Parameters:
    ///   - deadline: when connecting and handshake together must be done.
    ///   - now: seconds since 1970, to tell why a certificate was refused.
    static func start(
        on channel: any Channel, context: NIOSSLContext, tls: OriginTLS, deadline: NIODeadline, promise: EventLoopPromise<Void>,
        now: @escaping @Sendable () -> Int64
    ) throws {
        // Addresses are not sent as names (RFC 6066 section 3).
        let name = tls.serverNames.first.flatMap { CertificateNames.address($0) == nil && !$0.hasPrefix("[") ? $0 : nil }
        let handshake = OriginHandshake(names: tls.serverNames, promise: promise, now: now)
        try channel.pipeline.syncOperations.addHandlers(try NIOSSLClientHandler(context: context, serverHostname: name), handshake)
        let loopBound = NIOLoopBound((handshake, channel), eventLoop: channel.eventLoop)
        handshake.timer = channel.eventLoop.scheduleTask(deadline: deadline) {
            let (handshake, channel) = loopBound.value
            handshake.fail(OriginHandshakeTimeout())
            channel.close(promise: nil)
        }
    }

    private func succeed() {
        timer?.cancel()
        promise?.succeed(())
        promise = nil
    }

    private func fail(_ error: any Error) {
        timer?.cancel()
        promise?.fail(error)
        promise = nil
    }

    // MARK: Channel events

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent {
            let certificate = (try? context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self))?.peerCertificate
            let found = certificate.map(CertificateNames.init) ?? CertificateNames(names: [])
            if names.contains(where: found.covers) {
                succeed()
                context.fireUserInboundEventTriggered(event)
                context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
            } else {
                fail(OriginTLSFailure.certificateForOtherNames(found.description, wanted: names.joined(separator: " or ")))
                context.close(promise: nil)
            }
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let certificate = (try? context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self))?.peerCertificate
        fail(OriginTLSFailure(error, certificate: certificate, now: now()))
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(OriginTLSFailure.brokenOff)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { fail(OriginTLSFailure.brokenOff) }
}

/// The handshake took longer than connecting may.
struct OriginHandshakeTimeout: Error {}

extension OriginTLSFailure {
    /// What the library's error means. Its words are the only place where a reason can be told from another.
    init(_ error: any Error, certificate: NIOSSLCertificate?, now: Int64) {
        let text = "\(error)"
        func says(_ words: String...) -> Bool { words.contains(where: text.contains) }
        if says("CERTIFICATE_VERIFY_FAILED") {
            self = certificate.map { OriginTLSFailure(refused: $0, now: now) } ?? .certificateNotTrusted
        } else if says("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "HANDSHAKE_FAILURE", "NO_CIPHERS", "WRONG_CIPHER", "INSUFFICIENT_SECURITY") {
            self = .noCommonProtocol
        } else if says("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL") {
            self = .notTLS
        } else if says("EOF during handshake", "uncleanShutdown", "ECONNRESET", "reset by peer") {
            self = .brokenOff
        } else {
            self = .refused(String(text.prefix(200)))
        }
    }
}
