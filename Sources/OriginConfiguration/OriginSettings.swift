// Every setting of `origin.conf`. The reader and docs/settings.md both come from here.

package import ConfigurationReading

/// The settings table of `origin.conf`.
package enum OriginSettings {
    package static let table = SettingsTable(
        file: "origin.conf", settings: process + users + services,
        unsupported: [
            "listen_https": "only listen (HTTPS is not supported yet)",
            "users[].policies": "no policies of users: what a user may do with a bucket is in the bucket's policy",
        ])

    static let hostForm = "a host name"

    private static let process: [Setting] = [
        Setting(
            "listen", .address, .byDefault("127.0.0.1:9000"), "HTTP for the S3 API and the website endpoints, told apart by Host."),
        Setting(
            "data", .text(1...1024, form: ""), .byDefault(".skerry"),
            "Folder of the index, the objects and `credentials`; a relative path starts at the folder of this file."),
        Setting("region", .text(1...64, form: "lower-case letters, digits and -"), .byDefault("us-east-1"), "Region of all buckets; signatures must name it."),
        Setting(
            "account_id", .text(12...12, form: "twelve digits"), .byDefault("000000000000"),
            "Account of the root user, and of users that name none."),
        Setting(
            "hosts", .texts(max: 16, form: hostForm), .byDefault("s3.localhost"),
            "`BUCKET.HOST` addresses a bucket; any other host name takes the bucket from the path."),
        Setting(
            "website_hosts", .texts(max: 16, form: hostForm),
            .byDefault("s3-website.localhost, s3-website-us-east-1.localhost"), "`BUCKET.HOST` is the bucket's website."),
        Setting(
            "block_public_access", .boolean, .byDefault("true"),
            "Whether new buckets start with all four public access blocks on, as at AWS since April 2023."),
        Setting("users", .sections(max: 1000), .optional, "Users beside the root user, whose key pair is in `data`/credentials."),
        Setting(
            "services", .sections(max: 100), .optional,
            "Key pairs of services that sign on behalf of a resource, beside the edge's own in `data`/credentials."),
        Setting("limits", .section, .byDefault(""), "Bounds on what clients may make the origin hold or wait for."),

        Setting("limits.max_connections", .integer(1...1_000_000), .byDefault("10000"), "Connections open at a time."),
        Setting(
            "limits.max_header_size", .bytes(4096...1 << 20), .byDefault("32KiB"), "Request line and header fields together."),
        Setting(
            "limits.keep_alive_timeout", .duration(1...3600), .byDefault("60"), "Wait for the next request on a connection."),
        Setting("limits.header_timeout", .duration(1...600), .byDefault("30"), "Wait for a whole request head."),
        Setting("limits.body_timeout", .duration(1...600), .byDefault("60"), "Wait for more of a request body."),
        Setting("limits.send_timeout", .duration(1...600), .byDefault("60"), "Wait for a client to take more of a response."),
        Setting("limits.drain_timeout", .duration(0...600), .byDefault("30"), "Time for requests in flight after SIGTERM."),
    ]

    private static let accessKeyForm = "3 to 128 letters, digits and _"
    private static let secretForm = "8 to 256 printable characters without spaces"

    private static let users: [Setting] = [
        Setting("users[].name", .text(1...64, form: "1 to 64 letters, digits and +=,.@_-"), .required, "User name."),
        Setting("users[].access_key_id", .text(3...128, form: accessKeyForm), .required, "Unique among all users and services."),
        Setting("users[].secret_access_key", .text(8...256, form: secretForm), .required, "Its secret."),
        Setting(
            "users[].canonical_id", .text(64...64, form: "64 hexadecimal digits in lower case"), .optional,
            "Canonical user id; absent: derived from the account."),
        Setting("users[].display_name", .text(1...128, form: ""), .optional, "In listings and ACLs; absent: the name."),
        Setting("users[].email", .text(3...254, form: "an address with one @"), .optional, "For grants by e-mail address."),
        Setting("users[].account_id", .text(12...12, form: "twelve digits"), .optional, "Absent: the top-level `account_id`."),
        Setting(
            "users[].arn", .text(20...2048, form: "an ARN such as arn:aws:iam::123456789012:user/ann"), .optional,
            "Absent: `arn:aws:iam::<account_id>:user/<name>`."),
    ]

    private static let services: [Setting] = [
        Setting(
            "services[].service", .choice(["cloudfront.amazonaws.com"]), .byDefault("cloudfront.amazonaws.com"),
            "Principal in bucket policies."),
        Setting("services[].access_key_id", .text(3...128, form: accessKeyForm), .required, "Unique among all users and services."),
        Setting("services[].secret_access_key", .text(8...256, form: secretForm), .required, "Its secret."),
    ]
}
