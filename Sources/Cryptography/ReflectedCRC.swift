// Cyclic redundancy checks in the reflected form the S3 checksums share: initial value and final inversion all ones,
// least significant bit first. The three polynomials are values; the arithmetic is written once.
//
// Slice-by-16: sixteen 256-entry tables let one step consume sixteen bytes with independent loads. Joining the checks
// of two neighbouring parts is multiplication by a power of x modulo the polynomial, as multipart objects need it.

/// A reflected CRC's register width and polynomial, with its lookup tables.
///
/// Unchecked `Sendable`: the tables are written before the initialiser returns, never again, and never freed (one
/// value per polynomial lives as long as the process).
struct ReflectedCRC<Register: FixedWidthInteger & UnsignedInteger & Sendable>: @unchecked Sendable {
    let polynomial: Register
    private let tables: UnsafePointer<Register>

    /// - Parameter polynomial: bit-reversed, without its leading term.
    init(polynomial: Register) {
        self.polynomial = polynomial
        let tables = UnsafeMutablePointer<Register>.allocate(capacity: 16 * 256)
        for byte in 0..<256 {
            var register = Register(byte)
            for _ in 0..<8 { register = register >> 1 ^ (register & 1 == 1 ? polynomial : 0) }
            tables[byte] = register
        }
        for slice in 1..<16 {
            for byte in 0..<256 {
                let shorter = tables[(slice - 1) * 256 + byte]
                tables[slice * 256 + byte] = shorter >> 8 ^ tables[Int(truncatingIfNeeded: shorter & 0xFF)]
            }
        }
        self.tables = UnsafePointer(tables)
    }

    /// The check of the bytes before followed by `bytes`. Cost: about one table load a byte.
    @inline(__always)
    func extending(_ check: Register, with bytes: UnsafeRawBufferPointer) -> Register {
        guard var next = bytes.baseAddress else { return check }
        let tables = tables
        var left = bytes.count
        var register = ~check
        while left >= 16 {
            let low = UInt64(littleEndian: next.loadUnaligned(as: UInt64.self)) ^ UInt64(register)
            let high = UInt64(littleEndian: next.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            let first = tables[15 &* 256 &+ index(low, 0)] ^ tables[14 &* 256 &+ index(low, 8)]
            let second = tables[13 &* 256 &+ index(low, 16)] ^ tables[12 &* 256 &+ index(low, 24)]
            let third = tables[11 &* 256 &+ index(low, 32)] ^ tables[10 &* 256 &+ index(low, 40)]
            let fourth = tables[9 &* 256 &+ index(low, 48)] ^ tables[8 &* 256 &+ index(low, 56)]
            let fifth = tables[7 &* 256 &+ index(high, 0)] ^ tables[6 &* 256 &+ index(high, 8)]
            let sixth = tables[5 &* 256 &+ index(high, 16)] ^ tables[4 &* 256 &+ index(high, 24)]
            let seventh = tables[3 &* 256 &+ index(high, 32)] ^ tables[2 &* 256 &+ index(high, 40)]
            let eighth = tables[256 &+ index(high, 48)] ^ tables[index(high, 56)]
            register = (first ^ second) ^ (third ^ fourth) ^ (fifth ^ sixth) ^ (seventh ^ eighth)
            next += 16
            left &-= 16
        }
        while left > 0 {
            let byte = next.load(as: UInt8.self)
            register = register >> 8 ^ tables[Int(truncatingIfNeeded: register & 0xFF) ^ Int(byte)]
            next += 1
            left &-= 1
        }
        return ~register
    }

    @inline(__always)
    private func index(_ word: UInt64, _ shift: UInt64) -> Int { Int(truncatingIfNeeded: word &>> shift & 0xFF) }

    /// The check of two byte strings one after the other, from their checks and the second's length in bytes.
    ///
    /// Cost: one polynomial product per bit of the length.
    func joining(_ first: Register, _ second: Register, secondByteCount: UInt64) -> Register {
        var shifted = first
        var power = squared(squared(squared(monomial(1))))  // x^8: one byte
        var left = secondByteCount
        while left > 0 {
            if left & 1 == 1 { shifted = product(shifted, power) }
            power = squared(power)
            left >>= 1
        }
        return shifted ^ second
    }

    /// x to the given power, in reflected order the highest bit is x^0.
    private func monomial(_ exponent: Int) -> Register { 1 << Register(Register.bitWidth - 1 - exponent) }

    private func squared(_ a: Register) -> Register { product(a, a) }

    /// The product of two polynomials modulo ours.
    private func product(_ a: Register, _ b: Register) -> Register {
        var sum: Register = 0
        var shifted = b
        var bit = monomial(0)
        while bit != 0 {
            if a & bit != 0 { sum ^= shifted }
            shifted = shifted >> 1 ^ (shifted & 1 == 1 ? polynomial : 0)
            bit >>= 1
        }
        return sum
    }
}

enum CRCTables {
    static let crc32 = ReflectedCRC<UInt32>(polynomial: 0xEDB8_8320)
    static let crc32c = ReflectedCRC<UInt32>(polynomial: 0x82F6_3B78)
    static let crc64NVME = ReflectedCRC<UInt64>(polynomial: 0x9A6C_9329_AC4B_C9B5)
}
