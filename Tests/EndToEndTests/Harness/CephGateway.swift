import Foundation
import Glibc
import Testing

/// A real Ceph of one node on loopback, with its S3 gateway: another engine than ours for what must work with any.
///
/// One monitor, one manager, one object store on a file, one gateway, all as children of the workplace that stay in the foreground, so
/// that they end with it. Nothing in it is authenticated but S3. Takes some 15 s to start and 1 GiB of memory.
enum CephGateway {
    static let programs = ["/usr/bin/ceph", "/usr/bin/ceph-mon", "/usr/bin/ceph-mgr", "/usr/bin/ceph-osd", "/usr/bin/radosgw", "/usr/bin/monmaptool", "/usr/bin/radosgw-admin"]
    /// Also in CI the suite is skipped where Ceph could not be installed; `make test` says so then.
    static let isInstalled = programs.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
    static let startSeconds = 90.0

    /// Starts one. What comes back is an origin to the tests: a process, a port and a key pair.
    static func start(_ place: Workplace) throws -> Origin {
        let folder = place.path("ceph")
        let credentials = Credentials(accessKeyID: "GATEWAYUSER000000001", secretAccessKey: "not-a-secret-on-loopback")
        let (monitor, gateway) = (try freePort(), try freePort())
        for name in ["mon", "mgr", "osd", "rgw"] {
            try FileManager.default.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: true)
        }
        let cluster = UUID().uuidString.lowercased()
        let settings = [
            "fsid": cluster, "mon_host": "v1:127.0.0.1:\(monitor)", "mon_initial_members": "a", "public_network": "127.0.0.0/8",
            "auth_cluster_required": "none", "auth_service_required": "none", "auth_client_required": "none", "keyring": folder + "/keyring",
            "mon_data": folder + "/mon", "mgr_data": folder + "/mgr", "osd_data": folder + "/osd", "run_dir": folder, "rgw_data": folder + "/rgw",
            "admin_socket": folder + "/$name.asok", "log_file": folder + "/$name.log", "pid_file": "",
            // One copy of everything, in few groups; a small store that may be a file.
            "osd_pool_default_size": "1", "osd_pool_default_min_size": "1", "osd_pool_default_pg_num": "8", "osd_crush_chooseleaf_type": "0",
            "mon_allow_pool_size_one": "true", "osd_pool_default_pg_autoscale_mode": "off", "mon_max_pg_per_osd": "500",
            "bluestore_block_size": "3221225472", "osd_memory_target": "939524096", "ms_bind_ipv6": "false", "ms_bind_msgr2": "false",
            "rgw_frontends": "beast endpoint=127.0.0.1:\(gateway)", "rgw_enable_static_website": "true",
            // So that a bucket may also be a name in front of this one, as the edge asks for it.
            "rgw_dns_name": "s3.localhost",
        ]
        let configuration = try place.write(
            "[global]\n" + settings.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)\n" }.joined(), to: "ceph/ceph.conf")

        func run(_ program: String, _ arguments: String..., seconds: Double = 60) throws -> String {
            let run = try place.run("/usr/bin/" + program, ["-c", configuration] + arguments, seconds: seconds)
            guard run.succeeded else { throw HarnessError("\(run)") }
            return run.output.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        @discardableResult func start(_ program: String, _ arguments: String...) throws -> ChildProcess {
            try place.start(
                "/usr/bin/" + program, ["-c", configuration, "-f"] + arguments, environment: place.environment(), directory: folder, name: program)
        }
        let keyring = try place.run("/usr/bin/ceph-authtool", ["--create-keyring", folder + "/keyring", "--gen-key", "-n", "mon.", "--cap", "mon", "allow *"])
        guard keyring.succeeded else { throw HarnessError("\(keyring)") }
        let map = try place.run(
            "/usr/bin/monmaptool", ["--create", "--fsid", cluster, "--addv", "a", "[v1:127.0.0.1:\(monitor)]", folder + "/monmap"])
        guard map.succeeded else { throw HarnessError("\(map)") }
        _ = try run("ceph-mon", "--mkfs", "-i", "a", "--monmap", folder + "/monmap", "--keyring", folder + "/keyring")
        try start("ceph-mon", "-i", "a")
        _ = try run("ceph", "--connect-timeout", "\(Int(startSeconds))", "status", seconds: startSeconds)
        try start("ceph-mgr", "-i", "x")
        let store = UUID().uuidString.lowercased()
        let number = try run("ceph", "osd", "new", store)
        _ = try run("ceph-osd", "-i", number, "--mkfs", "--osd-uuid", store)
        try start("ceph-osd", "-i", number)
        let process = try start("radosgw", "-n", "client.rgw")
        try eventually(seconds: startSeconds, "the gateway answers") {
            (try? fetch("GET", "/", host: "127.0.0.1", port: gateway, seconds: 5))?.status == 200 ? true : nil
        }
        _ = try run(
            "radosgw-admin", "user", "create", "--uid=tester", "--display-name=tester", "--access-key=\(credentials.accessKeyID)",
            "--secret-key=\(credentials.secretAccessKey)", seconds: startSeconds)
        return Origin(process: process, port: gateway, data: folder, credentials: credentials)
    }
}
