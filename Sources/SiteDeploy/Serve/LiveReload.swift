// How a page learns that its site has changed: a script that listens to an event stream, put into HTML pages on their way out.

import Synchronization

/// The paths, the script and its place in a page.
///
/// The script is a file of its own, which a Content-Security-Policy with `script-src 'self'` allows. It knows the version of the site
/// that its page is from, so a change that happens before it listens is not missed.
package enum LiveReload {
    /// Names with a dot in front are not published, so no file of a site is in the way.
    package static let scriptPath = "/.skerry/live.js"
    package static let eventsPath = "/.skerry/live"
    /// Larger pages go out as they are, bytes.
    package static let pageBytesMax = 8 << 20

    package static let script = """
        (() => {
          const mine = new URL(document.currentScript.src).searchParams.get("v");
          const events = new EventSource("\(eventsPath)");
          events.addEventListener("version", event => { if (event.data !== mine) { events.close(); location.reload(); } });
          addEventListener("pagehide", () => events.close());
          addEventListener("pageshow", event => { if (event.persisted) location.reload(); });
        })();

        """

    /// Whether bytes are a page that a script fits into: HTML in any encoding that has ASCII in it.
    static func takes(_ contentType: String, _ page: [UInt8]) -> Bool {
        let isHTML = contentType.lowercased().split(separator: ";").first.map { $0.trimmingSpaces == "text/html" } ?? false
        return isHTML && page.count <= pageBytesMax && !page.starts(with: [0xFE, 0xFF]) && !page.starts(with: [0xFF, 0xFE])
    }

    /// The page with the script before the end of its body, or at its end.
    static func inserted(into page: [UInt8], version: String) -> [UInt8] {
        let element = Array("<script src=\"\(scriptPath)?v=\(version)\"></script>".utf8)
        let tag = Array("</body".utf8)
        var place = page.count
        if page.count >= tag.count {
            place = stride(from: page.count - tag.count, through: 0, by: -1).first { start in
                tag.indices.allSatisfy { page[start + $0] == tag[$0] || page[start + $0] | 0x20 == tag[$0] }
            } ?? page.count
        }
        return Array(page[..<place]) + element + Array(page[place...])
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = self
        while text.first == " " || text.first == "\t" { text = text.dropFirst() }
        while text.last == " " || text.last == "\t" { text = text.dropLast() }
        return text
    }
}

/// Versions of a site as they come, for any number of listeners.
package final class VersionFeed: Sendable {
    /// Pages that listen at one time.
    package static let listenersMax = 200

    private struct State {
        var version: String?
        var listeners: [Int: AsyncStream<String>.Continuation] = [:]
        var next = 0
        var isEnded = false
    }

    private let state = Mutex(State())

    package init() {}

    package func publish(_ version: String) {
        let listeners = state.withLock { state in
            defer { state.version = version }
            return state.version == version ? [] : Array(state.listeners.values)
        }
        for listener in listeners { listener.yield(version) }
    }

    /// The present version and every later one; of several that are not yet taken, the last. Nil when there are too many listeners.
    package func listen() -> AsyncStream<String>? {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(1))
        let isIn = state.withLock { state in
            guard state.listeners.count < Self.listenersMax else { return false }
            if let version = state.version { continuation.yield(version) }
            if state.isEnded { continuation.finish() } else { state.listeners[state.next] = continuation }
            let number = state.next
            state.next += 1
            continuation.onTermination = { [weak self] _ in _ = self?.state.withLock { $0.listeners.removeValue(forKey: number) } }
            return true
        }
        return isIn ? stream : nil
    }

    /// Ends every stream.
    package func end() {
        let listeners = state.withLock { state in
            state.isEnded = true
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.finish() }
    }
}
