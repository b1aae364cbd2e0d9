// Which lines of an access log are requests for a simulation, and how large their objects are. GETs that brought an
// object count: 200 and 203, and also 206 and 304, which ask for the same object and tell its size only indirectly. Their
// size is the last one known. Errors, other methods and redirects are left out.

/// The rules that all access logs share.
struct AccessLogRules: Sendable {
    /// Objects whose size is remembered.
    private static let objectsMax = 1 << 24

    private var sizes: [UInt64: Int] = [:]

    /// - Parameters:
    ///   - contentBytes: the content that this response carried, if the log says.
    ///   - objectBytes: the whole object's size, if the log says.
    mutating func line(
        time: Int64, method: ArraySlice<UInt8>, status: ArraySlice<UInt8>, object: UInt64, contentBytes: Int?, objectBytes: Int? = nil
    ) -> TraceLine {
        guard method.elementsEqual("GET".utf8) else { return .skipped(.method) }
        let isWhole = status.elementsEqual("200".utf8) || status.elementsEqual("203".utf8)
        guard isWhole || status.elementsEqual("206".utf8) || status.elementsEqual("304".utf8) else { return .skipped(.status) }
        guard let bytes = objectBytes ?? (isWhole ? contentBytes : nil) ?? sizes[object] else { return .skipped(.sizeUnknown) }
        if sizes.count < Self.objectsMax || sizes[object] != nil { sizes[object] = bytes }
        return .request(TraceRequest(time: time, object: object, bytes: bytes))
    }
}
