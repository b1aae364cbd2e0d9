import ObjectStorage

/// Where the bytes of an object or part are: nowhere, in the index, or in pieces of files.
enum Content: Sendable, Hashable {
    case empty
    /// A row of the table `inline`.
    case inline(id: Int64)
    case files([Piece])

    /// Bytes `offset ..< offset + length` of the file with number `id`.
    struct Piece: Sendable, Hashable {
        var id: Int64
        var offset: Int64
        var length: Int64
    }

    var record: [UInt8] {
        var writer = RecordWriter()
        switch self {
        case .empty: writer.number(0)
        case .inline(let id):
            writer.number(1)
            writer.number(id)
        case .files(let pieces):
            writer.number(2)
            writer.number(pieces.count)
            for piece in pieces {
                writer.number(piece.id)
                writer.number(piece.offset)
                writer.number(piece.length)
            }
        }
        return writer.bytes
    }

    init(record: [UInt8]) throws(ObjectStoreError) {
        var reader = try RecordReader(record, what: "content")
        switch try reader.number(UInt8.self) {
        case 0: self = .empty
        case 1: self = .inline(id: try reader.number())
        case 2:
            var pieces: [Piece] = []
            for _ in 0..<(try reader.number(UInt32.self)) {
                pieces.append(Piece(id: try reader.number(), offset: try reader.number(), length: try reader.number()))
            }
            self = .files(pieces)
        default: throw .damaged("content: unknown kind")
        }
    }

    var pieces: [Piece] {
        if case .files(let pieces) = self { return pieces }
        return []
    }
}

extension [Content.Piece] {
    /// The pieces that make up `range` of the whole, cut to it.
    func cut(_ range: Range<Int64>) -> [Content.Piece] {
        var cut: [Content.Piece] = []
        var start: Int64 = 0
        for piece in self {
            if start >= range.upperBound { break }
            let low = Swift.max(range.lowerBound - start, 0)
            let high = Swift.min(range.upperBound - start, piece.length)
            if low < high { cut.append(Content.Piece(id: piece.id, offset: piece.offset + low, length: high - low)) }
            start += piece.length
        }
        return cut
    }
}
