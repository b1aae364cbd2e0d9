// Field values may hold bytes that are no UTF-8 (obs-text, RFC 9110 section 5.5). As text these all become U+FFFD, so that values which differ
// would look alike; where values are compared or make a cache key they must not.

package import HTTPTypes

extension HTTPField {
    /// The value as text that differs whenever a byte does: as it is where it is UTF-8, else with each byte beyond ASCII
    /// written as NUL and two hex digits. No field value holds a NUL, so no other has that spelling.
    package var distinctValue: String {
        let text = value
        guard text.unicodeScalars.contains("\u{FFFD}") else { return text }
        return withUnsafeBytesOfValue { bytes in
            if let valid = String(validating: bytes, as: UTF8.self) { return valid }
            return bytes.reduce(into: "") { text, byte in
                if byte < 0x80 {
                    text.unicodeScalars.append(Unicode.Scalar(byte))
                } else {
                    text += "\0" + String(byte, radix: 16)
                }
            }
        }
    }
}

extension HTTPFields {
    /// The values of all lines of a name, in order, as text that differs whenever a byte does.
    package func distinctValues(of name: HTTPField.Name) -> [String] { self[fields: name].map(\.distinctValue) }
}
