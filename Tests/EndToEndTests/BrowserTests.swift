import Foundation
import Testing

extension EndToEnd {
    /// The demo sites in a real browser.
    @Suite(.enabled(if: Tools.available(Tools.chromium), "make test installs chromium")) struct BrowserTests {
        @Test func `the hello site shows its own X-Cache, and the gallery reads a range`() throws {
            try Workplace.with { place in
                let origin = try place.startOrigin()
                var sites: [EdgeConfigurationText.Site] = []
                for (index, name) in ["hello", "gallery"].enumerated() {
                    var site = EdgeConfigurationText.Site(.bucket(domainName: origin.host(ofBucket: name)))
                    site.id = "EBROWSER0000\(index)"
                    site.alias = "\(name).localhost"
                    site.rootObject = "index.html"
                    try origin.s3.makeBucket(name)
                    try fill(origin, name)
                    try origin.s3.allowReads(name, fromDistribution: site.arn)
                    sites.append(site)
                }
                let edge = try place.startEdge(
                    EdgeConfigurationText(sites[0], sites[1], credentialsFile: origin.credentialsFile))

                let hello = try place.browse("http://hello.localhost:\(edge.http)/")
                #expect(hello.succeeded, "\(hello)")
                let verdict = hello.output.firstMatch(of: /id="verdict"[^>]*>([^<]*)</)
                #expect(verdict.map { String($0.1) } == "Hit", "\(hello)")

                let gallery = try place.browse("http://gallery.localhost:\(edge.http)/")
                #expect(gallery.output.contains("24 s, 11025 samples a second"), "\(gallery)")
                #expect(gallery.output.contains(">206<"), "\(gallery)")
                #expect(gallery.output.contains("bytes 0-43/264644"), "\(gallery)")
            }
        }

        private func fill(_ origin: Origin, _ site: String) throws {
            let folder = Skerry.repository + "/sites/" + site
            let types = ["html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "png": "image/png", "wav": "audio/wav"]
            for case let path as String in FileManager.default.enumerator(atPath: folder) ?? .init() {
                guard let type = types[(path as NSString).pathExtension] else { continue }
                let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + path)))
                let response = try origin.s3.request("PUT", "/\(site)/\(path)", ["Content-Type": type], body: bytes)
                #expect(response.status == 200, "\(path): \(response)")
            }
        }
    }
}
