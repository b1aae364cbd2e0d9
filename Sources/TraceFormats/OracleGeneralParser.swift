// libCacheSim's oracleGeneral: packed little-endian records of 24 bytes. Seconds (32 bits), object (64), size (32), and the
// index of the object's next request (64, signed; negative or the largest value for none). The last is redundant; it
// serves to notice that a file is something else.

struct OracleGeneralParser: Sendable {
    static let recordBytes = 24

    private var pending: [UInt8] = []
    private var records = 0

    mutating func read(_ piece: ArraySlice<UInt8>, into requests: inout [TraceRequest]) throws(TraceError) {
        var rest = piece
        if !pending.isEmpty {
            let wanted = Self.recordBytes - pending.count
            pending += rest.prefix(wanted)
            rest = rest.dropFirst(wanted)
            guard pending.count == Self.recordBytes else { return }
            try parse(pending[...], into: &requests)
            pending = []
        }
        let whole = rest.count / Self.recordBytes * Self.recordBytes
        try parse(rest.prefix(whole), into: &requests)
        pending = Array(rest.dropFirst(whole))
    }

    func finish() throws(TraceError) {
        guard pending.isEmpty else {
            throw TraceError(.byte(records * Self.recordBytes), .cutShort(bytes: pending.count, recordBytes: Self.recordBytes))
        }
    }

    private mutating func parse(_ bytes: ArraySlice<UInt8>, into requests: inout [TraceRequest]) throws(TraceError) {
        let count = bytes.count / Self.recordBytes
        requests.reserveCapacity(requests.count + count)
        let failed: Int64? = bytes.withUnsafeBytes { bytes in
            for record in 0..<count {
                let start = record * Self.recordBytes
                let time = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self))
                let object = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start + 4, as: UInt64.self))
                let size = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: start + 12, as: UInt32.self))
                let next = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: start + 16, as: Int64.self))
                guard next < 0 || next >= records else { return next }
                requests.append(TraceRequest(time: Int64(time), object: object, bytes: Int(size)))
                records += 1
            }
            return nil
        }
        if let failed {
            throw TraceError(.byte(records * Self.recordBytes), .nextRequestInThePast(next: failed, position: records))
        }
    }
}
