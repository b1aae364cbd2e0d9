// A cache key for people: what a request is told about itself on request.

extension CacheKey {
    /// Bytes of a readable key; what is beyond is cut off.
    package static let readableBytesMax = 1_024

    /// The key's parts in their order, such as `read gzip E1 /a ?x=1 header:accept-language=de cookie:id=7`. Bytes that are not
    /// printable are percent-encoded, and so are spaces, quotation marks, backslashes and percent signs inside a part: two keys
    /// that differ print differently, as far as they are printed.
    package var readable: String {
        var text: [UInt8] = []
        func add(_ part: some Sequence<UInt8>) {
            for byte in part {
                if byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte != UInt8(ascii: "%") {
                    text.append(byte)
                } else {
                    text += [UInt8(ascii: "%"), Self.digit(byte >> 4), Self.digit(byte & 15)]
                }
            }
        }
        guard bytes.count >= 2 else { return "" }
        add((bytes[0] == MethodClass.options.rawValue ? "options" : "read").utf8)
        if let accepted = AcceptEncodingClass(rawValue: bytes[1])?.fieldValue {
            text.append(0x20)
            add(accepted.utf8.filter { $0 != 0x20 })
        }
        var rest = bytes[2...]
        while let tag = rest.popFirst() {
            if tag == 0x61 {
                // No length and no part: the tag says it all.
                text += Array("(absent)".utf8)
                continue
            }
            var (length, shift) = (0, 0)
            while let byte = rest.popFirst() {
                length |= Int(byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 || shift > 28 { break }
            }
            let part = rest.prefix(length)
            rest = rest.dropFirst(length)
            switch tag {
            case 0x3F: text += Array(" ?".utf8)
            case 0x26: text += Array(" &".utf8)
            case 0x48: text += Array(" header:".utf8)
            case 0x56: text += Array("=".utf8)
            case 0x43: text += Array(" cookie:".utf8)
            case 0x53: text += Array(" vary:".utf8)
            case 0x76: text += Array("=".utf8)
            case 0x41: text += Array((rest.popFirst() == 1 ? " https://" : " http://").utf8)
            default: text.append(0x20)
            }
            add(part)
        }
        return String(decoding: text.prefix(Self.readableBytesMax), as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x41 + value - 10 }
}
