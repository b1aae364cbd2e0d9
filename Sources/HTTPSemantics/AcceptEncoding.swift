// Accept-Encoding with q-values (RFC 9110 sections 12.4.2 and 12.5.3), reduced to the codings a server can offer.
// Reading allocates nothing, as it happens on every request. Elements with a malformed weight are dropped, which
// never makes a coding acceptable that the client did not ask for; of several weights for one coding the first counts.

package import HTTPTypes

/// The content codings a client accepts, each with its weight.
package struct AcceptEncoding: Hashable, Sendable {
    /// A quality value in thousandths, 0 (not acceptable) to 1000.
    package typealias Quality = UInt16

    /// Whether the field was there at all; without it any coding is acceptable, though sending one is unwise.
    package private(set) var isPresent = false
    private var gzipQuality: Quality?
    private var brQuality: Quality?
    private var zstdQuality: Quality?
    private var deflateQuality: Quality?
    private var identityQuality: Quality?
    private var anyQuality: Quality?

    /// The state without a field.
    package init() {}

    /// Reads every line of the field.
    package init(_ fields: HTTPFields) {
        for field in fields where field.name == .acceptEncoding { append(field.value) }
    }

    /// Reads one field value.
    package init(_ value: String) { append(value) }

    /// Reads one field value from raw bytes.
    package init(_ value: Span<UInt8>) { append(value) }

    /// Adds a further line of the same field.
    package mutating func append(_ value: Span<UInt8>) { ByteScanner.scanning(value) { read(&$0) } }

    /// Adds a further line of the same field.
    package mutating func append(_ value: String) { ByteScanner.scanning(value) { read(&$0) } }

    /// Weight of gzip (and its alias x-gzip); 0 when it is neither listed nor covered by `*`.
    package var gzip: Quality { gzipQuality ?? anyQuality ?? 0 }
    package var br: Quality { brQuality ?? anyQuality ?? 0 }
    package var zstd: Quality { zstdQuality ?? anyQuality ?? 0 }
    package var deflate: Quality { deflateQuality ?? anyQuality ?? 0 }

    /// Weight of sending the representation as it is: acceptable unless `identity;q=0`, or `*;q=0` without an
    /// identity element (RFC 9110 section 12.5.3).
    package var identity: Quality { identityQuality ?? (anyQuality == 0 ? 0 : 1000) }

    /// Whether gzip is named, not only covered by `*`.
    package var namesGzip: Bool { (gzipQuality ?? 0) > 0 }
    /// Whether br is named, not only covered by `*`.
    package var namesBr: Bool { (brQuality ?? 0) > 0 }

    private mutating func read(_ scanner: inout ByteScanner) {
        isPresent = true
        repeat {
            scanner.skipWhitespace()
            if let coding = scanner.token(), let quality = scanner.weight() {
                record(scanner[coding], quality)
            }
            scanner.takeListElement()
        } while scanner.consume(UInt8(ascii: ","))
    }

    private mutating func record(_ coding: Slice<UnsafeBufferPointer<UInt8>>, _ quality: Quality) {
        func names(_ text: StaticString) -> Bool {
            coding.count == text.utf8CodeUnitCount
                && zip(coding, UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
                    .allSatisfy { FieldSyntax.lowercased($0) == $1 }
        }
        if names("gzip") || names("x-gzip") {
            gzipQuality = gzipQuality ?? quality
        } else if names("br") {
            brQuality = brQuality ?? quality
        } else if names("zstd") {
            zstdQuality = zstdQuality ?? quality
        } else if names("deflate") {
            deflateQuality = deflateQuality ?? quality
        } else if names("identity") {
            identityQuality = identityQuality ?? quality
        } else if names("*") {
            anyQuality = anyQuality ?? quality
        }
    }
}

extension ByteScanner {
    /// `[OWS ; OWS q=qvalue]` up to the next comma or the end, in thousandths; nil when malformed. 1000 when absent.
    mutating func weight() -> UInt16? {
        skipWhitespace()
        guard consume(UInt8(ascii: ";")) else { return atElementEnd ? 1000 : nil }
        skipWhitespace()
        guard consume("q=", exactly: false), let whole = next(), whole == 0x30 || whole == 0x31 else { return nil }
        var quality = UInt16(whole - 0x30) * 1000
        if consume(UInt8(ascii: ".")) {
            var place: UInt16 = 100
            while place > 0, let digit = peek, digit &- 0x30 < 10 {
                quality += UInt16(digit - 0x30) * place
                place /= 10
                _ = next()
            }
        }
        skipWhitespace()
        return atElementEnd && quality <= 1000 ? quality : nil
    }

    private var atElementEnd: Bool { isAtEnd || peek == UInt8(ascii: ",") }
}
