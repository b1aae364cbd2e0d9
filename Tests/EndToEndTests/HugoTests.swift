import Foundation
import Testing

extension EndToEnd {
    /// A site that a generator has built, deployed as people do.
    @Suite(.enabled(if: Tools.available(Hugo.program), "make test installs hugo")) struct HugoTests {
        @Test func `one changed page of a generated site is one blob, and a rollback takes less than a second`() throws {
            try Workplace.with { place in
                let site = try DeployPlace(place)
                let hugo = try Hugo(place, pages: 30)
                try hugo.build()
                let first = try site.object("deploy", "public", "--site", "sea", "--alias", "prod")
                let files = try #require(first["files"] as? Int)
                #expect(files >= 33 && first["files_uploaded"] as? Int == first["blobs"] as? Int)
                let again = try site.object("deploy", "public", "--site", "sea", "--alias", "prod")
                #expect(again["files_uploaded"] as? Int == 0 && again["existed"] as? Bool == true)

                try hugo.write(page: 7, "The tide has turned.")
                try hugo.build()
                let second = try site.object("deploy", "public", "--site", "sea", "--alias", "prod")
                #expect(second["files_uploaded"] as? Int == 1 && second["reused"] as? Int == (first["blobs"] as? Int).map { $0 - 1 })
                let ids = [first, second].compactMap { $0["deploy_id"] as? String }
                #expect(try site.object("diff", ids[0], ids[1], "--site", "sea")["changed"] as? [String] == ["posts/page-7/index.html"])
                let clock = ContinuousClock.now
                let back = try site.run("rollback", "--site", "sea")
                let time = clock.duration(to: .now)
                #expect(back.output == "prod \(ids[0])\n" && time < .seconds(1), "\(time): \(back)")
                try site.requireWhole("after the rollback")
            }
        }

        @Test func `what the generator rebuilds is served at once, with its folder taken away in between`() throws {
            try Workplace.with { place in
                let hugo = try Hugo(place, pages: 5)
                try hugo.build()
                let served = try place.serve("public", "--watch")
                #expect(try served.fetch("/posts/page-3/").text.contains("Page 3 as it was."))
                try hugo.write(page: 3, "Low water.")
                try FileManager.default.removeItem(atPath: place.path("public"))
                try hugo.build()
                #expect(try served.fetch("/posts/page-3/").text.contains("Low water."))
                #expect(try served.fetch("/no/such").text.contains("Nothing but water here"))
            }
        }
    }
}

/// A small site for Debian's hugo, which makes `public` of it.
struct Hugo {
    static let program = "/usr/bin/hugo"
    let place: Workplace

    init(_ place: Workplace, pages: Int) throws {
        self.place = place
        let page = "<!doctype html><html><head><title>{{ .Title }}</title></head><body>{{ .Content }}</body></html>"
        for (name, text) in [
            ("config.toml", "baseURL = \"/\"\ntitle = \"Sea\"\ndisableKinds = [\"RSS\", \"sitemap\", \"taxonomy\", \"term\"]\n"),
            ("layouts/_default/single.html", page),
            ("layouts/_default/list.html", "<!doctype html><ul>{{ range .Pages }}<li><a href=\"{{ .RelPermalink }}\">{{ .Title }}</a></li>{{ end }}</ul>"),
            ("layouts/404.html", "<!doctype html><p>Nothing but water here</p>"), ("static/style.css", "body { color: navy }\n"),
        ] { try place.write(text, to: "source/" + name) }
        for number in 1...pages { try write(page: number, "Page \(number) as it was.") }
    }

    func write(page number: Int, _ text: String) throws {
        try place.write("---\ntitle: Page \(number)\n---\n\(text)\n", to: "source/content/posts/page-\(number).md")
    }

    func build() throws {
        let run = try place.run(Self.program, ["--quiet", "--source", place.path("source"), "--destination", place.path("public")])
        guard run.succeeded else { throw HarnessError("\(run)") }
    }
}
