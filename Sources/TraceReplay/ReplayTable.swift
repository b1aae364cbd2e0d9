// The report as text: a table for people, CSV and JSON for programs. Misses are what is shown, since their share is what
// the origin feels: of requests, and of bytes.

import CacheSimulation

package enum ReplayTable {
    /// A table with a row for each contender, best at the last size first, and the floor below.
    package static func text(_ report: ReplayReport, emphasise: (String) -> String = { $0 }) -> String {
        let order = report.contenders.indices.sorted { left, right in
            let (a, b) = (report.cells[left].last?.counts.requestMissRatio ?? 0, report.cells[right].last?.counts.requestMissRatio ?? 0)
            return (a, left) < (b, right)
        }
        let names = report.contenders.map(\.description)
        let width = max((names + ["floor (PFOO-L)"]).map(\.count).max() ?? 0, 6)
        var lines = [pad("", width)]
        lines[0] += report.sizes.map { "  " + pad($0.description, 17) }.joined()
        while lines[0].last == " " { lines[0].removeLast() }
        lines.append(pad("policy", width) + report.sizes.map { _ in "  requests    bytes" }.joined())
        let best = report.sizes.indices.map { column in
            let online = report.contenders.indices.filter { if case .online = report.contenders[$0] { true } else { false } }
            return (
                requests: online.map { report.cells[$0][column].counts.requestMissRatio }.min() ?? -1,
                bytes: online.map { report.cells[$0][column].counts.byteMissRatio }.min() ?? -1
            )
        }
        for row in order {
            var line = pad(names[row], width)
            let isOnline = if case .online = report.contenders[row] { true } else { false }
            for (column, cell) in report.cells[row].enumerated() {
                func shown(_ ratio: Double, _ best: Double) -> String { isOnline && ratio == best ? emphasise(percent(ratio)) : percent(ratio) }
                line += "   " + shown(cell.counts.requestMissRatio, best[column].requests)
                line += "  " + shown(cell.counts.byteMissRatio, best[column].bytes)
            }
            lines.append(line)
        }
        let floors = report.floors.map { "   " + percent($0.requestMissRatio) + "  " + percent($0.byteMissRatio) }
        lines.append(pad("floor (PFOO-L)", width) + floors.joined())
        return lines.joined(separator: "\n")
    }

    /// One line for each contender and size, with a header.
    package static func csv(_ report: ReplayReport) -> String {
        var lines = [
            "policy,size,capacity_bytes,requests,requested_bytes,request_miss_ratio,byte_miss_ratio,misses,missed_bytes,revalidations,insertions,evictions,evicted_bytes,refusals,seconds"
        ]
        for (contender, row) in zip(report.contenders, report.cells) {
            for (size, cell) in zip(report.sizes, row) {
                let counts = cell.counts
                let fields = [
                    contender.description, size.description, "\(cell.capacityBytes)", "\(counts.requests)", "\(counts.requestedBytes)",
                    decimal(counts.requestMissRatio, 6), decimal(counts.byteMissRatio, 6), "\(counts.misses)", "\(counts.missedBytes)",
                    "\(counts.revalidations)", "\(counts.insertions)", "\(counts.evictions)", "\(counts.evictedBytes)", "\(counts.refusals)",
                    decimal(seconds(cell.duration), 3),
                ]
                lines.append(fields.joined(separator: ","))
            }
        }
        for (size, floor) in zip(report.sizes, report.floors) {
            let ratios = decimal(floor.requestMissRatio, 6) + "," + decimal(floor.byteMissRatio, 6)
            lines.append("floor,\(size),\(floor.capacityBytes),,,\(ratios),,,,,,,,")
        }
        return lines.joined(separator: "\n")
    }

    /// A share as a percentage of six characters and its sign.
    static func percent(_ ratio: Double) -> String { padLeft(decimal(ratio * 100, 2) + "%", 7) }

    /// A number with this many digits after the point.
    package static func decimal(_ value: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1) { product, _ in product * 10 }
        let scaled = Int((abs(value) * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return digits == 0 ? "\(sign)\(scaled)" : "\(sign)\(scaled / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }

    package static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }

    private static func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
    private static func padLeft(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
}
