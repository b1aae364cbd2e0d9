import BucketPolicy
import ConfigurationReading
import Testing

@testable import DistributionModel

@Suite struct LoggingReadingTests {
    private func text(_ logging: String, process: String = "", credentials: Bool = true) -> String {
        """
        \(process)
        \(credentials ? "origin_access: {credentials_file: keys}" : "")
        distributions:
          - id: EABC
            origins:
              - {id: o, domain_name: origin.example, custom_origin_config: {}}
            default_cache_behavior: {target_origin_id: o}
            logging: \(logging)
        """
    }

    private func read(_ text: String) throws -> EdgeConfiguration { try EdgeConfiguration.read(yaml: text, file: "edge.conf").value }

    @Test func `a log in a folder has CloudFront's defaults`() throws {
        let logging = try read(text("{directory: logs}", credentials: false)).distributions[0].logging
        #expect(logging == DistributionLogging(destination: .directory("logs")))
    }

    @Test func `a log in a bucket is read whole`() throws {
        let configuration = try read(
            text(
                "{bucket: 'logs.s3.localhost:9000', region: eu-west-1, prefix: cdn/a, include_cookies: true, format: json}",
                process:
                    "access_logs: {flush_interval: 5, rotate_interval: 60, rotate_size: 1MiB, queue_size: 64KiB, spool_directory: s, spool_size: 1MiB}"))
        let bucket = try #require(OriginDomainName("logs.s3.localhost:9000"))
        #expect(
            configuration.distributions[0].logging
                == DistributionLogging(destination: .bucket(bucket, region: "eu-west-1"), prefix: "cdn/a", includesCookies: true, format: .json))
        var settings = AccessLogSettings()
        (settings.flushInterval, settings.rotateInterval, settings.rotateBytes) = (.seconds(5), .seconds(60), 1 << 20)
        (settings.queueBytes, settings.spoolDirectory, settings.spoolBytes) = (64 << 10, "s", 1 << 20)
        #expect(configuration.accessLogs == settings)
    }

    @Test func `a distribution without the key has no log, and the process its defaults`() throws {
        let configuration = try read(text("{directory: logs}"))
        #expect(configuration.accessLogs == AccessLogSettings())
    }

    @Test(arguments: [
        ("{}", "edge.conf:8:14: error: distributions[0].logging.bucket: found no such key, expected a bucket or a directory for the log files"),
        ("{bucket: b, directory: d}", "edge.conf:8:37: error: distributions[0].logging.directory: found a directory beside a bucket, expected one of the two"),
        ("{directory: d, region: r}", "edge.conf:8:37: error: distributions[0].logging.region: found a region without a bucket, expected it beside bucket alone"),
        ("{directory: d, format: w3c}", "edge.conf:8:37: error: distributions[0].logging.format: found \"w3c\", expected one of cloudfront, json"),
        ("{directory: d, prefix: /a}", "edge.conf:8:37: error: distributions[0].logging.prefix: found \"/a\", expected a path without spaces, . or .. in it and without a slash at its start"),
        ("{directory: d, prefix: a/../b}", "edge.conf:8:37: error: distributions[0].logging.prefix: found \"a/../b\", expected a path without spaces, . or .. in it and without a slash at its start"),
        ("{bucket: 'not a host'}", "edge.conf:8:23: error: distributions[0].logging.bucket: found \"not a host\", expected a host name, with :port where it is not 80"),
        ("{directory: d, include_cookies: yes}", "edge.conf:8:46: error: distributions[0].logging.include_cookies: found \"yes\", expected true or false"),
        ("{directory: d, enabled: true}", "edge.conf:8:29: error: distributions[0].logging.enabled: found an unknown key, expected one of bucket, directory, region, prefix, include_cookies, format"),
    ])
    func `what is wrong is told with its place`(logging: String, problem: String) {
        #expect { try read(text(logging)) } throws: { error in
            let text = "\(error)"
            return text.split(separator: "\n").contains { $0 == problem }
        }
    }

    @Test func `a bucket needs a key`() {
        #expect { try read(text("{bucket: logs.s3.localhost}", credentials: false)) } throws: { error in
            "\(error)".contains("logging.bucket: found a bucket, expected origin_access.credentials_file, whose key signs what is put into it")
        }
    }
}

@Suite struct ExplainReadingTests {
    private func read(_ line: String) throws -> EdgeConfiguration {
        try EdgeConfiguration.read(
            yaml: """
                \(line)
                distributions:
                  - id: EABC
                    origins:
                      - {id: o, domain_name: origin.example, custom_origin_config: {}}
                    default_cache_behavior: {target_origin_id: o}
                """, file: "edge.conf").value
    }

    @Test func `without a word explanations are for this machine`() throws {
        let blocks = try read("").explainFrom
        #expect(blocks.contains { $0.contains("127.0.0.1") })
        #expect(blocks.contains { $0.contains("::1") })
        #expect(!blocks.contains { $0.contains("10.0.0.1") })
    }

    @Test func `networks can be named, or nobody`() throws {
        #expect(try read("explain_from: [10.0.0.0/8, '2001:db8::/32']").explainFrom.map(\.prefixLength) == [8, 32])
        #expect(try read("explain_from: []").explainFrom.isEmpty)
    }

    @Test func `what is no network is told with its place`() {
        #expect { try read("explain_from: [10.0.0.0/33]") } throws: { error in
            "\(error)".contains(
                #"edge.conf:1:16: error: explain_from[0]: found "10.0.0.0/33", expected an address or a block of addresses, such as 10.0.0.0/8"#)
        }
    }
}
