// What is wrong with a trace, and where. What was read before the error stands; the caller marks it as part of a trace.

/// A trace that cannot be read on.
package struct TraceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where it stands in the uncompressed trace.
    package enum Place: Hashable, Sendable {
        /// From 1.
        case line(Int)
        /// From 0.
        case byte(Int)
    }

    package enum Reason: Hashable, Sendable {
        case lineTooLong(bytesMax: Int)
        case fieldMissing(String, has: Int, wants: Int)
        case notANumber(field: String, text: String)
        case outOfRange(field: String, text: String, max: Int)
        case notATime(text: String)
        case cutShort(bytes: Int, recordBytes: Int)
        /// An oracleGeneral record that says its object was next asked for in the past.
        case nextRequestInThePast(next: Int64, position: Int)
        case columnMissing(String, known: [String])
        case unterminatedQuote
        case noHeader(String)
        case formatUnknown
        case isEmpty
    }

    package var place: Place
    package var reason: Reason

    package init(_ place: Place, _ reason: Reason) {
        self.place = place
        self.reason = reason
    }

    package var description: String {
        switch place {
        case .line(let line): "line \(line): \(explanation)"
        case .byte(let byte): "byte \(byte): \(explanation)"
        }
    }

    private var explanation: String {
        switch reason {
        case .lineTooLong(let max): "the line is longer than \(max) bytes"
        case .fieldMissing(let name, let has, let wants): "\(name) is missing: \(has) fields where \(wants) are expected"
        case .notANumber(let field, let text): "\(field) is no whole number: \(text.debugDescription)"
        case .outOfRange(let field, let text, let max): "\(field) is not between 0 and \(max): \(text.debugDescription)"
        case .notATime(let text): "no date and time: \(text.debugDescription)"
        case .cutShort(let bytes, let recordBytes): "the file ends \(bytes) bytes into a record of \(recordBytes)"
        case .nextRequestInThePast(let next, let position):
            "request \(position) says that its object is asked for next at request \(next): this is no oracleGeneral trace, or not from its start"
        case .columnMissing(let column, let known): "no column for the \(column) among \(known.joined(separator: ", "))"
        case .unterminatedQuote: "a quote is not closed on its line"
        case .noHeader(let expected): "no header line: \(expected)"
        case .formatUnknown: "the content looks like no known format; name it with --format"
        case .isEmpty: "there is nothing in it"
        }
    }
}
