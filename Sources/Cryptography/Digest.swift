// A digest computed over bytes as they pass, in constant memory.
//
// The state machine is libcrypto's EVP_MD_CTX. The value is noncopyable because two owners of one context would mix
// their bytes; `current()` answers from a duplicate where an intermediate value is wanted.

import COpenSSL

/// A running message digest.
///
/// Unchecked `Sendable`: the context is created here, never escapes, and noncopyability keeps it with one owner, so
/// moving the value between tasks moves the only reference.
package struct Digest: ~Copyable, @unchecked Sendable {
    package let algorithm: DigestAlgorithm
    private let context: OpaquePointer

    package init(_ algorithm: DigestAlgorithm) {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("libcrypto is out of memory") }
        self.algorithm = algorithm
        self.context = context
        reset()
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Forgets everything fed so far.
    package mutating func reset() {
        let done = EVP_DigestInit_ex2(context, algorithm.implementation.pointer, nil)
        precondition(done == 1, "libcrypto starts a digest it has fetched")
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 0 else { return }
        let done = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(done == 1, "libcrypto continues a digest it has started")
    }

    package mutating func update(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { update($0) }
    }

    package mutating func update(_ bytes: some Collection<UInt8>) {
        withContiguousBytes(bytes) { update($0) }
    }

    package mutating func update(_ text: some StringProtocol) {
        update(text.utf8)
    }

    /// The digest of everything fed, ending the computation.
    package consuming func finalize() -> [UInt8] {
        Self.result(of: context, algorithm)
    }

    /// The digest of everything fed so far, leaving the computation running. Cost: one context copy.
    package func current() -> [UInt8] {
        guard let copy = EVP_MD_CTX_new(), EVP_MD_CTX_copy_ex(copy, context) == 1 else {
            preconditionFailure("libcrypto is out of memory")
        }
        defer { EVP_MD_CTX_free(copy) }
        return Self.result(of: copy, algorithm)
    }

    private static func result(of context: OpaquePointer, _ algorithm: DigestAlgorithm) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: algorithm.byteCount) { output, count in
            let done = EVP_DigestFinal_ex(context, output.baseAddress, nil)
            precondition(done == 1, "libcrypto ends a digest it has started")
            count = algorithm.byteCount
        }
    }
}
