import Foundation

/// The real clients of the tests. `make test` installs them.
enum Tools {
    static let virtualEnvironment = Skerry.repository + "/.venv"
    static let aws = virtualEnvironment + "/bin/aws"
    static let python = virtualEnvironment + "/bin/python3"
    static let path = virtualEnvironment + "/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"

    /// Whether to run a test that needs these programs: they are there, or this is CI, where they have to be.
    static func available(_ programs: String...) -> Bool {
        ProcessInfo.processInfo.environment["CI"] != nil
            || programs.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
    }

    static let rclone = "/usr/bin/rclone"
    static let chromium = "/usr/bin/chromium"
    static let curl = "/usr/bin/curl"
    static let openssl = "/usr/bin/openssl"

    /// The HTML tree of Python's documentation, or nil where `make test` found none to install.
    static let pythonDocumentation: String? = {
        for base in ["/usr/share/doc", Skerry.repository + "/.build/python-doc/usr/share/doc"] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []
            for name in names.sorted().reversed() where name.hasPrefix("python3.") {
                let folder = "\(base)/\(name)/html"
                if FileManager.default.fileExists(atPath: folder + "/library/index.html") { return folder }
            }
        }
        return nil
    }()
}

extension Workplace {
    /// The settings by which AWS's own clients find an origin and nothing else.
    func awsEnvironment(_ origin: Origin) -> [String: String] {
        [
            "AWS_ACCESS_KEY_ID": origin.credentials.accessKeyID,
            "AWS_SECRET_ACCESS_KEY": origin.credentials.secretAccessKey,
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": origin.url,
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1", "AWS_PAGER": "",
            "AWS_CONFIG_FILE": path("aws-config"), "AWS_SHARED_CREDENTIALS_FILE": path("aws-credentials"),
        ]
    }

    /// Runs `aws`.
    func aws(_ origin: Origin, _ arguments: String..., seconds: Double = 90) throws -> Finished {
        try run(Tools.aws, arguments, environment: awsEnvironment(origin), directory: folder, seconds: seconds)
    }

    /// Runs one of the Python programs in `Clients` beside the tests.
    func python(_ script: String, _ origin: Origin, _ arguments: [String] = [], seconds: Double = 120) throws -> Finished {
        let file = Skerry.repository + "/Tests/EndToEndTests/Clients/" + script
        return try run(
            Tools.python, ["-B", file] + arguments, environment: awsEnvironment(origin), directory: folder, seconds: seconds)
    }

    /// The settings by which rclone knows the origin as the remote `s`.
    func rcloneEnvironment(_ origin: Origin) -> [String: String] {
        [
            "RCLONE_CONFIG": path("rclone.conf"), "RCLONE_CONFIG_S_TYPE": "s3", "RCLONE_CONFIG_S_PROVIDER": "Other",
            "RCLONE_CONFIG_S_ENDPOINT": origin.url, "RCLONE_CONFIG_S_REGION": "us-east-1",
            "RCLONE_CONFIG_S_ACCESS_KEY_ID": origin.credentials.accessKeyID,
            "RCLONE_CONFIG_S_SECRET_ACCESS_KEY": origin.credentials.secretAccessKey,
            "RCLONE_RETRIES": "1", "RCLONE_LOW_LEVEL_RETRIES": "1",
        ]
    }

    func rclone(_ origin: Origin, _ arguments: String..., seconds: Double = 60) throws -> Finished {
        try run(
            Tools.rclone, arguments, environment: rcloneEnvironment(origin), directory: folder, seconds: seconds)
    }

    /// The document of a page after its scripts have run, as a headless browser has it.
    func browse(_ url: String, _ more: String...) throws -> Finished {
        try run(
            Tools.chromium,
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
                "--user-data-dir=\(path("browser"))", "--virtual-time-budget=5000",
            ] + more + ["--dump-dom", url], seconds: 90)
    }
}
