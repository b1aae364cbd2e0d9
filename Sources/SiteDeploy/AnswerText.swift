/// The texts of a short XML answer. Not an XML reader: it looks for the first element of a name, without attributes.
enum AnswerText {
    static func element(_ name: String, in document: String) -> String? {
        guard let start = document.range(of: "<\(name)>"), let end = document[start.upperBound...].range(of: "</\(name)>") else {
            return nil
        }
        var text = String(document[start.upperBound..<end.lowerBound])
        for (escape, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")] {
            text = text.split(separator: escape, omittingEmptySubsequences: false).joined(separator: character)
        }
        return text
    }
}

extension StringProtocol {
    /// The first place of a text.
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
