import Foundation
import Glibc
import Testing

/// A running `skerry serve`.
struct Served: Sendable {
    let process: ChildProcess
    let port: Int

    func fetch(_ target: String, _ fields: Fields = [:], method: String = "GET", host: String = "localhost") throws -> Response {
        try EndToEndTests.fetch(method, target, host: host, port: port, fields)
    }
}

extension Workplace {
    /// Serves a folder of this place on a free port.
    func serve(_ folder: String = "public", _ options: String...) throws -> Served {
        let process = try start(
            Skerry.binary, ["serve", path(folder), "--port", "0"] + options, environment: environment(), directory: self.folder, name: "skerry serve")
        let port = process.output.waitForLine(seconds: Skerry.startSeconds) { line in
            line.hasPrefix("http") ? line.split(separator: ":").last.flatMap { Int($0.dropLast()) } : nil
        }
        guard let port else { throw HarnessError("skerry serve printed no address") }
        return Served(process: process, port: port)
    }

    /// Writes the files of a folder.
    func site(_ files: [String: String], in folder: String = "public") throws {
        for (name, text) in files { try write(text, to: folder + "/" + name) }
    }
}

extension EndToEnd {
    /// A folder served as it is, by the rules of deploys.
    @Suite struct ServeTests {
        static let long = "<html><body>" + String(repeating: "<p>a long page</p>", count: 500) + "</body></html>"
        static let files = [
            "index.html": "<html><body>home</body></html>", "about.html": "about", "docs/index.html": "docs", "docs/404.html": "no such doc",
            "404.html": "no such page", "long.html": long, "app.3f9a1b2c.js": "app()", "plain/a.txt": "a", "plain/b & c.txt": "b",
            ".hidden": "hidden", ".git/config": "secret", "draft.md": "draft", "private/x.html": "x", ".well-known/security.txt": "mail",
            ".skerryignore": "*.md\nprivate/\n", "_redirects": "/old/* /docs/:splat 301\n/rewritten /about.html 200\n",
            "_headers": "/*\n  X-Frame-Options: DENY\n/docs/*\n  Cache-Control: public, max-age=77\n",
        ]

