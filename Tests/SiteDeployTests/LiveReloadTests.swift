import Testing

@testable import SiteDeploy

@Suite struct LiveReloadPieceTests {
    @Test(arguments: [
        ("", "S"), ("<p>", "<p>S"), ("<body></body>", "<body>S</body>"), ("<body>a</body></html>\n", "<body>aS</body></html>\n"),
        ("<BODY></BoDy>", "<BODY>S</BoDy>"), ("a</body><!-- </body> -->", "a</body><!-- S</body> -->"), ("</bod", "</bodS"),
    ])
    func `the script stands before the last end of a body, or at the end`(page: String, expected: String) {
        let result = String(decoding: LiveReload.inserted(into: Array(page.utf8), version: "v"), as: UTF8.self)
        #expect(result == expected.split(separator: "S", omittingEmptySubsequences: false).joined(separator: "<script src=\"/.skerry/live.js?v=v\"></script>"))
    }

    @Test(arguments: [
        ("text/html", true), ("text/html; charset=utf-8", true), ("TEXT/HTML ;x", true), ("text/htmlx", false), ("application/xhtml+xml", false), ("", false),
    ])
    func `HTML alone takes a script`(type: String, expected: Bool) { #expect(LiveReload.takes(type, [0x61]) == expected) }

    @Test func `pages in UTF-16 and very long ones are left as they are`() {
        #expect(!LiveReload.takes("text/html", [0xFF, 0xFE, 0x3C, 0]))
        #expect(!LiveReload.takes("text/html", [0xFE, 0xFF, 0, 0x3C]))
        #expect(LiveReload.takes("text/html", [UInt8](repeating: 0x61, count: LiveReload.pageBytesMax)))
        #expect(!LiveReload.takes("text/html", [UInt8](repeating: 0x61, count: LiveReload.pageBytesMax + 1)))
    }

    @Test func `a listener gets the present version, then new ones, and the end`() async {
        let feed = VersionFeed()
        feed.publish("1")
        let stream = feed.listen()
        var iterator = stream?.makeAsyncIterator()
        #expect(await iterator?.next() == "1")
        feed.publish("1")
        feed.publish("2")
        #expect(await iterator?.next() == "2")
        feed.publish("3")
        feed.publish("4")
        #expect(await iterator?.next() == "4")
        feed.end()
        #expect(await iterator?.next() == nil)
        let late = feed.listen()
        var all: [String] = []
        if let late { for await version in late { all.append(version) } }
        #expect(all == ["4"])
    }

    @Test func `listeners are bounded, and make room when they leave`() {
        let feed = VersionFeed()
        var streams: [AsyncStream<String>] = []
        for _ in 0..<VersionFeed.listenersMax { if let stream = feed.listen() { streams.append(stream) } }
        #expect(streams.count == VersionFeed.listenersMax)
        #expect(feed.listen() == nil)
        streams.removeAll()
        #expect(feed.listen() != nil)
    }
}
