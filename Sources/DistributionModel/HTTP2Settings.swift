// What one HTTP/2 connection of a viewer may ask for: the settings, the value, and its reader.

import ConfigurationReading

extension EdgeSettings {
    /// Frames are counted over ten seconds; a viewer that goes beyond loses its connection (GOAWAY, ENHANCE_YOUR_CALM).
    static let http2: [Setting] = [
        Setting("limits.http2", .section, .byDefault(""), "What one HTTP/2 connection may ask for. Frames are counted over ten seconds."),
        Setting(
            "limits.http2.max_concurrent_streams", .integer(1...10_000), .byDefault("128"), "Requests under way at a time; more are refused."),
        Setting(
            "limits.http2.stream_window", .bytes(64 << 10...16 << 20), .byDefault("256KiB"),
            "Request content of one stream that is taken in before the origin has it."),
        Setting(
            "limits.http2.connection_window", .bytes(64 << 10...64 << 20), .byDefault("1MiB"), "The same for all streams of a connection."),
        Setting(
            "limits.http2.unsent", .bytes(64 << 10...64 << 20), .byDefault("1MiB"),
            "Response content of all streams of a connection that waits for the viewer to make room. A stream of which nothing waits may hand over one piece more, of at most 256 KiB."),
        Setting(
            "limits.http2.max_resets", .integer(1...1_000_000), .byDefault("200"),
            "Streams reset by the viewer, or because it broke the protocol or opened more than it may (rapid reset)."),
        Setting("limits.http2.max_settings_frames", .integer(1...1_000_000), .byDefault("20"), "SETTINGS frames."),
        Setting("limits.http2.max_ping_frames", .integer(1...1_000_000), .byDefault("100"), "PING frames."),
        Setting("limits.http2.max_priority_frames", .integer(1...1_000_000), .byDefault("1000"), "PRIORITY and PRIORITY_UPDATE frames."),
        Setting(
            "limits.http2.max_window_updates", .integer(1...1_000_000), .byDefault("2000"),
            "WINDOW_UPDATE frames, those that answer content left out."),
        Setting("limits.http2.max_empty_frames", .integer(0...1_000_000), .byDefault("50"), "DATA, HEADERS and CONTINUATION frames with nothing in them."),
        Setting("limits.http2.max_unknown_frames", .integer(0...1_000_000), .byDefault("100"), "Frames of unknown kinds."),
        Setting("limits.http2.max_continuation_frames", .integer(0...1_000), .byDefault("8"), "CONTINUATION frames in one header section."),
    ]
}

extension EdgeConfiguration {
    /// Bounds on one HTTP/2 connection; counts of frames are over ten seconds.
    package struct HTTP2Limits: Sendable, Hashable {
        package var concurrentStreamsMax = 128
        /// Bytes.
        package var streamWindow = 256 << 10
        /// Bytes.
        package var connectionWindow = 1 << 20
        /// Bytes.
        package var unsent = 1 << 20
        package var resetsMax = 200
        package var settingsFramesMax = 20
        package var pingFramesMax = 100
        package var priorityFramesMax = 1_000
        package var windowUpdatesMax = 2_000
        package var emptyFramesMax = 50
        package var unknownFramesMax = 100
        /// In one header section.
        package var continuationFramesMax = 8

        package init() {}

        static func read(_ section: ConfigurationSection) -> HTTP2Limits {
            var limits = HTTP2Limits()
            func read(_ key: String, _ field: WritableKeyPath<HTTP2Limits, Int>) {
                if let value = section.integer(key) { limits[keyPath: field] = value }
            }
            read("max_concurrent_streams", \.concurrentStreamsMax)
            if let bytes = section.bytes("stream_window") { limits.streamWindow = bytes }
            if let bytes = section.bytes("connection_window") { limits.connectionWindow = bytes }
            if let bytes = section.bytes("unsent") { limits.unsent = bytes }
            read("max_resets", \.resetsMax)
            read("max_settings_frames", \.settingsFramesMax)
            read("max_ping_frames", \.pingFramesMax)
            read("max_priority_frames", \.priorityFramesMax)
            read("max_window_updates", \.windowUpdatesMax)
            read("max_empty_frames", \.emptyFramesMax)
            read("max_unknown_frames", \.unknownFramesMax)
            read("max_continuation_frames", \.continuationFramesMax)
            section.finish()
            return limits
        }
    }
}
