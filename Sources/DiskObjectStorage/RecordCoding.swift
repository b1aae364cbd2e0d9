import ObjectStorage

/// The binary form of small values inside index rows: unsigned numbers as base-128 varints, text and bytes with their
/// length in front. Every record starts with its format number, so that a later format can be told apart.
struct RecordWriter {
    private(set) var bytes: [UInt8]

    init(format: UInt8 = 1) { bytes = [format] }

    mutating func number(_ value: some BinaryInteger) {
        var rest = UInt64(value)
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func bytes(_ value: some Collection<UInt8>) {
        number(value.count)
        bytes += value
    }

    mutating func text(_ value: String) { bytes(value.utf8) }

    /// 0 for nil, else 1 and the text.
    mutating func optional(_ value: String?) {
        number(value == nil ? 0 : 1)
        if let value { text(value) }
    }
}

/// Reads what `RecordWriter` wrote; a record that ends early or has another format throws `.damaged`.
struct RecordReader {
    private let record: [UInt8]
    private var at = 1
    private let what: String

    init(_ bytes: [UInt8], what: String, format: UInt8 = 1) throws(ObjectStoreError) {
        record = bytes
        self.what = what
        guard bytes.first == format else { throw .damaged("\(what): unknown record format") }
    }

    var isAtEnd: Bool { at >= record.count }

    mutating func number<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(ObjectStoreError) -> Value {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while at < record.count, shift < 64 {
            let byte = record[at]
            at += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                guard let value = Value(exactly: value) else { break }
                return value
            }
            shift += 7
        }
        throw .damaged("\(what): a number is cut off or out of range")
    }

    mutating func bytes() throws(ObjectStoreError) -> ArraySlice<UInt8> {
        let count = try number(Int.self)
        guard count <= record.count - at else { throw .damaged("\(what): a field is cut off") }
        defer { at += count }
        return record[at..<(at + count)]
    }

    mutating func text() throws(ObjectStoreError) -> String { String(decoding: try bytes(), as: UTF8.self) }

    mutating func optional() throws(ObjectStoreError) -> String? {
        try number(UInt8.self) == 0 ? nil : try text()
    }
}
