// One line of any trace. Formats differ in what they say; what a cache's hit ratio depends on is the same four facts.

/// A request in a trace.
package struct TraceRequest: Hashable, Sendable {
    /// Seconds, from whatever start the trace has; never less than the request's before.
    package var time: Int64
    /// The object: a number of the trace, or a hash of its name.
    package var object: UInt64
    /// The object's size in bytes.
    package var bytes: Int
    /// How long the object may be used from this request on, in seconds; nil when the trace does not say.
    package var ttlSeconds: Int32?

    package init(time: Int64, object: UInt64, bytes: Int, ttlSeconds: Int32? = nil) {
        (self.time, self.object, self.bytes, self.ttlSeconds) = (time, object, bytes, ttlSeconds)
    }
}
