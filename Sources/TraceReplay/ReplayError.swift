// What can keep a replay from starting, and what cuts a trace short.

package import ContentCoding
package import TraceFormats

/// A trace file or an argument that is no use.
package enum ReplayError: Error, Hashable, Sendable, CustomStringConvertible {
    case cannotRead(path: String, reason: String)
    case compression(path: String, ContentCodingError)
    case trace(path: String, TraceError)
    case nothingToReplay(path: String, skipped: String)
    case tooManyRequests(max: Int)
    case badSize(text: String)
    case unknownPolicy(text: String, known: [String])

    package var description: String {
        switch self {
        case .cannotRead(let path, let reason): "\(path): \(reason)"
        case .compression(let path, let error): "\(path): \(error)"
        case .trace(let path, let error): "\(path), \(error)"
        case .nothingToReplay(let path, let skipped): "\(path): no request in it can be replayed\(skipped.isEmpty ? "" : " (\(skipped))")"
        case .tooManyRequests(let max): "the trace has more than \(max) requests, which is all that fits in memory"
        case .badSize(let text): "\(text): expected a size such as 100MB, or a share of the working set such as 1%"
        case .unknownPolicy(let text, let known): "\(text): no such policy; there are \(known.joined(separator: ", "))"
        }
    }
}
