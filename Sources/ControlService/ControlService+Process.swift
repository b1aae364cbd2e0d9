// The operations of the control listener that are about the process: `/health/live`, `/health/ready`, `/reload` and `/clock`.

import HTTPSemantics
import HTTPTransport
import HTTPTypes
import Logging

extension ControlService {
    /// Nil when the path is none of these.
    func answerForProcess(_ head: RequestHead) async throws(ControlError) -> ControlAnswer? {
        let isRead = head.method == .get || head.method == .head
        switch (head.path, head.method) {
        case ("/health/live", _) where isRead: return .text(200, "live\n")
        case ("/health/ready", _) where isRead:
            let readiness = process?.readiness() ?? .ready
            return .text(readiness == .ready ? 200 : 503, readiness.rawValue + "\n")
        case ("/reload", .post):
            guard let process else { return nil }
            return await reload(process)
        case ("/clock", _) where isRead: return .clock(try clock())
        case ("/clock/advance", .post):
            let clock = try clock()
            guard let seconds = Self.seconds(head.query) else {
                throw .invalidArgument("The query is seconds=NUMBER, a whole number of seconds to move the clock forward.")
            }
            guard clock.advance(seconds) else { throw .invalidArgument("The clock can't be moved so far.") }
            logger.info("clock moved", metadata: ["seconds": "\(seconds)", "ahead": "\(clock.aheadSeconds())"])
            return .clock(clock)
        default: return nil
        }
    }

    private func reload(_ process: ProcessControls) async -> ControlAnswer {
        switch await process.reload() {
        case .inForce([]): .text(200, "the configuration is in force\n")
        case .inForce(let keys): .text(200, "the configuration is in force, except for changes under \(keys.joined(separator: ", ")), which need a restart\n")
        case .refused(let problems): .text(422, problems + "\n")
        }
    }

    private func clock() throws(ControlError) -> ProcessControls.Clock {
        guard let clock = process?.clock else { throw .accessDenied("The clock is real; clock: movable in edge.conf lets it be moved.") }
        return clock
    }

    private static func seconds(_ query: String?) -> Int64? {
        guard let query, query.hasPrefix("seconds=") else { return nil }
        let digits = query.dropFirst("seconds=".count)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(digits)
    }
}

extension ControlAnswer {
    static func text(_ status: Int, _ text: String) -> ControlAnswer {
        var answer = ControlAnswer(status: status, document: Array(text.utf8))
        answer.fields[.contentType] = "text/plain; charset=utf-8"
        return answer
    }

    fileprivate static func clock(_ clock: ProcessControls.Clock) -> ControlAnswer {
        var answer = ControlAnswer(
            status: 200, document: Array("{\"now\":\"\(clock.now().iso8601)\",\"ahead_seconds\":\(clock.aheadSeconds())}\n".utf8))
        answer.fields[.contentType] = "application/json"
        return answer
    }
}
