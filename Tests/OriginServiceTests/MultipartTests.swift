import Cryptography
import HTTPTypes
import S3Model
import Testing

@testable import OriginService

@Suite struct MultipartTests {
    let origin = OriginHarness()
    private let part1 = [UInt8](repeating: 1, count: 5 * 1024 * 1024)
    private let part2 = Array("tail".utf8)

    private func start(_ fields: HTTPFields = [:]) async -> String {
        _ = await origin.send(.put, "/bkt")
        return await origin.send(.post, "/bkt/k?uploads", fields: fields).element("UploadId") ?? ""
    }

    private func upload(_ id: String, _ number: Int, _ body: [UInt8], _ fields: HTTPFields = [:]) async -> String {
        await origin.send(.put, "/bkt/k?partNumber=\(number)&uploadId=\(id)", fields: fields, body: body).fields[.eTag] ?? ""
    }

    private func complete(_ id: String, _ parts: [(Int, String)], _ fields: HTTPFields = [:]) async -> Response {
        let body = "<CompleteMultipartUpload>" + parts.map { "<Part><PartNumber>\($0.0)</PartNumber><ETag>\($0.1)</ETag></Part>" }.joined() + "</CompleteMultipartUpload>"
        return await origin.send(.post, "/bkt/k?uploadId=\(id)", fields: fields, body: Array(body.utf8))
    }

    @Test func `parts become one object whose entity tag counts them`() async {
        let id = await start([.contentType: "text/plain"])
        let tags = [await upload(id, 1, part1), await upload(id, 2, part2)]
        let listed = await origin.send(.get, "/bkt/k?uploadId=\(id)")
        #expect(listed.elements("PartNumber") == ["1", "2"])
        #expect(await origin.send(.get, "/bkt?uploads").elements("UploadId") == [id])
        let done = await complete(id, [(1, tags[0]), (2, tags[1])])
        #expect(done.status == 200, "\(done.text)")
        let md5 = DigestAlgorithm.md5.digest(of: DigestAlgorithm.md5.digest(of: part1) + DigestAlgorithm.md5.digest(of: part2))
        #expect(done.element("ETag") == "&quot;\(Hex.encode(md5))-2&quot;")
        let get = await origin.send(.get, "/bkt/k")
        #expect(get.body == part1 + part2)
        #expect(get.fields[.contentType] == "text/plain")
        let second = await origin.send(.get, "/bkt/k?partNumber=2")
        #expect(second.status == 206)
        #expect(second.body == part2)
        #expect(second.fields[.contentRange] == "bytes 5242880-5242883/5242884")
        #expect(second.fields[.xAmzMPPartsCount] == "2")
        #expect(await origin.send(.get, "/bkt/k?partNumber=3").status == 416)
        #expect(await complete(id, [(1, tags[0])]).code == "NoSuchUpload")
        // Asking again for what is there gets the first answer again.
        #expect(await complete(id, [(1, tags[0]), (2, tags[1])]).body == done.body)
    }

    @Test func `wrong, missing, small and unordered parts are refused and the upload stays`() async {
        let id = await start()
        let tags = [await upload(id, 1, part2), await upload(id, 2, part2)]
        #expect(await complete(id, [(1, tags[0]), (2, tags[1])]).code == "EntityTooSmall")
        #expect(await complete(id, [(2, tags[1]), (1, tags[0])]).code == "InvalidPartOrder")
        #expect(await complete(id, [(1, "x")]).code == "InvalidPart")
        #expect(await complete(id, [(3, tags[0])]).code == "InvalidPart")
        #expect(await complete("none", [(1, tags[0])]).code == "NoSuchUpload")
        #expect(await complete(id, [(1, tags[0])]).status == 200)
    }