        @Test func `paths mean what they mean in a deploy, and nothing is written into the folder`() throws {
            try Workplace.with { place in
                try place.site(Self.files)
                let outside = try place.write("outside", to: "outside.txt")
                try FileManager.default.createSymbolicLink(atPath: place.path("public/link.txt"), withDestinationPath: outside)
                try FileManager.default.createSymbolicLink(atPath: place.path("public/inside.html"), withDestinationPath: "about.html")
                func tree() throws -> [String] { (FileManager.default.enumerator(atPath: place.path("public"))?.allObjects as? [String] ?? []).sorted() }
                let before = try tree()
                let served = try place.serve("public", "--clean-urls", "redirect")
                for (target, status, found) in [
                    ("/", 200, "home"), ("/about", 200, "about"), ("/about.html?q=1", 308, "/about?q=1"), ("/docs", 308, "/docs/"), ("/docs/", 200, "docs"),
                    ("/old/x?q=1", 301, "/docs/x?q=1"), ("/rewritten", 200, "about"), ("/nothing", 404, "no such page"), ("/docs/x/y", 404, "no such doc"),
                    ("/inside", 200, "about"), ("/.well-known/security.txt", 200, "mail"), ("/plain/b%20%26%20c.txt", 200, "b"),
                    // None of these is published.
                    ("/.hidden", 404, "no such page"), ("/.git/config", 404, "no such page"), ("/draft.md", 404, "no such page"),
                    ("/private/x.html", 404, "no such page"), ("/link.txt", 404, "no such page"), ("/_headers", 404, "no such page"),
                    ("/.skerryignore", 404, "no such page"), ("/plain/", 404, "no such page"), ("/.skerry/live.js", 404, "no such page"),
                    ("/../outside.txt", 404, "no such page"), ("/%2e%2e/outside.txt", 404, "no such page"), ("/..%2foutside.txt", 404, "no such page"),
                    ("/plain/..%2f..%2foutside.txt", 404, "no such page"), ("/%00", 400, "The path"), ("/%ff", 400, "The path"),
                ] {
                    let reply = try served.fetch(target)
                    #expect(reply.status == status, "\(target): \(reply)")
                    if status < 300 || status >= 400 { #expect(reply.text.contains(found), "\(target): \(reply)") }
                    if (301..<400).contains(status) { #expect(reply.fields["Location"] == found, "\(target): \(reply)") }
                    #expect(reply.fields["X-Frame-Options"] == "DENY", "\(target): \(reply)")
                    #expect(reply.fields["Cache-Control"] == "no-cache", "\(target): \(reply)")
                }
                #expect(try served.fetch("/docs/").fields["X-Skerry-Cache-Control"] == "public, max-age=77")
                #expect(try served.fetch("/app.3f9a1b2c.js").fields["X-Skerry-Cache-Control"]?.contains("immutable") == true)
                #expect(try served.fetch("/nothing", ["Accept": "text/html"]).status == 404)
                #expect(try served.fetch("/", method: "POST").status == 403)
                #expect(try tree() == before)
                #expect(served.process.errors.text.contains("link.txt: warning: was left out: it is a link that leads outside"))
            }
        }

        @Test func `compression, ranges and conditions are the edge's own`() throws {
            try Workplace.with { place in
                try place.site(Self.files)
                try place.write([UInt8](repeating: 7, count: 20_000_000) + Array("the end".utf8), to: "public/big.bin")
                let gzip = try place.run("/bin/sh", ["-c", "gzip -k \(place.path("public/about.html"))"])
                #expect(gzip.succeeded, "\(gzip)")
                let served = try place.serve()
                let plain = try served.fetch("/long.html")
                #expect(plain.fields["Content-Length"] == "\(Self.long.utf8.count)" && plain.text == Self.long)
                let tag = try #require(plain.fields["ETag"])
                for coding in ["gzip", "br"] {
                    let reply = try served.fetch("/long.html", ["Accept-Encoding": coding])
                    #expect(reply.fields["Content-Encoding"] == coding && reply.fields["Vary"] == "Accept-Encoding", "\(reply)")
                    #expect(reply.fields["ETag"] == "W/" + tag && reply.body.count < 1000)
                }
                // A sibling that is there already is sent as it is, however small.
                let sibling = try served.fetch("/about.html", ["Accept-Encoding": "gzip"])
                #expect(sibling.fields["Content-Encoding"] == "gzip", "\(sibling)")
                #expect(try sibling.body == place.read("public/about.html.gz"))
                #expect(try served.fetch("/about.html").text == "about")
                #expect(try served.fetch("/long.html", ["If-None-Match": tag]).status == 304)
                #expect(try served.fetch("/long.html", ["If-None-Match": "\"other\""]).status == 200)
                let range = try served.fetch("/big.bin", ["Range": "bytes=-7"])
                #expect(range.status == 206 && range.text == "the end" && range.fields["Content-Range"] == "bytes 20000000-20000006/20000007", "\(range)")
                #expect(try served.fetch("/long.html", ["Range": "bytes=999999-"]).status == 416)
                let head = try served.fetch("/big.bin", method: "HEAD")
                #expect(head.status == 200 && head.fields["Content-Length"] == "20000007" && head.body.isEmpty)
                #expect(try served.fetch("/big.bin").body.count == 20_000_007)
            }
        }

        @Test func `a change of any kind shows at the very next request`() throws {
            try Workplace.with { place in
                try place.site(Self.files)
                let served = try place.serve()
                let file = place.path("public/index.html")
                for round in 0..<100 {
                    // The same size each time, and often within one step of the file system's clock.
                    try "round \(100 + round)".write(toFile: file, atomically: round % 2 == 0, encoding: .utf8)
                    #expect(try served.fetch("/").text == "round \(100 + round)")
                }
                let manager = FileManager.default
                try place.write("new", to: "public/a/b/c/new.html")
                #expect(try served.fetch("/a/b/c/new.html").text == "new")
                try place.write("newer", to: "public/a/b/c/new.html")
                #expect(try served.fetch("/a/b/c/new.html").text == "newer")
                try manager.moveItem(atPath: place.path("public/a"), toPath: place.path("public/z"))
                #expect(try served.fetch("/a/b/c/new.html").status == 404)
                #expect(try served.fetch("/z/b/c/new.html").text == "newer")
                try manager.removeItem(atPath: place.path("public/z/b/c/new.html"))
                #expect(try served.fetch("/z/b/c/new.html").text == "no such page")
                try place.write("/*\n  X-New: yes\n", to: "public/_headers")
                #expect(try served.fetch("/").fields["X-New"] == "yes")
                try place.write("*.html\n", to: "public/.skerryignore")
                #expect(try served.fetch("/long.html").status == 404)
                try manager.removeItem(atPath: place.path("public/.skerryignore"))

                // What could not be deployed is said in the place of every page, until it is mended.
                try place.write("/a /b 301\n/b /a 301\n", to: "public/_redirects")
                let broken = try served.fetch("/")
                #expect(broken.status == 500 && broken.text.contains("_redirects:1: error: redirects for ever: /a -&gt; /b -&gt; /a"), "\(broken)")
                try place.write("", to: "public/_redirects")
                #expect(try served.fetch("/").status == 200)

                // A build that starts by taking everything away.
                try manager.removeItem(atPath: place.path("public"))
                let gone = try served.fetch("/")
                #expect(gone.status == 500 && gone.text.contains("is no folder"), "\(gone)")
                try place.site(["index.html": "built again"])
                #expect(try served.fetch("/").text == "built again")
            }
        }

        @Test func `while files are replaced, every answer is whole and of one moment`() throws {
            try Workplace.with { place in
                // Large enough to be sent in many pieces, and one of them beyond what is read as a whole.
                let sizes = ["small.txt": 300_000, "large.bin": 9_000_000]
                @Sendable func content(_ letter: UInt8, _ name: String) -> [UInt8] { [UInt8](repeating: letter, count: sizes[name] ?? 0) }
                for name in sizes.keys { try place.write(content(0x61, name), to: "public/" + name) }
                let served = try place.serve()
                let isDone = Watched(false)
                let faults = try concurrently(4, seconds: 120) { worker -> [String] in
                    var faults: [String] = []
                    if worker == 0 {
                        for round in 0..<150 {
                            for name in sizes.keys {
                                let next = place.path("next-\(name)")
                                try? Data(content(0x61 + UInt8(round % 26), name)).write(to: URL(fileURLWithPath: next))
                                rename(next, place.path("public/" + name))
                            }
                        }
                        isDone.change { $0 = true }
                        return []
                    }
                    while !isDone.current {
                        for (name, size) in sizes {
                            guard let reply = try? served.fetch("/" + name) else { faults.append("\(name): no answer"); continue }
                            if reply.status != 200 || reply.body.count != size || reply.body.contains(where: { $0 != reply.body[0] }) {
                                faults.append("\(name): \(reply.status), \(reply.body.count) bytes")
                            }
                        }
                    }
                    return faults
                }
                #expect(faults.flatMap { $0 } == [])
            }
        }

        @Test func `a link that is moved from one release to the next is followed`() throws {
            try Workplace.with { place in
                try place.site(["index.html": "one"], in: "releases/1")
                try place.site(["index.html": "two"], in: "releases/2")
                try FileManager.default.createSymbolicLink(atPath: place.path("current"), withDestinationPath: "releases/1")
                let served = try place.serve("current")
                #expect(try served.fetch("/").text == "one")
                try FileManager.default.createSymbolicLink(atPath: place.path("next"), withDestinationPath: "releases/2")
                #expect(rename(place.path("next"), place.path("current")) == 0)
                #expect(try served.fetch("/").text == "two")
            }
        }

        @Test func `options: a fallback page for navigations alone, links, listings`() throws {
            try Workplace.with { place in
                try place.site(Self.files.filter { !$0.key.hasSuffix("404.html") })
                try place.write("<b>", to: "public/plain/<i>.txt")
                let outside = try place.write("outside", to: "outside.txt")
                try FileManager.default.createSymbolicLink(atPath: place.path("public/link.txt"), withDestinationPath: outside)
                let served = try place.serve("public", "--spa", "--follow-links", "--listing")
                #expect(try served.fetch("/any/where", ["Accept": "text/html,*/*"]).text.contains("home"))
                let missing = try served.fetch("/assets/gone.js", ["Accept": "*/*"])
                #expect(missing.status == 404 && missing.text.contains("There is nothing at <code>/assets/gone.js</code>"), "\(missing)")
                #expect(try served.fetch("/<script>", ["Accept": "*/*"]).text.contains("<script>") == false)
                #expect(try served.fetch("/link.txt").text == "outside")
                try place.write("changed outside", to: "outside.txt")
                #expect(try served.fetch("/link.txt").text == "changed outside")
                #expect(try served.fetch("/plain?q=1").fields["Location"] == "./plain/?q=1")
                let listing = try served.fetch("/plain/", ["Accept": "text/html"])
                #expect(listing.status == 200, "\(listing)")
                #expect(listing.text.contains(#"<a href="./%3Ci%3E.txt">&lt;i&gt;.txt</a>"#) && listing.text.contains(#"href="../""#), "\(listing)")
                let root = try served.fetch("/docs/")
                #expect(root.text == "docs")
            }
        }

        @Test func `names of others are refused, as a page elsewhere could make them mean this machine`() throws {
            try Workplace.with { place in
                try place.site(Self.files)
                let served = try place.serve("public", "--watch", "--allow-host", "Site.Test")
                for host in ["localhost", "LOCALHOST:1", "hello.localhost", "127.0.0.1:8080", "[::1]:80", "site.test", "192.168.1.7"] {
                    #expect(try served.fetch("/", host: host).status == 200, "\(host)")
                }
                for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "1.2.3.4.5", "notlocalhost"] {
                    for target in ["/", "/.skerry/live"] {
                        let reply = try served.fetch(target, host: host)
                        #expect(reply.status == 403 && reply.text.contains("--allow-host"), "\(host): \(reply)")
                    }
                }
            }
        }

        @Test func `what can't be served is a clear error, and Ctrl-C a clean end`() throws {
            try Workplace.with { place in
                try place.site(Self.files)
                let other = try place.serve("public", "--watch")
                try place.write("text", to: "file.txt")
                try FileManager.default.createDirectory(atPath: place.path("empty"), withIntermediateDirectories: true)
                for (arguments, code, message) in [
                    (["public", "--port", "\(other.port)"], 1, "port \(other.port) of 127.0.0.1 is taken by skerry (process \(other.process.pid)); stop that one, or choose another with --port, --port 0"),
                    (["nowhere"], 1, "nowhere is no folder"), (["file.txt"], 1, "file.txt is no folder"), (["empty"], 1, "empty has no files"),
                    (["public", "--port", "70000"], 2, "--port 70000: expected 0 to 65535"),
                    (["public", "--address", "example"], 2, "--address example: expected an address"),
                    (["public", "--address", "192.0.2.1", "--port", "0"], 1, "192.0.2.1:0 is no address of this machine"),
                    (["public", "--allow-host", "a b"], 2, "--allow-host a b: expected a host name"),
                    (["public", "--ca-directory", "x"], 2, "--ca-directory goes with --https"),
                ] as [([String], Int32, String)] {
                    let run = try place.run(Skerry.binary, ["serve"] + arguments, directory: place.folder)
                    #expect(run.status == .code(code) && run.errors.contains(message) && run.output == "", "\(run)")
                }
                // Also while a page listens.
                let page = try HTTPConnection(port: other.port)
                try page.send("GET", "/.skerry/live", host: "localhost")
                #expect(try page.head().0.fields["Content-Type"] == "text/event-stream")
                other.process.send(SIGINT)
                #expect(other.process.waitForExit(seconds: 10) == .code(0), "\(other.process.story)")
                #expect(!other.process.errors.text.contains("error"))
            }
        }

        @Test func `HTTPS is spoken with a certificate of the local CA, which is not put into the folder`() throws {
            try Workplace.with { place in
                try place.site(Self.files)
                let served = try place.serve("public", "--https")
                let authority = place.path(".skerry/ca/ca.pem")
                for (version, more) in [("2", []), ("1.1", ["--http1.1"])] {
                    let reply = try place.run(
                        Tools.curl,
                        ["-sS", "--noproxy", "*", "--cacert", authority, "-w", " %{http_version}"] + more + ["https://localhost:\(served.port)/"])
                    #expect(reply.output == "<html><body>home</body></html> \(version)", "\(reply)")
                }
                // Started in the folder itself, the CA is kept in the home folder.
                let inside = try place.start(
                    Skerry.binary, ["serve", "--https", "--port", "0"], environment: place.environment(), directory: place.path("public"), name: "serve")
                #expect(inside.output.waitForLine(seconds: 30) { $0.hasPrefix("https://localhost:") ? true : nil } == true, "\(inside.story)")
                #expect(!FileManager.default.fileExists(atPath: place.path("public/.skerry")))
            }
        }
    }

