// The disk tier of a running edge: made from its settings, heard of on standard error.

import ConfigurationReading
import DistributionModel
import EdgeStorage

extension EdgeServer {
    /// The tier that the settings ask for, ready for use; nil when they ask for none. Trouble with its directory is told and leaves
    /// memory working alone.
    static func diskTier(_ configuration: EdgeConfiguration) -> DiskTier? {
        guard let disk = configuration.cache.disk else { return nil }
        var settings = DiskTierSettings(
            directory: disk.directory, bytesMax: disk.bytesMax, objectBytesMax: disk.objectBytesMax, entriesMax: disk.objectsMax)
        settings.policy = disk.eviction
        settings.admission = disk.admission
        let tier = DiskTier(
            settings,
            uptime: EdgeStorageUptime.now
        ) { event in
            switch event {
            case .degraded(let error) where error.isHeldElsewhere:
                Terminal.warning(
                    "edge: the disk cache in \(disk.directory) belongs to another edge that is running (it holds \(error.path)): give each edge a cache.disk.directory of its own; memory works on alone, and the folder is tried again every \(DiskTier.retrySeconds) seconds")
            case .degraded(let error):
                Terminal.warning(
                    "edge: the disk cache in \(disk.directory) rests, memory works on alone: \(error); it is tried again every \(DiskTier.retrySeconds) seconds")
            case .recovered: Terminal.note("edge: the disk cache in \(disk.directory) works again")
            case .loaded(let entries, let bytes, let dropped):
                guard entries > 0 || dropped > 0 else { return }
                Terminal.note(
                    "edge: the disk cache in \(disk.directory) holds \(entries) objects in \(ByteSize.text(bytes))"
                        + (dropped > 0 ? ", \(dropped) files of no use were dropped" : ""))
            }
        }
        tier.retain(distributions: Set(configuration.distributions.map(\.id)))
        tier.start()
        return tier
    }

    /// Lets what is on its way to the disk arrive there, for as long as that takes or `patience` allows.
    static func settle(_ tier: DiskTier, patience: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await tier.isIdle() }
            group.addTask { try? await Task.sleep(for: patience) }
            await group.next()
            group.cancelAll()
        }
    }
}

private enum EdgeStorageUptime {
    private static let start = ContinuousClock.now
    static let now: @Sendable () -> Duration = { start.duration(to: .now) }
}
