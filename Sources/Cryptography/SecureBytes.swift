// Comparing secrets without a timing signal, and drawing bytes nobody can predict.

import COpenSSL

/// Whether two byte strings are equal, in time that depends only on their lengths.
package func constantTimeEqual(_ a: some Collection<UInt8>, _ b: some Collection<UInt8>) -> Bool {
    withContiguousBytes(a) { a in
        withContiguousBytes(b) { b in
            guard a.count == b.count else { return false }
            guard let left = a.baseAddress, let right = b.baseAddress else { return true }
            return CRYPTO_memcmp(left, right, a.count) == 0
        }
    }
}

/// Bytes from libcrypto's seeded generator, fit for keys, tokens and identifiers.
///
/// The operating system seeds the generator; it stops the process rather than answer with predictable bytes.
package func secureRandomBytes(_ count: Int) -> [UInt8] {
    precondition(count >= 0 && count <= Int(Int32.max), "a count libcrypto can take")
    return [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
        if count > 0 {
            precondition(RAND_bytes(output.baseAddress, Int32(count)) == 1, "libcrypto's generator is seeded")
        }
        initialized = count
    }
}