    /// `--watch`: pages that learn of changes.
    @Suite struct LiveReloadTests {
        private func version(_ events: HTTPConnection, _ sent: inout String) throws -> String {
            while true {
                if let match = sent.firstMatch(of: /event: version\ndata: ([0-9a-f]+)\n\n/) {
                    defer { sent.removeSubrange(..<match.range.upperBound) }
                    return String(match.1)
                }
                sent += String(decoding: try events.bodyBytes(atLeast: 1), as: UTF8.self)
            }
        }

        @Test func `only pages get the script, with length and tag of what is sent, and the stream tells of each change`() throws {
            try Workplace.with { place in
                try place.site(ServeTests.files)
                try place.site(["no-body.html": "<p>short", "upper.html": "<BODY>x</BODY> </HTML>", "feed.xml": "<body></body>"])
                let served = try place.serve("public", "--watch")
                let events = try HTTPConnection(port: served.port)
                try events.send("GET", "/.skerry/live", host: "localhost")
                _ = try events.head()
                var sent = ""
                let first = try version(events, &sent)
                let element = "<script src=\"/.skerry/live.js?v=\(first)\"></script>"
                for (target, text) in [
                    ("/", "<html><body>home\(element)</body></html>"), ("/no-body.html", "<p>short\(element)"),
                    ("/upper.html", "<BODY>x\(element)</BODY> </HTML>"), ("/nothing", "no such page\(element)"), ("/feed.xml", "<body></body>"),
                    ("/plain/a.txt", "a"), ("/app.3f9a1b2c.js", "app()"),
                ] {
                    let reply = try served.fetch(target)
                    #expect(reply.text == text, "\(reply)")
                    #expect(reply.fields["Content-Length"] == "\(text.utf8.count)", "\(reply)")
                }
                // What a script fetches is no page of its own.
                let fetched = try served.fetch("/", ["Sec-Fetch-Dest": "empty"])
                #expect(fetched.text == "<html><body>home</body></html>", "\(fetched)")
                #expect(try served.fetch("/").fields["ETag"] != fetched.fields["ETag"])
                #expect(try served.fetch("/.skerry/live.js").text.contains("EventSource"))

                let tag = try served.fetch("/").fields["ETag"]
                try place.write("p{}", to: "public/new.css")
                let second = try version(events, &sent)
                #expect(second != first)
                // The page's own file is the same, but not what is sent: its script has to know the new version.
                let after = try served.fetch("/", ["If-None-Match": tag ?? ""])
                #expect(after.status == 200 && after.text.contains(second), "\(after)")
                try place.write("/a /a 301!\n", to: "public/_redirects")
                #expect(try version(events, &sent) != second)
                #expect(try served.fetch("/").text.contains("/.skerry/live.js"))
                try place.write("", to: "public/_redirects")
                _ = try version(events, &sent)
                // Written again with the same content: nothing to show.
                try place.write("p{}", to: "public/new.css")
                try place.write("p{color:red}", to: "public/new.css")
                let last = try version(events, &sent)
                #expect(try served.fetch("/").text.contains(last))
            }
        }

