import Foundation
import Testing

extension EndToEnd {
    /// A real tree of files: into a bucket with `aws s3 sync`, and out of the edge byte for byte.
    @Suite(.enabled(if: Tools.available(Tools.aws), "make test installs the aws cli")) struct DocumentationTreeTests {
        /// Enough to be real, little enough to be quick.
        static let fileCount = 400

        @Test func `Python's documentation is synchronised, crawled through the edge unchanged, and all hits the second time`() throws {
            try Workplace.with { place in
                let origin = try place.startOrigin()
                let site = EdgeConfigurationText.Site(.bucket(domainName: origin.host(ofBucket: "python-docs")))
                let edge = try place.startEdge(EdgeConfigurationText(site, credentialsFile: origin.credentialsFile))
                let source = Tools.pythonDocumentation ?? Skerry.repository + "/sites"
                let files = try copyTree(from: source, to: place.path("html"))
                try #require(files.count > 20)

                try origin.s3.makeBucket("python-docs")
                let sync = try place.aws(origin, "s3", "sync", "--quiet", "html", "s3://python-docs", seconds: 180)
                #expect(sync.succeeded, "\(sync)")
                try origin.s3.allowReads("python-docs", fromDistribution: site.arn)

                for round in ["first", "second"] {
                    let connection = try HTTPConnection(port: edge.http)
                    for (path, bytes) in files {
                        try connection.send("GET", "/" + encoded(path), host: "site.test")
                        let response = try connection.response()
                        #expect(response.status == 200, "\(path)")
                        #expect(response.body == bytes, "\(path) differs")
                        #expect(response.cacheResult == (round == "first" ? "Miss" : "Hit"), "\(path), \(round) time")
                    }
                }
            }
        }

        /// Copies the first regular files in the order of their paths, and gives them with their content.
        private func copyTree(from source: String, to target: String) throws -> [(path: String, bytes: [UInt8])] {
            let manager = FileManager.default
            let all = (manager.enumerator(atPath: source)?.compactMap { $0 as? String } ?? []).sorted()
            var files: [(path: String, bytes: [UInt8])] = []
            for path in all where files.count < Self.fileCount {
                let attributes = try manager.attributesOfItem(atPath: source + "/" + path)
                guard attributes[.type] as? FileAttributeType == .typeRegular else { continue }
                let file = target + "/" + path
                try manager.createDirectory(
                    atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
                try manager.copyItem(atPath: source + "/" + path, toPath: file)
                files.append((path, [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))))
            }
            return files
        }

        private func encoded(_ path: String) -> String {
            path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
        }
    }
}
