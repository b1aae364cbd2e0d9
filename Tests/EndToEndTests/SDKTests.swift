import Testing

extension EndToEnd {
    /// Other people's clients with their default settings.
    @Suite struct SDKTests {
        @Test(.enabled(if: Tools.available(Tools.python), "make test installs boto3"))
        func `boto3 with default settings, checksums on`() throws {
            try Workplace.with { place in
                let origin = try place.startOrigin()
                let run = try place.python("boto3_objects.py", origin)
                #expect(run.succeeded, "\(run)\n\(origin.process.story)")
                #expect(run.output.hasSuffix("all of it\n"), "\(run)")
            }
        }

        @Test(.enabled(if: Tools.available(Tools.rclone), "make test installs rclone"))
        func `rclone copies a tree, checks it, and mirrors a change`() throws {
            try Workplace.with { place in
                let origin = try place.startOrigin()
                for index in 0..<12 { try place.write("file \(index)", to: "tree/d\(index % 3)/f\(index).txt") }
                try place.write([UInt8](repeating: 3, count: 6 << 20), to: "tree/large.bin")
                for arguments in [
                    ["mkdir", "s:mirror"], ["sync", "tree", "s:mirror/here"], ["check", "tree", "s:mirror/here"],
                ] {
                    let run = try place.run(
                        Tools.rclone, arguments, environment: place.rcloneEnvironment(origin), directory: place.folder)
                    #expect(run.succeeded, "\(run)")
                }
                try place.write("changed", to: "tree/d0/f0.txt")
                let again = try place.rclone(origin, "sync", "tree", "s:mirror/here")
                #expect(again.succeeded, "\(again)")
                let back = try place.rclone(origin, "cat", "s:mirror/here/d0/f0.txt")
                #expect(back.output == "changed", "\(back)")
                let listing = try place.rclone(origin, "lsf", "-R", "--files-only", "s:mirror")
                #expect(listing.output.split(separator: "\n").count == 13, "\(listing)")
                let purge = try place.rclone(origin, "purge", "s:mirror/here")
                #expect(purge.succeeded, "\(purge)")
                #expect(try origin.s3.keys("mirror").isEmpty)
            }
        }
    }
}
