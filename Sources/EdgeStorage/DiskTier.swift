// The tier beneath memory: stored responses as files of one directory, bounded in bytes, with an index in memory. What it
// holds is a copy, so nothing here is ever waited for by a viewer who doesn't read from it: writing is skipped when it can't
// keep up, trouble with the disk leaves the memory tier working alone for a while, and a file that doesn't prove whole is
// dropped. Nothing is synced for the sake of content, for the checks of a file find what a crash tore; removals that an
// invalidation asks for are synced, since a removed file that came back would pass every check.
//
// Two locks: `state` for the index, held for a few steps and never across a file operation; `names` around every step that gives
// a file its name or takes it away, so that what the index says and what lies on the disk change in one order. A thread that
// holds `state` never asks for `names`, nor for the lock of `EdgeCache`, which may be held when `state` is asked for.

package import Eviction
import HTTPCaching
import NIOPosix
import Synchronization

/// What the disk tier may use.
package struct DiskTierSettings: Sendable, Hashable {
    /// Everything is in a folder of its own in it.
    package var directory: String
    /// Files, rounded up to blocks, and what they cost in bookkeeping, in bytes.
    package var bytesMax: Int
    /// A larger response isn't kept, in bytes.
    package var objectBytesMax: Int
    /// Entries, each of which costs some 400 bytes of memory in the index.
    package var entriesMax: Int
    package var policy = EvictionPolicyName.lru
    package var admission = AdmissionPolicyName.all
    /// Entries that were stored under another scope are dropped.
    package var scope = ""

    package init(directory: String, bytesMax: Int, objectBytesMax: Int, entriesMax: Int = 500_000) {
        self.directory = directory
        self.bytesMax = bytesMax
        self.objectBytesMax = objectBytesMax
        self.entriesMax = entriesMax
    }
}

/// Bounds that are nobody's to set.
enum DiskTierLimits {
    /// Content that waits to be written, in bytes; what comes beyond is not kept on disk.
    static let queuedBytesMax = 64 << 20
    /// Look-ups that read at one time; further ones find nothing.
    static let readsMax = 1_024
    /// What a file's size is rounded up to.
    static let blockBytes = 4_096
    /// What a file costs beside its blocks: its share of directories and the index.
    static let bookkeepingBytes = 512
    static let readThreads = 4
    static let writeThreads = 2
    /// Removals remembered for a directory that is not open yet.
    static let rememberedMax = 10_000
    /// How long the tier rests after trouble.
    static let retryAfter = Duration.seconds(30)
    /// A smaller response found on disk moves to memory; a larger one is sent from its file.
    static let promotedBytesMax = 1 << 20
    /// Times that entries which memory holds too are passed over in one search for room.
    static let passesMax = 8
    /// Names taken from the list of removals at a time.
    static let removalStep = 64
    /// The part of its entries that the tier lets go of when its device is full: one in so many bytes.
    static let shedShare = 16
    /// Content of a file whose chunks are checked before its first byte is sent, in bytes.
    static let checkedAheadBytes = 4 << 20
}

/// Counts since the start, and what is held now.
package struct DiskTierStatistics: Sendable, Equatable {
    package var entries = 0
    /// Files and bookkeeping, with those that are about to be removed.
    package var bytes = 0
    package var writes = 0
    /// Responses that were not written because the tier could not keep up, was full or was resting.
    package var skippedWrites = 0
    /// Responses that the policies did not want.
    package var refusedWrites = 0
    package var hits = 0
    package var evictions = 0
    /// Files found not to be whole.
    package var damaged = 0
    /// Failed file operations.
    package var errors = 0
    package var isLoading = false
    package var isResting = false
}

/// What an operator should hear of.
package enum DiskTierEvent: Sendable, Equatable {
    /// The tier rests; said once until it has recovered.
    case degraded(CacheFileError)
    /// It works again.
    case recovered
    /// Everything that lay in the directory at the start has been looked at.
    case loaded(entries: Int, bytes: Int, dropped: Int)
}

