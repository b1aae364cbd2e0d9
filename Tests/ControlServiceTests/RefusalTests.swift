import EdgeStorage
import HTTPTypes
import Testing

@testable import ControlService

struct RefusalTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var method: HTTPRequest.Method
        var target: String
        var body: String?
        var status: Int
        var code: String
        var testDescription: String { "\(method) \(target) \(code)" }
    }

    private static let valid = Control.document(["/a"])

    @Test(arguments: [
        Row(method: .post, target: "/2020-05-31/distribution/E9/invalidation", body: valid, status: 404, code: "NoSuchDistribution"),
        Row(method: .get, target: "/2020-05-31/distribution/E9/invalidation", status: 404, code: "NoSuchDistribution"),
        Row(method: .get, target: Control.collection + "/INONE", status: 404, code: "NoSuchInvalidation"),
        Row(method: .post, target: Control.collection, status: 400, code: "MissingBody"),
        Row(method: .delete, target: Control.collection + "/I1", status: 404, code: "UnknownOperationException"),
        Row(method: .put, target: Control.collection, body: valid, status: 404, code: "UnknownOperationException"),
        Row(method: .get, target: Control.collection + "/I1/more", status: 404, code: "UnknownOperationException"),
        Row(method: .get, target: "/2020-05-31/distribution", status: 404, code: "UnknownOperationException"),
        Row(method: .get, target: "/2019-03-26/distribution/E1ABC/invalidation", status: 404, code: "UnknownOperationException"),
        Row(method: .get, target: "/", status: 404, code: "UnknownOperationException"),
        Row(method: .get, target: Control.collection + "?MaxItems=0", status: 400, code: "InvalidArgument"),
        Row(method: .get, target: Control.collection + "?MaxItems=x", status: 400, code: "InvalidArgument"),
        Row(method: .get, target: Control.collection + "?Marker=INONE", status: 400, code: "InvalidArgument"),
        Row(method: .get, target: Control.collection + "?Other=1", status: 400, code: "InvalidArgument"),
    ])
    func `what isn't there, or isn't done here, is refused by name`(row: Row) async {
        let reply = await Control().send(row.method, row.target, body: row.body)
        #expect(reply.status == row.status)
        #expect(reply.code == row.code)
        #expect(reply.value("Error", "Type") == "Sender")
        #expect(reply.value("Error", "Message")?.isEmpty == false)
    }

    struct Document: Sendable, CustomTestStringConvertible {
        var text: String
        var code: String
        var testDescription: String { "\(code): \(text.prefix(120))" }
    }

    private static func batch(_ inner: String) -> String { "<InvalidationBatch>\(inner)</InvalidationBatch>" }

    @Test(arguments: [
        Document(text: "no document", code: "MalformedInput"),
        Document(text: "<Other/>", code: "MalformedInput"),
        Document(text: batch("<Paths>"), code: "MalformedInput"),
        Document(text: batch("<Extra/>"), code: "MalformedInput"),
        Document(
            text: batch("<Paths><Quantity>1</Quantity><Items><Other>/a</Other></Items></Paths><CallerReference>r</CallerReference>"),
            code: "MalformedInput"),
        Document(
            text: batch("<Paths><Quantity>1</Quantity><Items><Path><b>/a</b></Path></Items></Paths><CallerReference>r</CallerReference>"),
            code: "MalformedInput"),
        Document(text: batch("<Paths><Total>1</Total></Paths><CallerReference>r</CallerReference>"), code: "MalformedInput"),
        Document(text: batch("<Paths><Quantity>1</Quantity><Items><Path>/a</Path></Items></Paths>"), code: "InvalidArgument"),
        Document(text: Control.document(["/a"], reference: ""), code: "InvalidArgument"),
        Document(text: batch("<CallerReference>r</CallerReference>"), code: "InvalidArgument"),
        Document(
            text: batch("<Paths><Quantity>x</Quantity></Paths><CallerReference>r</CallerReference>"), code: "InvalidArgument"),
        Document(text: Control.document([]), code: "InvalidArgument"),
        Document(text: Control.document(["/a"], quantity: 2), code: "InconsistentQuantities"),
        Document(text: Control.document(["/a", "/b"], quantity: 1), code: "InconsistentQuantities"),
        Document(text: Control.document(["a"]), code: "InvalidArgument"),
        Document(text: Control.document([""]), code: "InvalidArgument"),
        Document(text: Control.document(["/a*b"]), code: "InvalidArgument"),
        Document(text: Control.document(["/a b"]), code: "InvalidArgument"),
        Document(text: Control.document(["#"]), code: "InvalidArgument"),
        Document(text: Control.document(["#a,b"]), code: "InvalidArgument"),
        Document(text: Control.document(["#a*"]), code: "InvalidArgument"),
        Document(text: Control.document(["#a b"]), code: "InvalidArgument"),
        Document(text: Control.document(["#" + String(repeating: "a", count: 257)]), code: "InvalidArgument"),
        Document(text: Control.document(["/" + String(repeating: "a", count: 4_000)]), code: "InvalidArgument"),
    ])
    func `a document that can't be carried out whole is refused whole`(document: Document) async {
        let control = Control()
        control.store("/a")
        let reply = await control.send(.post, Control.collection, body: document.text)
        #expect(reply.status == 400)
        #expect(reply.code == document.code, "\(reply.text)")
        #expect(control.cache.statistics.entries == 1)
    }

    @Test(arguments: [
        (paths: 3_000, wildcards: 0, isAccepted: true), (paths: 3_001, wildcards: 0, isAccepted: false),
        (paths: 15, wildcards: 15, isAccepted: true), (paths: 16, wildcards: 16, isAccepted: false),
    ])
    func `a batch holds 3,000 paths, 15 of them with a wildcard`(paths: Int, wildcards: Int, isAccepted: Bool) async {
        let list = (0..<paths).map { $0 < wildcards ? "/\($0)/*" : "/\($0)" }
        let reply = await Control().invalidate(list)
        #expect(reply.status == (isAccepted ? 201 : 400))
        #expect(reply.code == (isAccepted ? nil : "TooManyInvalidationsInProgress"))
    }

    @Test func `a document beyond the limit is refused as too large`() async {
        let padding = String(repeating: " ", count: ControlService.documentBytesMax)
        let reply = await Control().send(.post, Control.collection, body: Control.document(["/a"]) + padding)
        #expect(reply.status == 413)
        #expect(reply.code == "BatchTooLarge")
    }

    @Test func `requests that a web page makes are refused`() async {
        let control = Control()
        control.store("/a")
        let body = Control.document(["/a"])
        let reply = await control.send(.post, Control.collection, fields: [.origin: "https://evil.example"], body: body)
        #expect(reply.status == 403)
        #expect(reply.code == "AccessDenied")
        #expect(control.cache.statistics.entries == 1)
        #expect(await control.send(.get, "/ready", fields: [.origin: "null"]).status == 403)
    }

    @Test func `readiness is told to GET and HEAD`() async {
        let control = Control()
        #expect(await control.send(.get, "/ready").status == 200)
        let head = await control.send(.head, "/ready")
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(await control.send(.post, "/ready").status == 404)
    }
}
