// Bounds on what one HTTP/2 connection may ask for. Frames that make work and carry nothing are counted over a period; a client that
// sends more of a kind gets GOAWAY with ENHANCE_YOUR_CALM and loses its connection.

package import NIOCore

/// What one HTTP/2 connection is granted, beside `TransportLimits`.
package struct HTTP2Limits: Sendable, Hashable {
    /// Requests under way at a time; announced as SETTINGS_MAX_CONCURRENT_STREAMS, and more are refused.
    package var concurrentStreamsMax = 128
    /// Request content a stream may have sent that the service has not taken yet, in bytes.
    package var streamWindowBytes = 256 * 1024
    /// The same for all streams of a connection together, in bytes.
    package var connectionWindowBytes = 1024 * 1024
    /// Response content that waits for the client, of all streams of a connection together, in bytes; beyond it each stream has
    /// what its service last handed over.
    package var unsentBytesMax = 1024 * 1024
    /// Over which frames are counted.
    package var period = TimeAmount.seconds(10)
    /// Streams that the client resets, or makes us reset by breaking the rules, in a period (CVE-2023-44487, CVE-2025-8671).
    package var resetsMax = 200
    /// SETTINGS frames in a period (CVE-2019-9515).
    package var settingsMax = 20
    /// PING frames in a period (CVE-2019-9512).
    package var pingsMax = 100
    /// PRIORITY and PRIORITY_UPDATE frames in a period.
    package var prioritiesMax = 1_000
    /// WINDOW_UPDATE frames in a period, beyond those that answer content.
    package var windowUpdatesMax = 2_000
    /// Frames without content that end nothing in a period (CVE-2019-9518).
    package var emptyFramesMax = 50
    /// Frames of unknown kinds in a period; GOAWAY counts as one.
    package var unknownFramesMax = 100
    /// CONTINUATION frames in one header section (CVE-2024-27316).
    package var continuationsMax = 8

    package init() {}
}
