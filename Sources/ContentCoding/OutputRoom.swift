// The room a library writes its output into, kept for the life of a stream: no buffer is cleared or allocated per call,
// and the caller's array grows by exactly what came out.

/// A fixed piece of memory that output passes through.
struct OutputRoom: ~Copyable {
    /// Bytes of output that one step of a library can produce.
    static let stepBytes = 16 * 1024

    private let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: stepBytes)

    deinit { memory.deallocate() }

    /// Appends to `output` what `body` writes into at most `count` bytes; `body` returns the bytes written and an answer.
    func append<Answer>(
        to output: inout [UInt8], atMost count: Int = stepBytes,
        _ body: (UnsafeMutableBufferPointer<UInt8>) -> (written: Int, answer: Answer)
    ) -> Answer {
        let room = UnsafeMutableBufferPointer(rebasing: memory[..<count])
        let (written, answer) = body(room)
        output.append(contentsOf: UnsafeBufferPointer(rebasing: room[..<written]))
        return answer
    }
}
