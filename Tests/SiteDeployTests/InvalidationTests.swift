import OriginFetch
import SiteDeploy
import Testing

@Suite struct InvalidationTests {
    private static func client(_ answers: [ScriptedFetcher.Answer]) -> (ControlClient, ScriptedFetcher) {
        let fetcher = ScriptedFetcher(answers)
        return (ControlClient(endpoint: OriginEndpoint(host: "127.0.0.1", port: 8081), fetcher: fetcher), fetcher)
    }

    private static func answer(_ status: String) -> String {
        "<Invalidation><Id>I1</Id><Status>\(status)</Status><InvalidationBatch/></Invalidation>"
    }

    @Test func `an invalidation is posted as the CloudFront API has it`() async throws {
        let (client, fetcher) = Self.client([.status(201, Self.answer("InProgress"))])
        let batch = InvalidationBatch(items: ["/a&b*", "#tag"], callerReference: "ref")
        let created = try await client.create(batch, distribution: "EONE")
        #expect(created == Invalidation(id: "I1", status: "InProgress"))
        #expect(fetcher.lines == ["POST /2020-05-31/distribution/EONE/invalidation"])
        #expect(
            fetcher.asked.first?.body == """
                <?xml version="1.0" encoding="UTF-8"?>
                <InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Paths><Quantity>2</Quantity><Items><Path>/a&amp;b*</Path><Path>#tag</Path></Items></Paths><CallerReference>ref</CallerReference></InvalidationBatch>
                """)
    }

    @Test func `waiting asks until it is completed`() async throws {
        let (client, fetcher) = Self.client([.status(200, Self.answer("InProgress")), .status(200, Self.answer("Completed"))])
        let waits = WaitLog()
        let done = try await client.untilCompleted(
            Invalidation(id: "I1", status: "InProgress"), distribution: "EONE", attemptsMax: 10
        ) { waits.append(.zero) }
        #expect(done.isCompleted)
        #expect(fetcher.lines == Array(repeating: "GET /2020-05-31/distribution/EONE/invalidation/I1", count: 2))
        #expect(waits.all.count == 2)
    }

    @Test func `waiting gives up after its attempts`() async throws {
        let (client, _) = Self.client(Array(repeating: .status(200, Self.answer("InProgress")), count: 5))
        let last = try await client.untilCompleted(
            Invalidation(id: "I1", status: "InProgress"), distribution: "E", attemptsMax: 3) {}
        #expect(!last.isCompleted)
    }

    @Test func `refusals, odd answers and silence are told apart`() async {
        let batch = InvalidationBatch(items: ["/"], callerReference: "r")
        let refused = Self.client([
            .status(404, "<ErrorResponse><Error><Code>NoSuchDistribution</Code><Message>None.</Message></Error></ErrorResponse>")
        ]).0
        await #expect(
            throws: SiteDeployError.refused(
                operation: "CreateInvalidation", status: 404, code: "NoSuchDistribution", message: "None.")
        ) { try await refused.create(batch, distribution: "E") }
        let odd = Self.client([.status(200, "hello")]).0
        await #expect(
            throws: SiteDeployError.refused(
                operation: "CreateInvalidation", status: 200, code: "", message: "the answer holds no invalidation")
        ) { try await odd.create(batch, distribution: "E") }
        let silent = Self.client([.failure(OriginError(.connect, origin: "o", detail: "refused"))]).0
        await #expect(
            throws: SiteDeployError.unreachable(
                operation: "CreateInvalidation", endpoint: "127.0.0.1:8081", reason: "refused")
        ) { try await silent.create(batch, distribution: "E") }
    }

    @Test(arguments: [
        ("/", nil), ("/*", nil), ("/img/*", nil), ("#tag", nil), ("img", "expected a path that starts with /, or a #tag"),
        ("", "expected a path that starts with /, or a #tag"), ("#", "expected a tag of 1 to 256 visible ASCII characters without a comma after #"),
        ("#a b", "expected a tag of 1 to 256 visible ASCII characters without a comma after #"),
        ("#a*", "expected a whole tag, as * is no wildcard in tags"),
        ("/a*b", "expected * only as a path's last character"), ("/**", "expected * only as a path's last character"),
        ("/" + String(repeating: "a", count: 3999), nil),
        ("/" + String(repeating: "a", count: 4000), "expected at most 4000 characters"),
    ] as [(String, String?)])
    func `items are checked before they are sent`(item: String, objection: String?) {
        #expect(InvalidationBatch.objection(to: item) == objection)
    }
}
