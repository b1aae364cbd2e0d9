// Percent coding as S3 uses it beyond the strict RFC 3986 forms of HTTPSemantics: `+` for a space in query strings.

import HTTPSemantics

extension PercentCoding {
    /// Decodes `%XX`, and `+` as a space where forms do; nil for a broken escape or bytes that are not UTF-8.
    static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        guard plusIsSpace, text.utf8.contains(UInt8(ascii: "+")) else { return decodedText(text) }
        let spaced = text.utf8.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
        return decoded(spaced).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
