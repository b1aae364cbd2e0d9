import Testing

extension EndToEnd {
    /// Many viewers, one fetch; and what becomes of them when the fetch goes wrong.
    @Suite struct CollapsingTests {
        private func edge(_ place: Workplace, _ origin: ScriptedOrigin, readTimeout: Int = 10) throws -> Edge {
            var site = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
            site.readTimeoutSeconds = readTimeout
            return try place.startEdge(EdgeConfigurationText(site))
        }

        @Test func `twenty concurrent misses are one origin request, streamed to all while it fills`() throws {
            try Workplace.with { place in
                let gate = Gate()
                let first = String(repeating: "a", count: 1000)
                let second = String(repeating: "b", count: 1000)
                let origin = try ScriptedOrigin(place) { _ in
                    .announcing(2000, then: [.bytes(Array(first.utf8)), .wait(gate), .bytes(Array(second.utf8))])
                }
                let edge = try edge(place, origin)
                let begun = Watched(0)
                let results = Watched<[Int: (text: String, cache: String?)]>([:])
                let watcher = try concurrentlyStarted(20) { index in
                    let connection = try HTTPConnection(port: edge.http)
                    try connection.send("GET", "/big", host: "site.test")
                    let (response, _) = try connection.head()
                    let early = try connection.bodyBytes(atLeast: 1000)
                    begun.change { $0 += 1 }
                    let late = try connection.bodyBytes(atLeast: 2000 - early.count)
                    results.change { $0[index] = (String(decoding: early + late, as: UTF8.self), response.cacheResult) }
                }
                // Everyone has the first half while the origin still holds the second back.
                #expect(begun.wait(seconds: 20) { $0 == 20 ? true : nil } == true, "only \(begun.current) saw the first half")
                #expect(results.current.isEmpty)
                gate.open()
                let errors = try watcher()
                #expect(errors == [])
                let all = results.current.values
                #expect(all.count == 20)
                #expect(all.allSatisfy { $0.text == first + second })
                #expect(all.count { $0.cache == "Miss" } == 1)
                #expect(all.count { $0.cache == "Hit" } == 19)
                #expect(origin.requests.count == 1)
                #expect(try edge.fetch("GET", "/big").cacheResult == "Hit")
            }
        }

        @Test func `a viewer that leaves does not take the fetch from the others`() throws {
            try Workplace.with { place in
                let gate = Gate()
                let origin = try ScriptedOrigin(place) { _ in
                    .announcing(10, then: [.bytes(Array("01234".utf8)), .wait(gate), .bytes(Array("56789".utf8))])
                }
                let edge = try edge(place, origin)
                var leader: HTTPConnection? = try HTTPConnection(port: edge.http)
                try leader?.send("GET", "/a", host: "site.test")
                _ = try leader?.head()
                _ = try leader?.bodyBytes(atLeast: 5)
                let waiter = try HTTPConnection(port: edge.http)
                try waiter.send("GET", "/a", host: "site.test")
                _ = try waiter.head()
                var received = try waiter.bodyBytes(atLeast: 5)
                leader?.socket.resetOnClose()
                leader = nil
                gate.open()
                received += try waiter.bodyBytes(atLeast: 10 - received.count)
                #expect(String(decoding: received, as: UTF8.self) == "0123456789")
                #expect(origin.requests.count == 1)
            }
        }

        @Test func `waiters of a silent origin all get 504, and the next request is a new try`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { $0.path == "/a" && $0.earlier == 0 ? .silence : .whole(200, [:], "now") }
                var site = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
                site.readTimeoutSeconds = 1
                site.errorPages = [.init(code: 504, minTTL: 0)]
                let edge = try place.startEdge(EdgeConfigurationText(site))
                let statuses = try concurrently(5) { _ in (try? edge.fetch("GET", "/a").status) ?? 0 }
                // A retry within the same fetch may already find the origin awake.
                #expect(Set(statuses).isSubset(of: [200, 504]), "\(statuses)")
                #expect(Set(statuses).count == 1, "\(statuses)")
                let next = try edge.fetch("GET", "/a")
                #expect(next.status == 200)
                #expect(next.text == "now")
            }
        }

        @Test func `waiters of a fetch that breaks see the break, and nothing of it is stored`() throws {
            try Workplace.with { place in
                let gate = Gate()
                let origin = try ScriptedOrigin(place) { request in
                    request.earlier == 0
                        ? .announcing(10, then: [.bytes(Array("01234".utf8)), .wait(gate), .hangUp]) : .whole(200, [:], "0123456789")
                }
                let edge = try edge(place, origin)
                let begun = Watched(0)
                let broken = Watched(0)
                let watcher = try concurrentlyStarted(4) { _ in
                    let connection = try HTTPConnection(port: edge.http)
                    try connection.send("GET", "/a", host: "site.test")
                    _ = try connection.head()
                    let early = try connection.bodyBytes(atLeast: 5)
                    begun.change { $0 += 1 }
                    if try early.count + connection.rest().count == 5 { broken.change { $0 += 1 } }
                }
                #expect(begun.wait(seconds: 20) { $0 == 4 ? true : nil } == true)
                gate.open()
                #expect(try watcher() == [])
                #expect(broken.current == 4)
                let next = try edge.fetch("GET", "/a")
                #expect(next.cacheResult == "Miss")
                #expect(next.text == "0123456789")
                #expect(try edge.fetch("GET", "/a").cacheResult == "Hit")
            }
        }

        /// Starts threads and gives a function that waits for all of them and names what they threw.
        private func concurrentlyStarted(
            _ count: Int, _ body: @escaping @Sendable (Int) throws -> Void
        ) throws -> () throws -> [String] {
            let ended = Watched<[String?]>([])
            for index in 0..<count {
                startThread {
                    var message: String?
                    do { try body(index) } catch { message = "\(error)" }
                    ended.change { $0.append(message) }
                }
            }
            return {
                guard let all = ended.wait(seconds: 30, until: { $0.count == count ? $0 : nil }) else {
                    throw HarnessError("only \(ended.current.count) of \(count) ended")
                }
                return all.compactMap { $0 }
            }
        }
    }
}
