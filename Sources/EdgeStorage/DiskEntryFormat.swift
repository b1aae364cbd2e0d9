// One stored response as one file: content, digests of its chunks, head, footer.
//
//     content            bodyBytes
//     chunk digests      16 bytes for each started 256 KiB of content
//     head               headBytes: everything about the response but its content, and a digest of the chunk digests
//     footer             48 bytes: magic, version, headBytes, bodyBytes, 8 zero bytes, digest of head and footer so far
//
// The head comes last because a response of unknown length is written before all of it is known, and because a confirmation by
// the origin rewrites it in place, however long it has become. A file that was torn anywhere fails one of the digests or the
// sum of its lengths. Numbers are big-endian. Any change of this layout, or of what is stored, takes another version: files of
// other versions are dropped.

import Cryptography
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore

/// Layout and sizes.
enum DiskEntryFormat {
    static let magic = Array("SKERRYCE".utf8)
    static let version: UInt32 = 2
    static let footerBytes = 48
    /// Bytes of content under one digest.
    static let chunkBytes = 256 * 1024
    /// Heads beyond this are not written, and refused when read, in bytes.
    static let headBytesMax = 1024 * 1024
    /// Bytes read from a file's end at first: footer and nearly every head.
    static let tailBytes = 4096

    static func chunkCount(of bodyBytes: Int) -> Int { (bodyBytes + chunkBytes - 1) / chunkBytes }

    static func tableBytes(of bodyBytes: Int) -> Int { chunkCount(of: bodyBytes) * ShortDigest.byteCount }

    /// Where the head starts.
    static func headOffset(of bodyBytes: Int) -> Int { bodyBytes + tableBytes(of: bodyBytes) }
}

/// Why a file is no entry.
enum DiskEntryFlaw: String, Error, Sendable, CaseIterable {
    case tooShort = "too short"
    case foreign = "not an entry"
    case otherVersion = "of another version"
    case lengthMismatch = "not as long as it says"
    case headDamaged = "head damaged"
    case headMalformed = "head malformed"
    case tableDamaged = "digests damaged"
    case contentDamaged = "content damaged"
    case misplaced = "under another entry's name"
}

/// What the footer says.
struct DiskEntryFooter: Equatable {
    var headBytes: Int
    var bodyBytes: Int
    var digest: ShortDigest

    /// - Parameter fileBytes: the size of the whole file, which its parts must add up to.
    init(_ bytes: ArraySlice<UInt8>, fileBytes: Int) throws(DiskEntryFlaw) {
        guard bytes.count == DiskEntryFormat.footerBytes else { throw .tooShort }
        var reader = DiskRecordReader(bytes)
        guard reader.raw(DiskEntryFormat.magic.count) == DiskEntryFormat.magic[...] else { throw .foreign }
        guard reader.number(4) == UInt64(DiskEntryFormat.version) else { throw .otherVersion }
        guard let head = reader.number(4), let body = reader.number(8), reader.number(8) == 0 else { throw .foreign }
        guard head <= DiskEntryFormat.headBytesMax, body <= UInt64(fileBytes) else { throw .lengthMismatch }
        (headBytes, bodyBytes) = (Int(head), Int(body))
        guard DiskEntryFormat.headOffset(of: bodyBytes) + headBytes + DiskEntryFormat.footerBytes == fileBytes else {
            throw .lengthMismatch
        }
        digest = ShortDigest(bytes.suffix(ShortDigest.byteCount))
    }
}

/// Everything about a stored response but its content.
struct DiskEntryHead {
    var identity: ObjectIdentity
    var facts: EntryFacts
    var status: HTTPResponse.Status
    var fields: HTTPFields
    var isEdgeCompressed: Bool
    var preparedHead: [UInt8]
    /// What the rules were under which it was stored; another edge's entries are none of ours.
    var scope: String
    /// Digest of the chunk digests.
    var table: ShortDigest

