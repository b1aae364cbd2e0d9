// A folder as it is now, read as a deploy of it would be. Nothing is remembered that could be old: before every answer it is known
// that the folder has not changed since it was read, or it is read again.

import Cryptography
import DeployModel
import Synchronization

/// One state of a folder.
package struct FolderSnapshot: Sendable {
    /// Nil when the folder could not be deployed as it is.
    package var build: SiteBuild?
    /// Why it could not.
    package var problems: [String]
    package var lints: [DeployLint]
    /// Differs whenever anything that is served does.
    package var version: String
    /// Whether the folder could not be read, as when files go while it is: another look may find it whole.
    var mayPass = false
    /// Made before the folder was read.
    var watch: FolderWatch?
}

/// The folder of `skerry serve`.
package actor ServedFolder {
    /// Times in a row that a folder is read because it changed meanwhile; after that what was read last has to do.
    static let readsMax = 5

    package nonisolated let path: String
    private let options: SiteBuildOptions
    private let known = KnownBlobs()
    private let report: @Sendable (FolderSnapshot) -> Void
    private var present: (snapshot: FolderSnapshot, watch: FolderWatch)?
    private var reading: Task<(FolderSnapshot, FolderWatch), Never>?
    private var isStale = false
    private nonisolated let currentWatch = Mutex<FolderWatch?>(nil)

    /// `report` is called with every state that differs from the last one.
    package init(_ path: String, _ options: SiteBuildOptions, report: @escaping @Sendable (FolderSnapshot) -> Void = { _ in }) {
        self.path = path
        self.options = options
        self.report = report
    }

    /// The watch that the present state stands on, for whoever waits for a change.
    package nonisolated var watch: FolderWatch? { currentWatch.withLock { $0 } }

    /// The folder as it is at some moment after the call.
    package func current() async -> FolderSnapshot {
        for _ in 0..<Self.readsMax {
            if let reading {
                // Under way since before this call: it may have missed what was changed just now, which is looked at below.
                _ = await reading.value
                continue
            }
            if let present, !isStale, present.watch.isComplete, !present.watch.hasEvents { return present.snapshot }
            let before = present?.snapshot.version
            isStale = false
            let task = Task { [path, options, known] in
                let watch = FolderWatch(path)
                var snapshot = await Self.read(path, options, known)
                snapshot.watch = watch
                return (snapshot, watch)
            }
            reading = task
            let (snapshot, watch) = await task.value
            reading = nil
            present = (snapshot, watch)
            currentWatch.withLock { $0 = watch }
            if snapshot.version != before { report(snapshot) }
            if !watch.isComplete { return snapshot }
        }
        // It changes all the time; somebody has read it since this call began.
        return present?.snapshot ?? FolderSnapshot(build: nil, problems: ["\(path) is not read yet"], lints: [], version: "")
    }

    /// Something read turned out to be other than it was: the next answer reads the folder again.
    package func distrust() { isStale = true }

    private static func read(_ path: String, _ options: SiteBuildOptions, _ known: KnownBlobs) async -> FolderSnapshot {
        do throws(SiteDeployError) {
            let build = try await SiteBuild.read(folder: path, options, known: known)
            let errors = build.lints.filter { $0.severity == .error }.map(\.description)
            let version = errors.isEmpty ? build.encoded.digest : digest(errors)
            return FolderSnapshot(build: errors.isEmpty ? build : nil, problems: errors, lints: build.lints, version: version)
        } catch {
            return FolderSnapshot(
                build: nil, problems: [error.description], lints: [], version: digest([error.description]), mayPass: true)
        }
    }

    private static func digest(_ texts: [String]) -> String {
        Hex.encode(DigestAlgorithm.sha256.digest(of: texts.joined(separator: "\n")))
    }
}
