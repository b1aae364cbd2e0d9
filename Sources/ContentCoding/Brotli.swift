// Brotli over libbrotlienc and libbrotlidec (RFC 7932).

import CBrotli

/// The compressing side.
///
/// Unchecked Sendable: the one reference is private to a noncopyable `Compressor`, whose mutating calls exclude each
/// other, and the library keeps no state per thread.
final class BrotliEncoderStream: @unchecked Sendable {
    private let state: OpaquePointer
    private let room = OutputRoom()

    init(quality: Int, windowBits: Int, sizeHint: Int) throws(ContentCodingError) {
        guard let state = BrotliEncoderCreateInstance(nil, nil, nil) else { throw .outOfMemory }
        BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, UInt32(quality))
        BrotliEncoderSetParameter(state, BROTLI_PARAM_LGWIN, UInt32(windowBits))
        if sizeHint > 0 { BrotliEncoderSetParameter(state, BROTLI_PARAM_SIZE_HINT, UInt32(clamping: sizeHint)) }
        self.state = state
    }

    deinit { BrotliEncoderDestroyInstance(state) }

    func compress(
        _ input: UnsafeRawBufferPointer, into output: inout [UInt8], _ operation: Compressor.Operation
    ) throws(ContentCodingError) {
        var nextInput = input.bindMemory(to: UInt8.self).baseAddress
        var inputLeft = input.count
        repeat {
            let isFine = room.append(to: &output) { room in
                var nextOutput = room.baseAddress
                var roomLeft = room.count
                let isFine = BrotliEncoderCompressStream(
                    state, operation.brotli, &inputLeft, &nextInput, &roomLeft, &nextOutput, nil)
                return (room.count - roomLeft, isFine != 0)
            }
            guard isFine else { throw .library(code: 0) }
        } while inputLeft > 0 || BrotliEncoderHasMoreOutput(state) != 0
            || (operation == .finish && BrotliEncoderIsFinished(state) == 0)
    }
}

/// The decompressing side; see `BrotliEncoderStream` for why it may be sent.
final class BrotliDecoderStream: @unchecked Sendable {
    private let state: OpaquePointer
    private let room = OutputRoom()
    private var consumedTotal = 0
    private var isAtEnd = false

    init() throws(ContentCodingError) {
        guard let state = BrotliDecoderCreateInstance(nil, nil, nil) else { throw .outOfMemory }
        self.state = state
    }

    deinit { BrotliDecoderDestroyInstance(state) }

    func decompress(
        _ input: UnsafeRawBufferPointer, into output: inout [UInt8], atMost limit: Int
    ) throws(ContentCodingError) -> Decompressor.Progress {
        if isAtEnd {
            guard input.isEmpty else { throw .corrupt(inputOffset: consumedTotal) }
            return Decompressor.Progress(consumed: 0, mayHaveMore: false, isAtEnd: true)
        }
        var nextInput = input.bindMemory(to: UInt8.self).baseAddress
        var inputLeft = input.count
        var granted = limit
        var needsInput = false
        while granted > 0, !isAtEnd, !needsInput {
            let before = output.count
            let result = room.append(to: &output, atMost: min(granted, OutputRoom.stepBytes)) { room in
                var nextOutput = room.baseAddress
                var roomLeft = room.count
                let result = BrotliDecoderDecompressStream(state, &inputLeft, &nextInput, &roomLeft, &nextOutput, nil)
                return (room.count - roomLeft, result)
            }
            granted -= output.count - before
            switch result {
            case BROTLI_DECODER_RESULT_SUCCESS: isAtEnd = true
            case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT: needsInput = true
            case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT: break
            default: throw .corrupt(inputOffset: consumedTotal + input.count - inputLeft)
            }
        }
        let consumed = input.count - inputLeft
        consumedTotal += consumed
        if isAtEnd, inputLeft > 0 { throw .corrupt(inputOffset: consumedTotal) }
        return Decompressor.Progress(consumed: consumed, mayHaveMore: !isAtEnd && !needsInput, isAtEnd: isAtEnd)
    }
}

extension Compressor.Operation {
    fileprivate var brotli: BrotliEncoderOperation {
        switch self {
        case .process: BROTLI_OPERATION_PROCESS
        case .flush: BROTLI_OPERATION_FLUSH
        case .finish: BROTLI_OPERATION_FINISH
        }
    }
}