    init(_ response: CachedResponse, scope: String, table: ShortDigest) {
        identity = response.identity
        facts = response.facts
        facts.retryAt = nil
        status = response.status
        fields = response.fields
        isEdgeCompressed = response.isEdgeCompressed
        preparedHead = Array(response.preparedHead.readableBytesView)
        self.scope = scope
        self.table = table
    }

    /// Head and footer; nil when the head is larger than may be.
    func encoded(bodyBytes: Int) -> [UInt8]? {
        var writer = DiskRecordWriter()
        writer.text(scope)
        table.append(to: &writer.bytes)
        writer.identity(identity)
        writer.facts(facts)
        writer.number(UInt64(status.code), 2)
        writer.text(status.reasonPhrase)
        writer.flag(isEdgeCompressed)
        writer.number(UInt64(fields.count), 4)
        for field in fields {
            writer.text(field.name.rawName)
            field.withUnsafeBytesOfValue { writer.data($0) }
        }
        writer.data(preparedHead)
        let headBytes = writer.bytes.count
        guard headBytes <= DiskEntryFormat.headBytesMax else { return nil }
        writer.bytes += DiskEntryFormat.magic
        writer.number(UInt64(DiskEntryFormat.version), 4)
        writer.number(UInt64(headBytes), 4)
        writer.number(UInt64(bodyBytes), 8)
        writer.number(0, 8)
        let digest = ShortDigest(of: writer.bytes)
        digest.append(to: &writer.bytes)
        return writer.bytes
    }

    /// - Parameter bytes: head and footer, as `encoded` made them.
    init(_ bytes: ArraySlice<UInt8>, _ footer: DiskEntryFooter) throws(DiskEntryFlaw) {
        guard bytes.count == footer.headBytes + DiskEntryFormat.footerBytes else { throw .tooShort }
        guard ShortDigest(of: bytes.dropLast(ShortDigest.byteCount)) == footer.digest else { throw .headDamaged }
        var reader = DiskRecordReader(bytes.prefix(footer.headBytes))
        guard let head = Self.read(&reader), reader.isAtEnd else { throw .headMalformed }
        self = head
    }

    private init(
        _ identity: ObjectIdentity, _ facts: EntryFacts, _ status: HTTPResponse.Status, _ fields: HTTPFields, _ isEdgeCompressed: Bool,
        _ preparedHead: [UInt8], _ scope: String, _ table: ShortDigest
    ) {
        (self.identity, self.facts, self.status, self.fields) = (identity, facts, status, fields)
        (self.isEdgeCompressed, self.preparedHead, self.scope, self.table) = (isEdgeCompressed, preparedHead, scope, table)
    }

    private static func read(_ reader: inout DiskRecordReader) -> DiskEntryHead? {
        guard let scope = reader.text(), let table = reader.raw(ShortDigest.byteCount), let identity = reader.identity(),
            let facts = reader.facts(), let code = reader.number(2), (100...999).contains(code), let phrase = reader.text(),
            let isEdgeCompressed = reader.flag(), let count = reader.number(4), count <= UInt64(reader.left)
        else { return nil }
        var fields = HTTPFields()
        for _ in 0..<count {
            guard let rawName = reader.text(), let name = HTTPField.Name(rawName), let value = reader.data() else { return nil }
            fields.append(HTTPField(name: name, value: value))
        }
        guard let preparedHead = reader.data() else { return nil }
        return DiskEntryHead(
            identity, facts, HTTPResponse.Status(code: Int(code), reasonPhrase: phrase), fields, isEdgeCompressed, Array(preparedHead),
            scope, ShortDigest(table))
    }

    /// The response with content that is at hand.
    func response(_ body: CachedBody) -> CachedResponse {
        CachedResponse(
            identity: identity, facts: facts, status: status, fields: fields, body: body, isEdgeCompressed: isEdgeCompressed,
            preparedHead: ByteBuffer(bytes: preparedHead))
    }
}
