// Content-Type by file name extension: IANA's registrations, with the charset written out for text so that no browser has
// to guess. Unknown extensions become `binary/octet-stream`, S3's own default.

/// The media type of a file by its name.
package enum ContentType {
    package static let unknown = "binary/octet-stream"

    /// Looks at the last extension only, without regard to case; `.gz` files keep the type of the archive.
    package static func of(fileName: String) -> String {
        let name = fileName.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return wholeNames[String(name)] ?? unknown }
        return byExtension[name[name.index(after: dot)...].lowercased()] ?? unknown
    }

    private static let wholeNames = [
        "LICENSE": "text/plain; charset=utf-8", "README": "text/plain; charset=utf-8", "CNAME": "text/plain; charset=utf-8",
    ]

    private static let byExtension: [String: String] = {
        var types = plain
        for (type, extensions) in text {
            for name in extensions { types[name] = type + "; charset=utf-8" }
        }
        return types
    }()

    private static let text: [String: [String]] = [
        "text/html": ["html", "htm", "shtml"],
        "text/css": ["css"],
        "text/javascript": ["js", "mjs", "cjs"],
        "text/plain": ["txt", "text", "log", "ini", "conf", "asc"],
        "text/csv": ["csv"],
        "text/tab-separated-values": ["tsv"],
        "text/markdown": ["md", "markdown"],
        "text/calendar": ["ics"],
        "text/vcard": ["vcf"],
        "text/vtt": ["vtt"],
        "text/xml": ["xsl", "xslt"],
        "application/xml": ["xml"],
        "application/rss+xml": ["rss"],
        "application/atom+xml": ["atom"],
        "application/xhtml+xml": ["xhtml", "xht"],
        "application/yaml": ["yaml", "yml"],
        "application/toml": ["toml"],
    ]

    private static let plain: [String: String] = [
        // JSON is UTF-8 by definition and takes no charset (RFC 8259).
        "json": "application/json", "map": "application/json", "jsonld": "application/ld+json", "geojson": "application/geo+json",
        "webmanifest": "application/manifest+json", "ipynb": "application/x-ipynb+json", "topojson": "application/json",
        "wasm": "application/wasm", "pdf": "application/pdf", "rtf": "application/rtf", "epub": "application/epub+zip",
        "zip": "application/zip", "gz": "application/gzip", "tgz": "application/gzip", "br": "application/octet-stream",
        "bz2": "application/x-bzip2", "xz": "application/x-xz", "zst": "application/zstd", "tar": "application/x-tar",
        "7z": "application/x-7z-compressed", "jar": "application/java-archive",
        "doc": "application/msword", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xls": "application/vnd.ms-excel", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "ppt": "application/vnd.ms-powerpoint",
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "odt": "application/vnd.oasis.opendocument.text", "ods": "application/vnd.oasis.opendocument.spreadsheet",
        "odp": "application/vnd.oasis.opendocument.presentation",
        "png": "image/png", "apng": "image/apng", "jpg": "image/jpeg", "jpeg": "image/jpeg", "jfif": "image/jpeg",
        "gif": "image/gif", "webp": "image/webp", "avif": "image/avif", "heic": "image/heic", "heif": "image/heif",
        "jxl": "image/jxl", "bmp": "image/bmp", "tif": "image/tiff", "tiff": "image/tiff", "ico": "image/x-icon",
        "svg": "image/svg+xml", "svgz": "image/svg+xml", "cur": "image/x-icon",
        "mp4": "video/mp4", "m4v": "video/mp4", "webm": "video/webm", "ogv": "video/ogg", "mov": "video/quicktime",
        "avi": "video/x-msvideo", "mkv": "video/matroska", "ts": "video/mp2t", "m3u8": "application/vnd.apple.mpegurl",
        "mpd": "application/dash+xml",
        "mp3": "audio/mpeg", "m4a": "audio/mp4", "aac": "audio/aac", "ogg": "audio/ogg", "oga": "audio/ogg", "opus": "audio/ogg",
        "wav": "audio/wav", "flac": "audio/flac", "weba": "audio/webm", "mid": "audio/midi", "midi": "audio/midi",
        "woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf", "otf": "font/otf", "ttc": "font/collection",
        "eot": "application/vnd.ms-fontobject",
        "glb": "model/gltf-binary", "gltf": "model/gltf+json", "stl": "model/stl",
        "sh": "application/x-sh", "bin": "application/octet-stream", "dmg": "application/octet-stream",
        "exe": "application/octet-stream", "iso": "application/octet-stream", "deb": "application/vnd.debian.binary-package",
        "apk": "application/vnd.android.package-archive", "torrent": "application/x-bittorrent",
    ]
}
