import Cryptography
import Foundation
import Testing

/// The demo sites hold together: every link leads somewhere, nothing is fetched from outside, hashed names are true.
@Suite struct SitesTests {
    private static let sites = ["hello", "docs", "gallery"]

    /// Addresses of `docs` that exist as rules of its endpoint, or are missing on purpose.
    private static let withoutFile: Set<String> = ["/latest", "/guide/ttl/", "/no/such/page"]

    private func references(in page: String) -> [(attribute: String, value: String)] {
        page.matches(of: /\b(href|src)="([^"]*)"/).map { (String($0.1), String($0.2)) }
    }

    private func exists(_ address: String, in site: String) -> Bool {
        let path = Repository.root.path + "/sites/" + site + address
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return false }
        return !isFolder.boolValue || FileManager.default.fileExists(atPath: path + "/index.html")
    }

    @Test(arguments: sites)
    func `every link leads to a file, a rule, or a sister site`(site: String) throws {
        let pages = try Repository.files(in: "sites/" + site, suffixes: [".html"])
        #expect(pages.count >= (site == "docs" ? 10 : 1))
        for page in pages {
            for (attribute, value) in references(in: page.text) {
                let address = String(value.prefix { $0 != "#" && $0 != "?" })
                if address.isEmpty || Self.withoutFile.contains(address) && site == "docs" { continue }
                if value.hasPrefix("http") {
                    // Links may lead to a sister site; nothing may be loaded from one.
                    let sister = Self.sites.contains { value.hasPrefix("http://\($0).localhost:8080/") }
                    #expect(sister && attribute == "href", "\(page.path): \(value)")
                } else {
                    #expect(address.hasPrefix("/") && exists(address, in: site), "\(page.path): \(value) leads nowhere")
                }
            }
        }
    }

    @Test(arguments: sites)
    func `no style sheet, script or picture asks anyone else`(site: String) throws {
        for file in try Repository.files(in: "sites/" + site, suffixes: [".css", ".js", ".svg"]) {
            let text = file.text.replacingOccurrences(of: "http://www.w3.org/2000/svg", with: "")
            #expect(!text.contains("://") && !text.contains("@import"), "\(file.path)")
        }
    }

    @Test func `a name with a hash holds the hash of its content`() throws {
        let assets = try Repository.files(in: "sites/gallery/assets")
        #expect(assets.count == 2)
        for asset in assets {
            let digest = Hex.encode(DigestAlgorithm.sha256.digest(of: asset.text))
            #expect(asset.path.contains(".\(digest.prefix(10))."), "\(asset.path) should be named with \(digest.prefix(10))")
        }
    }
}
