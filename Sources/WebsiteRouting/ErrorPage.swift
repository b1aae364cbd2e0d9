// The built-in error page of website endpoints: small HTML with the facts S3 shows there.

import HTTPSemantics
import S3Model

package enum ErrorPage {
    /// The page for a failure that has no readable error document.
    package static func html(
        _ failure: WebsiteFailure, message: String? = nil, details: [(name: String, value: String)], requestID: String, hostID: String,
        errorDocument: WebsiteDecision.ErrorDocumentFailure? = nil
    ) -> String {
        let title = "\(failure.status) \(ReasonPhrase.phrase(for: failure.status))"
        var items = [("Code", failure.code.rawValue), ("Message", message ?? failure.code.message)]
        items += details.map { ($0.name, $0.value) }
        items += [("RequestId", requestID), ("HostId", hostID)]
        var page = """
            <!DOCTYPE html>
            <html>
            <head><meta charset="utf-8"><title>\(title)</title></head>
            <body>
            <h1>\(title)</h1>
            \(list(items))

            """
        if let errorDocument {
            page += """
                <h3>The custom error document could not be served</h3>
                \(list([("Code", errorDocument.failure.code.rawValue), ("Message", errorDocument.failure.code.message), ("Key", errorDocument.key)]))

                """
        }
        return page + "<hr>\n</body>\n</html>\n"
    }

    private static func list(_ items: [(String, String)]) -> String {
        "<ul>\n" + items.map { "<li>\($0.0): \(escaped($0.1))</li>\n" }.joined() + "</ul>"
    }

    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "&": out += "&amp;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
