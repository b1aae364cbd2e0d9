import HTTPTypes
import S3Model
import Testing

@testable import OriginService

@Suite struct WebsiteTests {
    private static let host = "bkt.s3-website.localhost:9000"

    private func site(_ configuration: String = "<IndexDocument><Suffix>index.html</Suffix></IndexDocument><ErrorDocument><Key>error.html</Key></ErrorDocument>")
        async -> OriginHarness
    {
        let origin = OriginHarness()
        _ = await origin.send(.put, "/bkt")
        _ = await origin.send(.put, "/bkt?policy", body: Array(publicRead.utf8))
        _ = await origin.send(.put, "/bkt?website", body: Array("<WebsiteConfiguration>\(configuration)</WebsiteConfiguration>".utf8))
        _ = await origin.send(.put, "/bkt/index.html", fields: [.contentType: "text/html"], body: Array("home".utf8))
        _ = await origin.send(.put, "/bkt/docs/index.html", fields: [.contentType: "text/html"], body: Array("docs".utf8))
        return origin
    }

    @Test func `index documents are served to everyone`() async {
        let origin = await site()
        let home = await origin.send(.get, "/", host: Self.host, as: .anonymous)
        #expect(home.status == 200)
        #expect(home.text == "home")
        #expect(home.fields[.contentType] == "text/html")
        #expect(await origin.send(.get, "/docs/", host: "bkt.s3-website-us-east-1.localhost", as: .anonymous).text == "docs")
        #expect(await origin.send(.head, "/docs/", host: Self.host, as: .anonymous).fields[.contentLength] == "4")
        let folder = await origin.send(.get, "/docs", host: Self.host, as: .anonymous)
        #expect(folder.status == 302)
        #expect(folder.fields[.location] == "/docs/")
    }

    @Test func `conditions and ranges are honoured`() async {
        let origin = await site()
        #expect(await origin.send(.get, "/index.html", host: Self.host, fields: [.range: "bytes=1-2"], as: .anonymous).text == "om")
        let tag = await origin.send(.get, "/", host: Self.host, as: .anonymous).fields[.eTag] ?? ""
        #expect(await origin.send(.get, "/", host: Self.host, fields: [.ifNoneMatch: tag], as: .anonymous).status == 304)
        #expect(await origin.send(.get, "/", host: Self.host, fields: [.range: "bytes=99-"], as: .anonymous).status == 416)
    }

    @Test func `a missing key is 403 without and 404 with s3 ListBucket, as HTML`() async {
        let origin = await site()
        let hidden = await origin.send(.get, "/none", host: Self.host, as: .anonymous)
        #expect(hidden.status == 403)
        #expect(hidden.fields[.contentType] == "text/html; charset=utf-8")
        #expect(hidden.fields[.xAmzErrorCode] == "AccessDenied")
        _ = await origin.send(.put, "/bkt/error.html", fields: [.contentType: "text/html"], body: Array("custom".utf8))
        let custom = await origin.send(.get, "/none", host: Self.host, as: .anonymous)
        #expect(custom.status == 403)
        #expect(custom.text == "custom")
        let listing = publicRead.dropLast(2) + #",{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::bkt"}]}"#
        #expect(await origin.send(.put, "/bkt?policy", body: Array(listing.utf8)).status == 204)
        #expect(await origin.send(.get, "/none", host: Self.host, as: .anonymous).status == 404)
    }

    @Test func `redirect metadata and redirect-all answer 301`() async {
        let origin = await site()
        _ = await origin.send(.put, "/bkt/old", fields: [.xAmzWebsiteRedirectLocation: "/new"])
        #expect(await origin.send(.get, "/old", host: Self.host, as: .anonymous).fields[.location] == "/new")
        #expect(await origin.send(.get, "/bkt/old").fields[.xAmzWebsiteRedirectLocation] == "/new")
        let all = await site("<RedirectAllRequestsTo><HostName>example.com</HostName><Protocol>https</Protocol></RedirectAllRequestsTo>")
        let answer = await all.send(.get, "/a?b=c", host: Self.host, as: .anonymous)
        #expect(answer.status == 301)
        #expect(answer.fields[.location] == "https://example.com/a?b=c")
    }

    @Test func `only GET and HEAD are served`() async {
        let origin = await site()
        for method in [HTTPRequest.Method.put, .post, .delete, .options] {
            let answer = await origin.send(method, "/index.html", host: Self.host, as: .anonymous)
            #expect(answer.status == 405)
            #expect(answer.fields[.allow] == "GET, HEAD")
            #expect(answer.text.contains("MethodNotAllowed"))
        }
    }

    @Test func `hosts without bucket, website or name get their own answers`() async {
        let origin = await site()
        #expect(await origin.send(.get, "/", host: "s3-website.localhost:9000", as: .anonymous).status == 301)
        #expect(await origin.send(.get, "/", host: "none.s3-website.localhost", as: .anonymous).text.contains("NoSuchBucket"))
        _ = await origin.send(.delete, "/bkt?website")
        let answer = await origin.send(.get, "/", host: Self.host, as: .anonymous)
        #expect(answer.status == 404)
        #expect(answer.text.contains("NoSuchWebsiteConfiguration"))
    }

    @Test func `a bucket named like a domain is that domain's website`() async {
        let origin = OriginHarness()
        _ = await origin.send(.put, "/www.example.com")
        let policy = publicRead.split(separator: "bkt").joined(separator: "www.example.com")
        _ = await origin.send(.put, "/www.example.com?policy", body: Array(policy.utf8))
        _ = await origin.send(
            .put, "/www.example.com?website",
            body: Array("<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>".utf8))
        _ = await origin.send(.put, "/www.example.com/index.html", body: Array("mine".utf8))
        #expect(await origin.send(.get, "/", host: "www.example.com:9000", as: .anonymous).text == "mine")
    }
}
