import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

/// Sun, 09 Nov 2025 12:00:00 GMT.
let noon = HTTPDate(secondsSince1970: 1_762_689_600)

/// A row of a table: the section it comes from, and response fields, one `Name: value` a line.
struct RFCRow<Expected: Sendable>: CustomTestStringConvertible, Sendable {
    var section: String
    var response: String
    var expected: Expected
    var request = ""
    var status = 200
    var method = HTTPRequest.Method.get

    init(_ section: String, _ response: String, _ expected: Expected, request: String = "", status: Int = 200, method: HTTPRequest.Method = .get) {
        (self.section, self.response, self.expected) = (section, response, expected)
        (self.request, self.status, self.method) = (request, status, method)
    }

    var testDescription: String {
        "RFC \(section): \(method) \(request.isEmpty ? "" : "[\(request)] ")\(status) [\(response.replacing("\n", with: " | "))]"
    }
}

/// Fields written one a line.
func fields(_ text: String) throws -> HTTPFields {
    var result = HTTPFields()
    for line in text.split(separator: "\n") {
        let colon = try #require(line.firstIndex(of: ":"))
        let name = try #require(HTTPField.Name(String(line[..<colon])))
        result.append(HTTPField(name: name, value: String(line[line.index(after: colon)...].drop { $0 == " " })))
    }
    return result
}

/// A date that many seconds from noon.
func date(_ seconds: Int64) -> String { noon.advanced(bySeconds: seconds).formatted }

let strictPolicy = CachePolicy(minTTL: 0, defaultTTL: 0, maxTTL: 3_153_600_000)

/// What the strict rules say of a response that arrives at noon.
func strictStorability(
    _ response: HTTPFields, status: Int = 200, request: RequestFacts = RequestFacts(method: .get), policy: CachePolicy = strictPolicy,
    requestedAt: HTTPDate = noon
) -> Storability {
    strict.storability(
        of: ResponseFacts(status: status, fields: response, requestedAt: requestedAt, receivedAt: noon), for: request,
        under: StoragePolicy(cachePolicy: policy))
}

extension Storability {
    var stored: Freshness? { if case .store(let freshness) = self { freshness } else { nil } }
    var refusal: Reason? { if case .doNotStore(let reason) = self { reason } else { nil } }
}

let strict: Personality = .rfc9111
let cloudFront: Personality = .cloudFront