/// Stored responses on disk.
package final class DiskTier: Sendable {
    enum Phase { case closed, loading, ready }

    /// A response on its way to the disk.
    struct Pending {
        var ticket: UInt64
        var identity: ObjectIdentity
        /// What a look-up finds meanwhile; nil while the content is only in the file to be.
        var response: CachedResponse?
        var bodyID: UInt64
        var isInMemory: Bool
    }

    struct Rest {
        /// Uptime at which it ends.
        var until: Duration
        var concernsReads: Bool
    }

    struct State {
        var phase = Phase.closed
        var rest: Rest?
        var hasWarned = false
        /// Whether the directory must be opened anew after the rest.
        var mustReopen = false
        var isReopening = false
        var index: DiskIndex
        /// Nil when everything is admitted.
        let admitter: Admitter?
        var pending: [CacheKey: Pending] = [:]
        var lastTicket: UInt64 = 0
        /// Files to remove, with what they cost.
        var removals: [ShortDigest: Int] = [:]
        var isDraining = false
        /// Directories in which files were removed since they were synced.
        var unsynced: Set<UInt8> = []
        /// Confirmed entries whose files are to be told.
        var refreshes: [CacheKey: CachedResponse] = [:]
        /// Before everything is known: what must not be taken up any more.
        var discarded: Set<CacheKey> = []
        var filters: [@Sendable (ObjectIdentity) -> Bool] = []
        /// Whether what lies in the directory may be taken up. Not when it has been out of reach: something may have been
        /// removed meanwhile.
        var mayAdopt = true
        /// How often the directory has been opened; a walk through it ends when it is opened anew.
        var openings = 0
        /// Why the directory is not open.
        var closedBecause: CacheFileError?
        var loadWaiters: [CheckedContinuation<Void, Never>] = []
        /// Whose entries are wanted; nil for everybody's.
        var distributions: Set<String>?
        /// Files that have not been looked at yet, by directory: what they cost, and together.
        var unknown = [Int](repeating: 0, count: 256)
        var unknownBytes = 0
        /// Counted for responses that are being written.
        var reservedBytes = 0
        /// Content that waits to be written.
        var queuedBytes = 0
        var reads = 0
        /// Jobs of the writing threads, waiting or under way.
        var jobs = 0
        var idleWaiters: [CheckedContinuation<Void, Never>] = []
        /// Entries written so far; an entry knows the count at its own writing.
        var commits: UInt64 = 0
        var lock: DiskFile?
        var statistics = DiskTierStatistics()
    }

    package let settings: DiskTierSettings
    let files: any CacheFileSystem
    let uptime: @Sendable () -> Duration
    let report: @Sendable (DiskTierEvent) -> Void
    let state: Mutex<State>
    let names = Mutex(())
    let readThreads = NIOThreadPool(numberOfThreads: DiskTierLimits.readThreads)
    let writeThreads = NIOThreadPool(numberOfThreads: DiskTierLimits.writeThreads)

    /// - Parameters:
    ///   - uptime: time since some moment; it never goes back.
    ///   - report: called from the tier's threads.
    package init(
        _ settings: DiskTierSettings, files: any CacheFileSystem = PosixCacheFileSystem(), uptime: @escaping @Sendable () -> Duration,
        report: @escaping @Sendable (DiskTierEvent) -> Void
    ) {
        self.settings = settings
        self.files = files
        self.uptime = uptime
        self.report = report
        state = Mutex(
            State(
                index: DiskIndex(policy: settings.policy.evictor(capacityBytes: settings.bytesMax)),
                admitter: settings.admission.admitter(capacityBytes: settings.bytesMax)))
        readThreads.start()
        writeThreads.start()
    }

    deinit {
        readThreads.shutdownGracefully { _ in }
        writeThreads.shutdownGracefully { _ in }
    }

    /// How long the tier rests after trouble.
    package static let retrySeconds = DiskTierLimits.retryAfter.components.seconds

    package var statistics: DiskTierStatistics {
        state.withLock { state in
            var statistics = state.statistics
            statistics.entries = state.index.count
            statistics.bytes = state.index.bytes + state.unknownBytes + state.reservedBytes + state.removals.values.reduce(0, +)
            statistics.isLoading = state.phase == .loading
            statistics.isResting = state.rest != nil
            return statistics
        }
    }

    // MARK: Threads

    /// Runs a job on a writing thread, or `otherwise` when the tier is at its end.
    func onWriteThread(_ job: @escaping @Sendable (DiskTier) -> Void, otherwise: @escaping @Sendable () -> Void = {}) {
        state.withLock { $0.jobs += 1 }
        writeThreads.submit { [weak self] status in
            guard let self, status == .active else { return otherwise() }
            job(self)
            let waiters = state.withLock { state in
                state.jobs -= 1
                guard state.jobs == 0 else { return [CheckedContinuation<Void, Never>]() }
                defer { state.idleWaiters = [] }
                return state.idleWaiters
            }
            for waiter in waiters { waiter.resume() }
        }
    }

    /// Returns when everything that was to be written or removed has been, as far as the disk let it.
    package func isIdle() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isIdle = state.withLock { state in
                if state.jobs > 0 { state.idleWaiters.append(continuation) }
                return state.jobs == 0
            }
            if isIdle { continuation.resume() }
        }
    }

    // MARK: Places

    /// The folder of this layout's files. Another version of the layout would have another one.
    var root: String { settings.directory + "/skerry-cache-1" }
    var temporaries: String { root + "/tmp" }
    /// Held as long as the folder is in use.
    var lockPath: String { root + "/lock" }

    func path(of directory: UInt8) -> String { root + "/" + (directory < 16 ? "0" : "") + String(directory, radix: 16) }
    func path(of digest: ShortDigest) -> String { path(of: digest.directory) + "/" + digest.name }
    func temporaryPath(_ ticket: UInt64) -> String { temporaries + "/" + String(ticket) }

    /// What a file counts against the bound.
    static func cost(ofFileBytes bytes: Int) -> Int {
        (bytes + DiskTierLimits.blockBytes - 1) / DiskTierLimits.blockBytes * DiskTierLimits.blockBytes + DiskTierLimits.bookkeepingBytes
    }
}

