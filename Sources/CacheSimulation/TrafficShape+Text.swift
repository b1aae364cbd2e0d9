// A shape as the command line writes it: `requests=1000000,objects=5000,zipf=0.9`.

/// What is wrong with a description of made-up traffic.
package struct TrafficShapeError: Error, Hashable, Sendable, CustomStringConvertible {
    package var text: String
    package var expected: String

    package var description: String { "\(text): expected \(expected)" }
}

extension TrafficShape {
    /// A number's name, its bounds, and where it goes.
    private struct Key {
        var name: String
        var bounds: ClosedRange<Double>
        var isWhole = false
        var set: @Sendable (inout TrafficShape, Double) -> Void
    }

    private static let keys = [
        Key(name: "requests", bounds: 1...1e9, isWhole: true) { $0.requests = Int($1) },
        Key(name: "objects", bounds: 1...Double(objectsMax), isWhole: true) { $0.objects = Int($1) },
        Key(name: "zipf", bounds: 0...5) { $0.exponent = $1 },
        Key(name: "median-bytes", bounds: 1...1e12) { $0.medianBytes = $1 },
        Key(name: "size-deviation", bounds: 0...5) { $0.sizeDeviation = $1 },
        Key(name: "rate", bounds: 1e-6...1e9) { $0.rate = $1 },
        Key(name: "churn", bounds: 0...1000) { $0.churnPerThousand = $1 },
        Key(name: "deploy-seconds", bounds: 0...1e9) { $0.deploySeconds = $1 },
        Key(name: "deploy-share", bounds: 0...1) { $0.deployShare = $1 },
        Key(name: "crawl-share", bounds: 0...1) { $0.crawlShare = $1 },
        Key(name: "ttl-share", bounds: 0...1) { $0.shortTTLShare = $1 },
        Key(name: "ttl", bounds: 0...Double(Int32.max), isWhole: true) { $0.shortTTLSeconds = Int32($1) },
        Key(name: "seed", bounds: 0...Double(1 << 53), isWhole: true) { $0.seed = UInt64($1) },
    ]

    /// The names that a description may have.
    package static var names: [String] { keys.map(\.name) }

    /// Reads a description; what it leaves out keeps its default.
    package init(_ text: String) throws(TrafficShapeError) {
        self.init()
        for item in text.split(separator: ",") {
            let parts = item.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let key = Self.keys.first(where: { $0.name == parts[0] }) else {
                throw TrafficShapeError(text: String(item), expected: Self.names.map { $0 + "=NUMBER" }.joined(separator: ", "))
            }
            guard let value = Double(parts[1]), key.bounds.contains(value), !key.isWhole || value == value.rounded() else {
                let bounds = "\(Self.shown(key.bounds.lowerBound)) to \(Self.shown(key.bounds.upperBound))"
                throw TrafficShapeError(text: String(item), expected: "\(key.isWhole ? "a whole number" : "a number") from \(bounds)")
            }
            key.set(&self, value)
        }
    }

    private static func shown(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
    }
}
