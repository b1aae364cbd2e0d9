import Foundation
import Testing

extension EndToEnd {
    /// The aws command line, unmodified and with its default settings, against the origin.
    @Suite(.enabled(if: Tools.available(Tools.aws), "make test installs the aws cli")) struct AWSCommandLineTests {
        @Test func `aws s3 makes, fills, lists, copies, moves, synchronises and removes`() throws {
            try Workplace.with { place in
                let origin = try place.startOrigin()
                func aws(_ arguments: String..., expect status: Int32 = 0) throws -> Finished {
                    let run = try place.run(
                        Tools.aws, ["s3"] + arguments, environment: place.awsEnvironment(origin), directory: place.folder, seconds: 90)
                    #expect(run.status == .code(status), "\(run)")
                    return run
                }
                let big = CrashTests.content("big", version: 1) + [UInt8](repeating: 7, count: 9 << 20)
                try place.write(big, to: "big.bin")
                try place.write("<p>one</p>", to: "tree/one.html")
                try place.write("two", to: "tree/deep/er/two æøå.txt")

                _ = try aws("mb", "s3://site")
                #expect(try aws("ls").output.contains("site"))
                _ = try aws("mb", "s3://Not_A_Name", expect: 1)
                // Above 8 MiB the client uploads in parts.
                _ = try aws("cp", "big.bin", "s3://site/big.bin")
                _ = try aws("cp", "s3://site/big.bin", "back.bin")
                #expect(try place.read("back.bin") == big)
                _ = try aws("sync", "tree", "s3://site/tree")
                let listing = try aws("ls", "s3://site/tree/", "--recursive").output
                #expect(listing.contains("tree/one.html"))
                #expect(listing.contains("tree/deep/er/two æøå.txt"))
                #expect(try aws("ls", "s3://site/tree/").output.contains("PRE deep/"))
                #expect(try aws("sync", "tree", "s3://site/tree").output.isEmpty)
                _ = try aws("mv", "s3://site/tree/one.html", "s3://site/tree/first.html")
                _ = try aws("cp", "s3://site/tree/first.html", "-", expect: 0)
                _ = try aws("sync", "tree", "s3://site/tree", "--delete")
                let keys = try origin.s3.keys("site")
                #expect(keys == ["big.bin", "tree/deep/er/two æøå.txt", "tree/one.html"])

                let url = try aws("presign", "s3://site/tree/one.html", "--expires-in", "60").output
                    .trimmingCharacters(in: .whitespacesAndNewlines)
                let target = String(url.dropFirst(origin.url.count))
                let presigned = try fetch("GET", target, host: "127.0.0.1:\(origin.port)", port: origin.port)
                #expect(presigned.status == 200, "\(url)\n\(presigned)")
                #expect(presigned.text == "<p>one</p>")
                #expect(presigned.fields["Content-Type"] == "text/html")
                let meddled = try fetch(
                    "GET", target.replacingOccurrences(of: "one.html", with: "two.html"), host: "127.0.0.1:\(origin.port)",
                    port: origin.port)
                #expect(meddled.status == 403)

                _ = try aws("website", "s3://site", "--index-document", "index.html", "--error-document", "error.html")
                let website = try origin.s3.must("GET", "/site", query: "website=").text
                #expect(website.contains("<Suffix>index.html</Suffix>"))
                #expect(website.contains("<Key>error.html</Key>"))

                _ = try aws("rb", "s3://site", expect: 1)
                _ = try aws("rm", "s3://site/tree", "--recursive")
                #expect(try origin.s3.keys("site") == ["big.bin"])
                _ = try aws("rb", "s3://site", "--force")
                #expect(try aws("ls").output.isEmpty)
            }
        }

        @Test func `aws s3api does the rest: policies, headers, conditions and errors as they come from S3`() throws {
            try Workplace.with { place in
                let origin = try place.startOrigin()
                func api(_ arguments: String..., fails code: String? = nil) throws -> String {
                    let run = try place.run(
                        Tools.aws, ["s3api"] + arguments + ["--output", "json"], environment: place.awsEnvironment(origin),
                        directory: place.folder, seconds: 90)
                    if let code {
                        #expect(!run.succeeded, "\(run)")
                        #expect(run.errors.contains("(\(code))"), "\(run)")
                    } else {
                        #expect(run.succeeded, "\(run)")
                    }
                    return run.output
                }
                try place.write("body", to: "body.txt")
                _ = try api("create-bucket", "--bucket", "api")
                #expect(try api("get-bucket-location", "--bucket", "api").contains("null"))
                _ = try api("head-bucket", "--bucket", "nothing-here", fails: "404")
                _ = try api(
                    "put-object", "--bucket", "api", "--key", "a b/ü", "--body", "body.txt", "--content-type", "text/x-own",
                    "--cache-control", "max-age=5", "--metadata", "colour=blue", "--if-none-match", "*")
                _ = try api(
                    "put-object", "--bucket", "api", "--key", "a b/ü", "--body", "body.txt", "--if-none-match", "*",
                    fails: "PreconditionFailed")
                let head = try api("head-object", "--bucket", "api", "--key", "a b/ü")
                for part in [#""ContentType": "text/x-own""#, #""CacheControl": "max-age=5""#, #""colour": "blue""#, #""ContentLength": 4"#] {
                    #expect(head.contains(part), "\(head)")
                }
                _ = try api("get-object", "--bucket", "api", "--key", "absent", "out", fails: "NoSuchKey")
                let policy = #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::api/*"}]}"#
                _ = try api("put-bucket-policy", "--bucket", "api", "--policy", policy)
                #expect(try api("get-bucket-policy", "--bucket", "api").contains("GetObject"))
                _ = try api("put-bucket-policy", "--bucket", "api", "--policy", "{}", fails: "MalformedPolicy")
                _ = try api("delete-bucket-policy", "--bucket", "api")
                _ = try api("get-bucket-policy", "--bucket", "api", fails: "NoSuchBucketPolicy")
                #expect(try api("get-public-access-block", "--bucket", "api").contains(#""BlockPublicPolicy": true"#))
            }
        }
    }
}