extension DiskTier.State {
    /// A file that was counted before it was looked at is known now, or gone.
    mutating func recognize(_ cost: Int, in directory: UInt8) {
        let counted = min(cost, unknown[Int(directory)])
        unknown[Int(directory)] -= counted
        unknownBytes -= counted
    }

    /// Whether the policies want a response of this cost.
    mutating func wants(_ key: CacheKey, cost: Int, _ settings: DiskTierSettings) -> Bool {
        let fingerprint = ShortDigest(key).fingerprint
        guard index.mayHold(cost: cost) else { return false }
        if let admitter {
            let isFull = index.bytes + reservedBytes + cost > settings.bytesMax
            guard admitter.admits(bytes: cost, key: fingerprint, insteadOf: isFull ? index.victimFingerprint : nil) else { return false }
        }
        index.willInsert(cost: cost, fingerprint)
        return true
    }

    /// An entry was asked for and found.
    func didUse(_ entry: DiskIndex.Entry) { admitter?.didHit(bytes: entry.cost, key: entry.digest.fingerprint) }

    /// Evicts until `bytes` more fit; false when they don't fit even then. Entries that memory holds too are passed over for
    /// a while: they are in use, though the disk doesn't see it, and a restart would want them most.
    mutating func makeRoom(for bytes: Int, entries: Int = 1, _ settings: DiskTierSettings) -> Bool {
        guard unknownBytes + reservedBytes + bytes <= settings.bytesMax else { return false }
        var passes = 0
        while index.bytes + unknownBytes + reservedBytes + bytes > settings.bytesMax || index.count + entries > settings.entriesMax {
            guard let victim = index.victim(passing: passes < DiskTierLimits.passesMax) else { return false }
            guard case .entry(let entry) = victim else {
                passes += 1
                continue
            }
            removals[entry.digest, default: 0] += entry.cost
            statistics.evictions += 1
        }
        return true
    }
}

/// An open file, closed when nobody holds it any more.
final class DiskFile: Sendable {
    let descriptor: Int32
    private let files: any CacheFileSystem

    init(_ descriptor: Int32, _ files: any CacheFileSystem) {
        self.descriptor = descriptor
        self.files = files
    }

    deinit { files.closeFile(descriptor) }
}
