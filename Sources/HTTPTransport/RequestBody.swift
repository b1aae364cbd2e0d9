package import ByteStreaming

/// A request's content: a stream that fails with `ExchangeError` when the client breaks it off.
package typealias RequestBody = ByteStream<ExchangeError>