        @Test(.enabled(if: Tools.available(Tools.chromium), "make test installs chromium"))
        func `a browser shows the new page without being told, and the 404 page of the site`() throws {
            try Workplace.with { place in
                // What the pages load tells which of them the browser shows.
                let seen = try ScriptedOrigin(place) { .whole(200, ["Content-Type": "image/svg+xml"], "<svg xmlns='http://www.w3.org/2000/svg'/>\($0.target)") }
                func page(_ name: String) -> String { "<html><body><h1>\(name)</h1><img src='http://\(seen.domainName)/\(name)'></body></html>" }
                try place.site(["index.html": page("one"), "404.html": "<html><body><h1>lost at sea</h1></body></html>", "a.css": "a{}"])
                let served = try place.serve("public", "--watch")
                _ = try place.start(
                    Tools.chromium,
                    [
                        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
                        "--disable-component-update", "--disable-sync", "--no-proxy-server", "--remote-debugging-port=0",
                        "--user-data-dir=\(place.path("watching"))", "http://localhost:\(served.port)/",
                    ], environment: place.environment(), name: "chromium")
                func wait(_ name: String) throws {
                    try eventually(seconds: 40, "the browser shows page \(name)") { seen.requests.contains { $0.target == "/" + name } ? true : nil }
                }
                try wait("one")
                for name in ["two", "three"] {
                    try place.site(["index.html": page(name)])
                    try wait(name)
                }
                // A file beside the page changes: it is loaded again, too.
                let before = seen.requests.count
                try place.site(["a.css": "a{color:red}"])
                try eventually(seconds: 40, "the browser loads the page again") { seen.requests.count > before ? true : nil }

                // An open event stream would keep this one from ever being done with the page.
                let missing = try place.browse("http://localhost:\(try place.serve().port)/no/such/page")
                #expect(missing.output.contains("<h1>lost at sea</h1>"), "\(missing)")
            }
        }
    }
}
