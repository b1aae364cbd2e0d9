// The fast path. A plain GET or HEAD whose answer is fresh in memory is served here, on the event loop, from the request's
// raw bytes: no task, no field list, no string. Whatever is not plain is declined and takes the pipeline, which gives the same
// answer; nothing is decided here that is not decided there.

import DistributionModel
import EdgeFigures
import EdgeStorage
import HTTPCaching
import HTTPSemantics
package import HTTPTransport
import HTTPTypes
package import NIOCore

extension EdgeService {
    package func answerImmediately(
        _ request: RequestView, on connection: ConnectionInfo, into output: inout ByteBuffer
    ) -> ImmediateAnswer {
        let isHEAD = request.isHEAD
        guard isHEAD || request.isGET, request.known.isDisjoint(with: .needPipeline) else { return .declined }
        let began = clock.nanoseconds()
        let responseStart = output.writerIndex
        let snapshot = self.snapshot
        guard let distribution = snapshot.distribution(forHost: request.authority), distribution.model.enabled,
            isForServerName(request.authority, connection), request.path.first == UInt8(ascii: "/"),
            request.path.count + (request.query.map { $0.count + 1 } ?? 0) <= snapshot.configuration.limits.urlBytesMax,
            // Several Accept-Encoding lines count as one; that is for the pipeline to read.
            request.acceptEncoding != nil || !request.known.contains(.acceptEncoding)
        else { return .declined }
        return distribution.withRootPath(of: request.path) { path in
            guard let behavior = plainBehavior(of: distribution, path: path), !behavior.needsHTTPS || connection.isSecure else {
                return .declined
            }
            let now = clock.now()
            guard let key = key(of: request, path: path, distribution, behavior, on: connection), let entry = cache.lookup(key),
                case .fresh(let age) = distribution.personality.reuse(of: entry.facts, for: plainRead, at: now),
                entry.preparedHead.readableBytes > 0, entry.status.code < 400, entry.body.pieces.count <= 1
            else { return .declined }
            if let headers = behavior.immediateHeaders {
                guard headers.fits(request, entry) else { return .declined }
                output.writeImmutableBuffer(entry.preparedHead)
                output.writeImmutableBuffer(headers.bytes)
            } else {
                output.writeImmutableBuffer(entry.preparedHead)
            }
            output.writeImmutableBuffer(distribution.hitFields)
            let requestIDStart = output.writerIndex
            if distribution.traits.marks == .cloudFront {
                requestIDs.append(to: &output)
            } else {
                // Fresh: some seconds are left.
                output.writeDecimal(entry.facts.remainingSeconds(at: now))
            }
            output.writeStaticString("\r\nAge: ")
            output.writeDecimal(age)
            output.writeStaticString("\r\n\r\n")
            let body = isHEAD ? nil : entry.body.pieces.first
            let bytes = output.writerIndex - responseStart + (body?.readableBytes ?? 0)
            let taken = clock.nanoseconds() - began
            behavior.figures.countHit(
                status: entry.status.code, bytesSent: bytes, bytesReceived: request.headBytes, nanoseconds: taken, loop: connection.loop)
            if let log = distribution.log {
                func record(_ requestID: UnsafeRawBufferPointer) {
                    let texts = HitTexts(
                        request: request, connection: connection, distribution: distribution, behavior: behavior, entry: entry,
                        requestID: requestID)
                    self.log(texts, to: log, bytesSent: bytes, taken: taken, at: now)
                }
                if distribution.traits.marks == .cloudFront {
                    output.withVeryUnsafeBytes { written in
                        record(UnsafeRawBufferPointer(rebasing: written[requestIDStart..<requestIDStart + RequestIDs.characters]))
                    }
                } else {
                    // The viewer isn't told the id, the log is.
                    var id = ByteBuffer()
                    requestIDs.append(to: &id)
                    id.withUnsafeReadableBytes(record)
                }
            }
            return .answered(body: body)
        }
    }

    /// The behaviour for a path that needs no normalising, if its key needs no header or cookie.
    private func plainBehavior(of distribution: ServedDistribution, path: UnsafeRawBufferPointer) -> ServedBehavior? {
        guard PathNormalization.isNormalized(path) else { return nil }
        guard !distribution.behaviors.isEmpty else {
            return distribution.defaultBehavior.hasPlainKey ? distribution.defaultBehavior : nil
        }
        let behavior = path.withMemoryRebound(to: UInt8.self) { distribution.behavior(forPath: $0.span) }
        return behavior.hasPlainKey ? behavior : nil
    }

    private func key(
        of request: RequestView, path: UnsafeRawBufferPointer, _ distribution: ServedDistribution, _ behavior: ServedBehavior,
        on connection: ConnectionInfo
    ) -> CacheKey? {
        var accepted = AcceptEncodingClass.none
        if behavior.policy.normalizesAcceptEncoding, let value = request.acceptEncoding {
            accepted = value.withMemoryRebound(to: UInt8.self) {
                AcceptEncodingClass(AcceptEncoding($0.span), policy: behavior.policy)
            }
        }
        var builder = CacheKey.Builder(reservingBytes: 64 + path.count + (request.query?.count ?? 0))
        builder.reset(method: .read, distribution: distribution.model.id, path: path, acceptEncoding: accepted)
        if distribution.traits.selectsByVary {
            guard behavior.sendsWholeQuery, !request.hasDirectives else { return nil }
            builder.appendAuthority(of: request, isSecure: connection.isSecure)
            builder.appendQuery(request.query, selecting: .all)
            return builder.finish()
        }
        builder.appendQuery(request.query, selecting: behavior.policy.queryStrings)
        return builder.finish()
    }
}

extension RequestView {
    /// Whether the request has directives of its own for caches.
    fileprivate var hasDirectives: Bool {
        var found = false
        forEachValue(of: "cache-control") { _ in found = true }
        forEachValue(of: "pragma") { _ in found = true }
        return found
    }
}

extension CacheKey.Builder {
    fileprivate mutating func appendAuthority(of request: RequestView, isSecure: Bool) {
        var authority = TargetURI.normalized(String(decoding: request.authority, as: UTF8.self), isSecure: isSecure)
        authority.withUTF8 { appendAuthority(UnsafeRawBufferPointer($0), isSecure: isSecure) }
    }
}

private let plainRead = RequestFacts(method: .get)

extension KnownFields {
    /// Fields that make a request more than plain.
    fileprivate static let needPipeline: KnownFields = [.range, .conditional, .upgrade, .expect, .explain]
}

extension ByteBuffer {
    /// A number in decimal without making a string.
    fileprivate mutating func writeDecimal(_ value: Int64) {
        writeWithUnsafeMutableBytes(minimumWritableBytes: 20) { target in
            var rest = UInt64(max(0, value))
            var digits = 1
            var bound: UInt64 = 10
            while rest >= bound, digits < 20 {
                digits += 1
                bound = bound.multipliedReportingOverflow(by: 10).overflow ? .max : bound * 10
            }
            for position in stride(from: digits - 1, through: 0, by: -1) {
                target[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            return digits
        }
    }
}
