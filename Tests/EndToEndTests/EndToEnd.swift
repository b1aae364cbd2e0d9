import Testing

/// The tests of whole processes, one after another: each starts servers and clients of its own and has the machine to itself.
@Suite(.serialized) enum EndToEnd {}
