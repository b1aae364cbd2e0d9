// The settings of access logs and of what the edge tells about single requests.

import ConfigurationReading

extension EdgeSettings {
    static let logs: [Setting] = [
        Setting(
            "explain_from", .texts(max: 100, form: "an address or a block of addresses, such as 10.0.0.0/8"), .byDefault("127.0.0.0/8, ::1/128"),
            "Who is told what became of a request: viewers from here who send `X-Skerry-Explain` get it answered in a header of that name."),
        Setting("access_logs", .section, .byDefault(""), "How access logs are written; which ones there are is said by each distribution's `logging`."),
        Setting(
            "access_logs.flush_interval", .duration(1...60), .byDefault("1"),
            "Longest time lines wait in memory: what a crash may cost."),
        Setting(
            "access_logs.rotate_interval", .duration(1...86_400), .byDefault("300"),
            "Longest time a file is written to before it is closed and gets its name; the end of an hour closes it too."),
        Setting(
            "access_logs.rotate_size", .bytes(1 << 10...1 << 30), .byDefault("16MiB"), "Size, compressed, from which a file is closed."),
        Setting(
            "access_logs.queue_size", .bytes(64 << 10...1 << 30), .byDefault("8MiB"),
            "Memory for lines of one distribution that wait to be written; when it is full, lines are dropped and counted."),
        Setting(
            "access_logs.spool_directory", .text(1...1024, form: ""), .byDefault(".skerry/log-spool"),
            "Folder of files that wait for their bucket; a relative path starts at the folder of this file."),
        Setting(
            "access_logs.spool_size", .bytes(1 << 20...1 << 40), .byDefault("256MiB"),
            "Space for them; while a bucket can't be reached and it is full, lines are dropped and counted."),

        Setting("distributions[].logging", .section, .optional, "The distribution's access log; absent: none."),
        Setting(
            "distributions[].logging.bucket", .text(1...260, form: "a host name, with :port where it is not 80"), .optional,
            "Bucket for its files, such as `logs.s3.localhost:9000`; requests are signed with the key of `origin_access`. Give this or `directory`."),
        Setting(
            "distributions[].logging.directory", .text(1...1024, form: ""), .optional,
            "Folder for its files; a relative path starts at the folder of this file."),
        Setting(
            "distributions[].logging.region", .text(1...64, form: "lower-case letters, digits and -"), .byDefault("us-east-1"),
            "Region the bucket's requests are signed for."),
        Setting(
            "distributions[].logging.prefix",
            .text(0...256, form: "a path without spaces, . or .. in it and without a slash at its start"), .byDefault(""),
            "Before the names `ID.YYYY-MM-DD-HH.hash.gz`; a slash is added."),
        Setting(
            "distributions[].logging.include_cookies", .boolean, .byDefault("false"), "Whether the log has the viewers' cookies."),
        Setting(
            "distributions[].logging.format", .choice(["cloudfront", "json"]), .byDefault("cloudfront"),
            "CloudFront's 33 tab-separated fields, or a JSON object a line with the same names."),
    ]
}
