import Testing

@testable import XMLDocuments

@Suite struct XMLTests {
    private func read(_ text: String) throws(XMLError) -> XMLElement { try XMLElement.read(Array(text.utf8)) }

    @Test func `elements, text, comments, CDATA, references and namespaces are read`() throws {
        let root = try read(
            """
            \u{FEFF}<?xml version="1.0" encoding="UTF-8"?>
            <!-- a comment --><s3:Delete xmlns:s3="http://s3.amazonaws.com/doc/2006-03-01/" a='1 &amp; 2'>
              <Key>a&lt;b&gt;&amp;&quot;&apos;&#x20AC;&#13;</Key><!-- c --><Other><![CDATA[<raw>&]]></Other><Empty/>
            </s3:Delete >
            """)
        #expect(root.name == "Delete")
        #expect(root.children.map(\.name) == ["Key", "Other", "Empty"])
        #expect(root.children.map(\.text) == ["a<b>&\"'\u{20AC}\r", "<raw>&", ""])
    }

    @Test(arguments: [
        "", "text", "<a>", "<a></b>", "<a/><b/>", "<a><b></a></b>", "<a x></a>", "<a x=1/>", "<a x='<'/>", "<a>&unknown;</a>", "<a>&#0;</a>",
        "<a>&#xD800;</a>", "<a>&#+5;</a>", "<a>& </a>", "<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "<?php x?><a/>",
        "<a><!-- -- --></a>", "<a>\u{1}</a>", "<1a/>", "< a/>", "<a/>trailing", "<a><![CDATA[x</a>",
    ])
    func `anything that is not plain well formed XML is refused`(_ text: String) {
        #expect(throws: XMLError.self) { try read(text) }
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(throws: XMLError.self) { try XMLElement.read([0x3C, 0x61, 0x3E, 0xFF, 0x3C, 0x2F, 0x61, 0x3E]) }
    }

    @Test func `sixteen levels are read and seventeen refused`() throws {
        func nested(_ levels: Int) -> String { String(repeating: "<a>", count: levels) + String(repeating: "</a>", count: levels) }
        _ = try read(nested(16))
        #expect(throws: XMLError.self) { try read(nested(17)) }
    }

    @Test func `what the writer escapes the reader gives back`() throws {
        let text = "a<b>&\"'\r\n\t\u{20AC} end"
        var writer = XMLWriter()
        writer.element("Root") { $0.leaf("Key", text) }
        #expect(try XMLElement.read(writer.bytes, root: "Root").value("Key") == text)
    }
}
