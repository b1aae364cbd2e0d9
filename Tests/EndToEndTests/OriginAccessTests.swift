import Testing

extension EndToEnd {
    /// A private bucket, read through a distribution that signs.
    @Suite struct OriginAccessTests {
        private func site(_ origin: Origin) -> EdgeConfigurationText.Site {
            var site = EdgeConfigurationText.Site(.bucket(domainName: origin.host(ofBucket: "private")))
            site.rootObject = "index.html"
            return site
        }

        @Test func `a private bucket is refused directly, read through its distribution, and shut by another SourceArn`() throws {
            try Workplace.with { place in
                let origin = try place.startOrigin()
                let site = site(origin)
                let edge = try place.startEdge(EdgeConfigurationText(site, credentialsFile: origin.credentialsFile))
                try origin.s3.makeBucket("private")
                for name in ["index.html", "second.html", "third.html"] {
                    try origin.s3.put("private", name, "<p>\(name)</p>", ["Content-Type": "text/html"])
                }
                try origin.s3.allowReads("private", fromDistribution: site.arn)

                let direct = try fetch("GET", "/private/index.html", host: "127.0.0.1", port: origin.port)
                #expect(direct.status == 403)
                #expect(direct.text.contains("<Code>AccessDenied</Code>"))
                #expect(direct.fields["x-amz-request-id"] != nil)
                let virtual = try fetch("GET", "/index.html", host: origin.host(ofBucket: "private"), port: origin.port)
                #expect(virtual.status == 403)

                let through = try edge.fetch("GET", "/")
                #expect(through.status == 200, "\(through)\n\(edge.process.story)")
                #expect(through.text == "<p>index.html</p>")
                #expect(through.cacheResult == "Miss")
                #expect(try edge.fetch("GET", "/index.html").cacheResult == "Hit")

                try origin.s3.allowReads("private", fromDistribution: site.arn + "X")
                let shut = try edge.fetch("GET", "/second.html")
                #expect(shut.status == 403, "\(shut)")
                #expect(shut.cacheResult == "Error")

                try origin.s3.allowReads("private", fromDistribution: site.arn)
                #expect(try edge.fetch("GET", "/third.html").status == 200)
            }
        }

        @Test func `a forged signature is refused`() throws {
            try Workplace.with { place in
                let origin = try place.startOrigin()
                try origin.s3.makeBucket("private")
                var forger = origin.s3
                forger.credentials.secretAccessKey += "x"
                let wrongSecret = try forger.request("GET", "/private")
                #expect(wrongSecret.status == 403)
                #expect(wrongSecret.text.contains("<Code>SignatureDoesNotMatch</Code>"))
                forger.credentials.accessKeyID = "AKIANOBODY"
                let nobody = try forger.request("GET", "/private")
                #expect(nobody.status == 403)
                #expect(nobody.text.contains("<Code>InvalidAccessKeyId</Code>"))
            }
        }

        @Test func `an origin access identity is let in by the policy that names it`() throws {
            try Workplace.with { place in
                let origin = try place.startOrigin()
                let identity = "E2QWRUHAPOMQZL"
                var site = EdgeConfigurationText.Site(
                    .bucketByIdentity(domainName: origin.host(ofBucket: "legacy"), identity: identity))
                site.rootObject = "index.html"
                let edge = try place.startEdge(EdgeConfigurationText(site, credentialsFile: origin.credentialsFile))
                try origin.s3.makeBucket("legacy")
                try origin.s3.put("legacy", "index.html", "legacy")
                #expect(try edge.fetch("GET", "/").status == 403)
                try origin.s3.setPolicy(
                    "legacy",
                    """
                    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
                      "Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity \(identity)"},
                      "Action": "s3:GetObject", "Resource": "arn:aws:s3:::legacy/*"}]}
                    """)
                let allowed = try edge.fetch("GET", "/")
                #expect(allowed.status == 200, "\(allowed)")
                #expect(allowed.text == "legacy")
            }
        }
    }
}
