import Glibc
import NIOCore
import Testing

@testable import OriginFetch

@Suite struct ConnectFailureTests {
    @Test(arguments: [
        (ECONNREFUSED, "connection refused by 127.0.0.1:9000"),
        (ECONNRESET, "connection reset by 127.0.0.1:9000"),
        (ETIMEDOUT, "no connection to 127.0.0.1:9000 within the system's time"),
        (ENETUNREACH, "no route to 127.0.0.1:9000"),
        (EHOSTUNREACH, "no route to 127.0.0.1:9000"),
        (EACCES, "Permission denied (127.0.0.1:9000)"),
    ])
    func `a system error is told in one clear text`(code: Int32, text: String) {
        #expect(ConnectFailure.text(IOError(errnoCode: code, reason: "connection reset (error set)"), peer: "127.0.0.1:9000") == text)
    }

    @Test func `addresses are written as people write them`() throws {
        #expect(ConnectFailure.name(try SocketAddress(ipAddress: "127.0.0.1", port: 9)) == "127.0.0.1:9")
        #expect(ConnectFailure.name(try SocketAddress(ipAddress: "::1", port: 9)) == "[::1]:9")
        #expect(ConnectFailure.text(ChannelError.connectTimeout(.milliseconds(1_500)), peer: "a:1") == "no connection to a:1 within 1.5 seconds")
    }
}