    @Test func `an aborted upload is gone`() async {
        let id = await start()
        _ = await upload(id, 1, part2)
        #expect(await origin.send(.delete, "/bkt/k?uploadId=\(id)").status == 204)
        #expect(await origin.send(.get, "/bkt/k?uploadId=\(id)").code == "NoSuchUpload")
        #expect(await origin.send(.delete, "/bkt/k?uploadId=\(id)").code == "NoSuchUpload")
    }

    @Test(arguments: [("CRC32", ChecksumType.fullObject), ("CRC32C", .fullObject), ("CRC64NVME", .fullObject), ("CRC32", .composite), ("SHA256", .composite)])
    func `the checksum of the whole follows from the parts`(_ row: (String, ChecksumType)) async throws {
        let algorithm = try #require(ChecksumAlgorithm(rawValue: row.0))
        let id = await start([.xAmzChecksumAlgorithm: row.0, .xAmzChecksumType: row.1.rawValue])
        let tags = [await upload(id, 1, part1), await upload(id, 2, part2)]
        func value(_ bytes: [UInt8]) -> ChecksumValue {
            var running = RunningChecksum(algorithm)
            bytes.withUnsafeBytes { running.update($0) }
            return running.current()
        }
        let expected =
            row.1 == .fullObject
            ? value(part1 + part2).text : ChecksumValue(algorithm: algorithm, bytes: value(value(part1).bytes + value(part2).bytes).bytes, partCount: 2).text
        let wrong = await complete(id, [(1, tags[0]), (2, tags[1])], [algorithm.headerName: value([9]).text])
        #expect(wrong.code == "BadDigest")
        let done = await complete(id, [(1, tags[0]), (2, tags[1])], [algorithm.headerName: expected, .xAmzChecksumType: row.1.rawValue])
        #expect(done.element("Checksum" + row.0) == expected, "\(done.text)")
        let head = await origin.send(.head, "/bkt/k", fields: [.xAmzChecksumMode: "ENABLED"])
        #expect(head.fields[algorithm.headerName] == expected)
        #expect(head.fields[.xAmzChecksumType] == row.1.rawValue)
        let part = await origin.send(.head, "/bkt/k?partNumber=2", fields: [.xAmzChecksumMode: "ENABLED"])
        #expect(part.fields[algorithm.headerName] == value(part2).text)
        #expect(part.fields[.xAmzChecksumType] == row.1.rawValue)
    }

    @Test func `a part can be a range of another object`() async {
        let id = await start()
        _ = await origin.send(.put, "/bkt/src", body: Array("0123456789".utf8))
        let target = "/bkt/k?partNumber=1&uploadId=\(id)"
        let part = await origin.send(.put, target, fields: [.xAmzCopySource: "bkt/src", .xAmzCopySourceRange: "bytes=2-4"])
        let tag = part.element("ETag")?.replacingAll("\"", "") ?? ""
        #expect(tag.contains(Hex.encode(DigestAlgorithm.md5.digest(of: "234"))))
        #expect(await origin.send(.put, target, fields: [.xAmzCopySource: "bkt/src", .xAmzCopySourceRange: "bytes=2-10"]).code == "InvalidRange")
        for range in ["bytes=4-2", "bytes=-2", "2-4", "bytes=a-b"] {
            #expect(await origin.send(.put, target, fields: [.xAmzCopySource: "bkt/src", .xAmzCopySourceRange: range]).code == "InvalidArgument")
        }
        #expect(await complete(id, [(1, tag)]).status == 200)
        #expect(await origin.send(.get, "/bkt/k").text == "234")
    }

    @Test func `completing obeys the condition on the key`() async {
        let id = await start()
        let tag = await upload(id, 1, part2)
        _ = await origin.send(.put, "/bkt/k", body: [1])
        #expect(await complete(id, [(1, tag)], [.ifNoneMatch: "*"]).code == "PreconditionFailed")
        #expect(await origin.send(.get, "/bkt/k").body == [1])
        #expect(await complete(id, [(1, tag)]).status == 200)
    }
}
