// Counts the frames of one connection by kind. It reads no clock and no socket: frames and the time come in, a reason to end the
// connection comes out.

import NIOCore

/// A frame's header (RFC 9113 section 4.1).
struct HTTP2FrameHeader: Equatable {
    static let byteCount = 9

    var length: Int
    var type: UInt8
    var flags: UInt8
    var streamID: UInt32

    static let endStream: UInt8 = 0x1
    static let ack: UInt8 = 0x1
    static let endHeaders: UInt8 = 0x4

    enum Kind: UInt8 {
        case data = 0x0
        case headers = 0x1
        case priority = 0x2
        case resetStream = 0x3
        case settings = 0x4
        case pushPromise = 0x5
        case ping = 0x6
        case goAway = 0x7
        case windowUpdate = 0x8
        case continuation = 0x9
        case priorityUpdate = 0x10
    }

    /// Nil for kinds of frame that nobody here knows.
    var kind: Kind? { Kind(rawValue: type) }
}

/// What is left to one connection of `HTTP2Limits`.
struct HTTP2FrameBudget {
    /// WINDOW_UPDATE frames that each DATA frame sent excuses: one for the stream, one for the connection, and their like.
    private static let windowUpdatesPerData = 4

    private static let dataBytesMin = 256

    private let limits: HTTP2Limits
    private var periodStart: NIODeadline
    private var resets = 0
    private var settings = 0
    private var pings = 0
    private var priorities = 0
    private var windowUpdates = 0
    private var emptyFrames = 0
    private var unknownFrames = 0
    /// CONTINUATION frames of the header section under way.
    private var continuations = 0

    init(_ limits: HTTP2Limits, now: NIODeadline) {
        self.limits = limits
        periodStart = now
    }

    /// Counts a frame from the client; a reason when it is one too many.
    mutating func receive(_ frame: HTTP2FrameHeader, now: NIODeadline) -> String? {
        roll(now)
        switch frame.kind {
        case .data:
            guard frame.length == 0, frame.flags & HTTP2FrameHeader.endStream == 0 else { return nil }
            return over(&emptyFrames, limits.emptyFramesMax, "empty frames")
        case .headers:
            continuations = 0
            guard frame.length == 0 else { return nil }
            return over(&emptyFrames, limits.emptyFramesMax, "empty frames")
        case .continuation:
            continuations += 1
            if continuations > limits.continuationsMax { return "a header section in more than \(limits.continuationsMax) CONTINUATION frames" }
            guard frame.length == 0 else { return nil }
            return over(&emptyFrames, limits.emptyFramesMax, "empty frames")
        case .resetStream: return over(&resets, limits.resetsMax, "reset streams")
        case .settings: return over(&settings, limits.settingsMax, "SETTINGS frames")
        case .ping: return over(&pings, limits.pingsMax, "PING frames")
        case .priority, .priorityUpdate: return over(&priorities, limits.prioritiesMax, "PRIORITY frames")
        case .windowUpdate: return over(&windowUpdates, limits.windowUpdatesMax, "WINDOW_UPDATE frames")
        case .goAway, .pushPromise, nil: return over(&unknownFrames, limits.unknownFramesMax, "unknown frames")
        }
    }

    /// A stream was reset by us because the client broke a rule.
    mutating func causedReset(now: NIODeadline) -> String? {
        roll(now)
        return over(&resets, limits.resetsMax, "reset streams")
    }

    /// Content was sent, and is going to be answered with room for more; tiny pieces, which a tiny window makes, excuse nothing.
    mutating func sentData(bytes: Int) {
        if bytes >= Self.dataBytesMin { windowUpdates -= Self.windowUpdatesPerData }
    }

    private mutating func roll(_ now: NIODeadline) {
        guard now - periodStart >= limits.period else { return }
        periodStart = now
        (resets, settings, pings, priorities, windowUpdates, emptyFrames, unknownFrames) = (0, 0, 0, 0, 0, 0, 0)
    }

    private func over(_ count: inout Int, _ max: Int, _ what: String) -> String? {
        count += 1
        return count > max ? "more than \(max) \(what) in \(limits.period.nanoseconds / 1_000_000_000) seconds" : nil
    }
}
