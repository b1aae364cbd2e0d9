// A distribution's access log in CloudFront's spelling (LoggingConfig), and the process's bounds for all logs.

package import ConfigurationReading

/// Where one distribution's log goes and what is in it.
package struct DistributionLogging: Sendable, Hashable {
    package enum Destination: Sendable, Hashable {
        /// A bucket by the name it is reached at, `logs.s3.localhost:9000`, and the region its requests are signed for.
        case bucket(OriginDomainName, region: String)
        /// A folder; a relative path starts at the folder of `edge.conf`.
        case directory(String)
    }

    package enum Format: String, Sendable, Hashable, CaseIterable {
        case cloudFront = "cloudfront"
        case json
    }

    package var destination: Destination
    /// Before each file's name; a slash is added where it doesn't end in one.
    package var prefix: String
    package var includesCookies: Bool
    package var format: Format

    package init(destination: Destination, prefix: String = "", includesCookies: Bool = false, format: Format = .cloudFront) {
        self.destination = destination
        self.prefix = prefix
        self.includesCookies = includesCookies
        self.format = format
    }

    static func read(_ section: ConfigurationSection, hasCredentials: Bool) -> DistributionLogging? {
        let bucket = section.text("bucket", OriginDomainName.init)
        let directory = section.text("directory")
        let region = section.text("region") { text in
            text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D } ? text : nil
        }
        let prefix = section.text("prefix") { text in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }
            return isPlain && !text.hasPrefix("/") && !parts.contains("..") && !parts.contains(".") ? text : nil
        }
        let cookies = section.boolean("include_cookies")
        let format = section.choice("format", as: Format.self)
        if section.has("bucket"), section.has("directory") {
            section.report("directory", found: "a directory beside a bucket", expected: "one of the two")
        } else if !section.has("bucket"), !section.has("directory") {
            section.reader.report(
                at: section.location, section.path("bucket"), found: "no such key", expected: "a bucket or a directory for the log files")
        }
        if section.has("region"), !section.has("bucket") {
            section.report("region", found: "a region without a bucket", expected: "it beside bucket alone")
        }
        if section.has("bucket"), !hasCredentials {
            section.report(
                "bucket", found: "a bucket", expected: "origin_access.credentials_file, whose key signs what is put into it")
        }
        section.finish()
        guard let region, let prefix, let cookies, let format else { return nil }
        let destination: Destination
        if let bucket { destination = .bucket(bucket, region: region) } else if let directory { destination = .directory(directory) } else { return nil }
        return DistributionLogging(destination: destination, prefix: prefix, includesCookies: cookies, format: format)
    }
}

/// How logs are written, for all distributions alike.
package struct AccessLogSettings: Sendable, Hashable {
    /// How long lines wait in memory at the most: what a crash may cost.
    package var flushInterval = Duration.seconds(1)
    /// How long a file is written to before it is closed and gets its name.
    package var rotateInterval = Duration.seconds(300)
    /// The size from which a file is closed, compressed, in bytes.
    package var rotateBytes = 16 << 20
    /// Lines of one distribution that may wait in memory, in bytes.
    package var queueBytes = 8 << 20
    /// Folder of files that wait for their bucket; relative paths start at the folder of `edge.conf`.
    package var spoolDirectory = ".skerry/log-spool"
    /// What may lie there, in bytes.
    package var spoolBytes = 256 << 20

    package init() {}

    static func read(_ section: ConfigurationSection) -> AccessLogSettings? {
        let flush = section.duration("flush_interval")
        let rotate = section.duration("rotate_interval")
        let size = section.bytes("rotate_size")
        let queue = section.bytes("queue_size")
        let directory = section.text("spool_directory")
        let spool = section.bytes("spool_size")
        section.finish()
        guard let flush, let rotate, let size, let queue, let directory, let spool else { return nil }
        var settings = AccessLogSettings()
        (settings.flushInterval, settings.rotateInterval, settings.rotateBytes) = (flush, rotate, size)
        (settings.queueBytes, settings.spoolDirectory, settings.spoolBytes) = (queue, directory, spool)
        return settings
    }
}
