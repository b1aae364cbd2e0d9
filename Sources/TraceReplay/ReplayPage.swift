// The report as one HTML file that needs nothing else: curves of misses over sizes as SVG, the table, the advice. Colours
// follow the reader's light or dark setting. Three curves have a colour (the advised policy, LRU, the floor), the others are
// grey and say their name under the pointer; every figure is in the table. No script, no address but the SVG's names.

import CacheSimulation
import Eviction

package enum ReplayPage {
    /// - Parameters:
    ///   - title: the trace's name.
    ///   - summary: what the trace holds, in one line.
    ///   - partial: why the trace was not read to its end; nil when it was.
    package static func html(_ report: ReplayReport, title: String, summary: String, partial: String?) -> String {
        let advice = ReplayAdvice(report)
        let advised = advice.map { Contender.online($0.eviction, $0.admission) }
        var body = "<h1>\(escaped(title))</h1>\n<p>\(escaped(summary))</p>\n"
        if let partial { body += "<p class=\"partial\"><b>Partial results.</b> The trace was not read to its end: \(escaped(partial))</p>\n" }
        body += "<div class=\"charts\">\n"
        body += chart(report, advised, "Requests that miss", { $0.requestMissRatio }, report.floors.map(\.requestMissRatio))
        body += chart(report, advised, "Bytes that miss", { $0.byteMissRatio }, report.floors.map(\.byteMissRatio))
        body += "</div>\n"
        if let advice { body += "<h2>Advice</h2>\n<pre>\(escaped(advice.text(sizes: report.sizes)))</pre>\n" }
        body += "<h2>Misses of requests and of bytes</h2>\n" + table(report, advised)
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>\(escaped(title))</title>
            <style>\(style)</style>
            </head>
            <body>
            \(body)</body>
            </html>

            """
    }

    private static let style = """

        :root { color-scheme: light dark; --ink: #1b1f24; --quiet: #667; --rule: #dde1e6; --paper: #fff; --other: #b3bac4;
          --advised: #0b62c4; --lru: #b3470b; --floor: #2b7a3d; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --quiet: #9aa3ad; --rule: #353b43; --paper: #15181c;
          --other: #59626d; --advised: #6cb0ff; --lru: #f0965a; --floor: #76c98a; } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1100px; margin: 2em auto; padding: 0 1em; }
        h1 { font-size: 1.5em; overflow-wrap: anywhere; } h2 { font-size: 1.15em; margin-top: 2em; }
        .partial { border-left: 4px solid var(--lru); padding: .4em .8em; }
        .charts { display: flex; flex-wrap: wrap; gap: 1em; } figure { flex: 1 1 420px; margin: 0; } figcaption { font-weight: 600; }
        svg { width: 100%; height: auto; } svg text { font-size: 12px; fill: var(--quiet); }
        polyline { fill: none; stroke: var(--other); stroke-width: 1.2; } circle { fill: var(--other); } .grid { stroke: var(--rule); }
        polyline.advised, polyline.lru, polyline.floor { stroke-width: 2.4; }
        polyline.advised { stroke: var(--advised); } polyline.lru { stroke: var(--lru); } polyline.floor { stroke: var(--floor); stroke-dasharray: 5 4; }
        circle.advised, svg text.advised { fill: var(--advised); } circle.lru, svg text.lru { fill: var(--lru); } circle.floor, svg text.floor { fill: var(--floor); }
        pre { background: color-mix(in srgb, var(--ink) 6%, var(--paper)); padding: .8em 1em; overflow-x: auto; white-space: pre-wrap; }
        .wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: .2em .8em; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; } th:first-child { text-align: left; }
        td.best { font-weight: 700; } tbody th { font-weight: 400; } tr.advised th { font-weight: 700; color: var(--advised); }

        """

    private static func role(_ contender: Contender, _ advised: Contender?) -> String {
        contender == advised ? "advised" : contender == .online(.lru, .all) ? "lru" : "other"
    }

    private static func chart(
        _ report: ReplayReport, _ advised: Contender?, _ caption: String, _ ratio: (SimulationCounts) -> Double, _ floors: [Double]
    ) -> String {
        let (left, top, width, height) = (44.0, 12.0, 370.0, 250.0)
        let order = report.sizes.indices.sorted { report.floors[$0].capacityBytes < report.floors[$1].capacityBytes }
        // Sizes stand at equal distances, each with its name below: those that people try grow by factors.
        func x(_ place: Int) -> Double { order.count < 2 ? left + width / 2 : left + width * Double(place) / Double(order.count - 1) }
        func y(_ ratio: Double) -> Double { top + height * (1 - ratio) }
        func n(_ value: Double) -> String { ReplayTable.decimal(value, 1) }
        var svg = "<svg viewBox=\"0 0 520 300\" role=\"img\" aria-label=\"\(caption)\" xmlns=\"http://www.w3.org/2000/svg\">\n"
        for step in 0...5 {
            let ratio = Double(step) / 5
            svg += "<line class=\"grid\" x1=\"\(n(left))\" x2=\"\(n(left + width))\" y1=\"\(n(y(ratio)))\" y2=\"\(n(y(ratio)))\"/>"
            svg += "<text x=\"\(n(left - 6))\" y=\"\(n(y(ratio) + 4))\" text-anchor=\"end\">\(step * 20)%</text>\n"
        }
        for (place, column) in order.enumerated() {
            svg += "<text x=\"\(n(x(place)))\" y=\"\(n(top + height + 20))\" text-anchor=\"middle\">\(report.sizes[column])</text>\n"
        }
        var curves = report.contenders.indices.map { row in
            (name: report.contenders[row].description, role: role(report.contenders[row], advised), points: order.map { ratio(report.cells[row][$0].counts) })
        }
        curves.append((name: "floor", role: "floor", points: order.map { floors[$0] }))
        var labels: [(y: Double, name: String, role: String)] = []
        // Grey first, so that the coloured ones lie above.
        for curve in curves.filter({ $0.role == "other" }) + curves.filter({ $0.role != "other" }) {
            let points = curve.points.enumerated().map { "\(n(x($0))),\(n(y($1)))" }.joined(separator: " ")
            svg += "<g><title>\(curve.name)</title><polyline class=\"\(curve.role)\" points=\"\(points)\"/>"
            for (place, point) in curve.points.enumerated() {
                svg += "<circle class=\"\(curve.role)\" cx=\"\(n(x(place)))\" cy=\"\(n(y(point)))\" r=\"2.5\"/>"
            }
            svg += "</g>\n"
            if curve.role != "other", let last = curve.points.last { labels.append((y(last), curve.name, curve.role)) }
        }
        var above = -Double.infinity
        for label in labels.sorted(by: { $0.y < $1.y }) {
            let y = max(label.y, above + 14)
            above = y
            let end = order.count < 2 ? left + width / 2 : left + width
            svg += "<text class=\"\(label.role)\" x=\"\(n(end + 8))\" y=\"\(n(y + 4))\">\(label.name)</text>\n"
        }
        return "<figure><figcaption>\(caption)</figcaption>\n\(svg)</svg></figure>\n"
    }

    private static func table(_ report: ReplayReport, _ advised: Contender?) -> String {
        let online = report.contenders.indices.filter { if case .online = report.contenders[$0] { true } else { false } }
        let ratios: [(SimulationCounts) -> Double] = [{ $0.requestMissRatio }, { $0.byteMissRatio }]
        func percent(_ ratio: Double) -> String { ReplayTable.decimal(ratio * 100, 2) + "%" }
        var html = "<div class=\"wide\"><table>\n<thead><tr><th rowspan=\"2\">Policy</th>"
        html += report.sizes.map { "<th colspan=\"2\">\($0)</th>" }.joined() + "</tr>\n<tr>"
        html += report.sizes.map { _ in "<th>requests</th><th>bytes</th>" }.joined() + "</tr></thead>\n<tbody>\n"
        let order = report.contenders.indices.sorted { left, right in
            let (a, b) = (report.cells[left].last?.counts.requestMissRatio ?? 0, report.cells[right].last?.counts.requestMissRatio ?? 0)
            return (a, left) < (b, right)
        }
        for row in order {
            html += "<tr class=\"\(role(report.contenders[row], advised))\"><th>\(report.contenders[row])</th>"
            for column in report.sizes.indices {
                for ratio in ratios {
                    let value = ratio(report.cells[row][column].counts)
                    let best = online.contains(row) && online.allSatisfy { ratio(report.cells[$0][column].counts) >= value }
                    html += "<td\(best ? " class=\"best\"" : "")>\(percent(value))</td>"
                }
            }
            html += "</tr>\n"
        }
        html += "<tr><th>floor (PFOO-L)</th>" + report.floors.map { "<td>\(percent($0.requestMissRatio))</td><td>\(percent($0.byteMissRatio))</td>" }.joined()
        return html + "</tr>\n</tbody></table></div>\n"
    }

    /// Text fit for an element or an attribute.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
