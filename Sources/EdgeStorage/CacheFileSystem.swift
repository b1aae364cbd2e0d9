// The file operations of the disk tier, as an argument, so that tests can make any of them fail. Calls block; the tier makes
// them from threads of its own, never from an event loop.

/// What the disk tier asks of a file system.
package protocol CacheFileSystem: Sendable {
    /// Creates one directory, for its owner alone; one that exists is no error.
    func createDirectory(_ path: String) throws(CacheFileError)
    /// Creates a file that must not exist, open for reading and writing, for its owner alone.
    func createFile(_ path: String) throws(CacheFileError) -> Int32
    func openFile(_ path: String, forWriting: Bool) throws(CacheFileError) -> Int32
    func closeFile(_ descriptor: Int32)
    /// Writes some of `bytes`, at least one, and answers how many.
    func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int) throws(CacheFileError) -> Int
    /// Reads some bytes and answers how many; 0 at the end.
    func read(into bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int) throws(CacheFileError) -> Int
    func truncate(_ descriptor: Int32, to size: Int) throws(CacheFileError)
    func size(of descriptor: Int32) throws(CacheFileError) -> Int
    /// Asks for these bytes to be in memory soon; promises nothing.
    func adviseReading(_ descriptor: Int32, offset: Int, length: Int)
    /// Puts a file in the place of another in one step.
    func rename(_ path: String, to target: String) throws(CacheFileError)
    func remove(_ path: String) throws(CacheFileError)
    /// Removals in the directory have reached the device when this returns.
    func syncDirectory(_ path: String) throws(CacheFileError)
    /// The names in a directory, in no order, without "." and "..".
    func entries(of directory: String) throws(CacheFileError) -> [String]
    /// The sizes of the files in a directory, in no order; files that go meanwhile are left out.
    func sizes(in directory: String) throws(CacheFileError) -> [Int]
    /// Takes the exclusive hold on a file, which it creates if need be; it lasts until the descriptor is closed.
    func lock(_ path: String) throws(CacheFileError) -> Int32
    /// Whether a path leads to the file that is open: the same inode of the same device.
    func isOpen(_ descriptor: Int32, at path: String) -> Bool
}

/// A failed call, with what it was about and `errno`.
package struct CacheFileError: Error, Sendable, Hashable, CustomStringConvertible {
    package var call: String
    package var path: String
    package var code: Int32

    package init(call: String, path: String, code: Int32) {
        self.call = call
        self.path = path
        self.code = code
    }

    package var description: String { "\(call) \(path): \(systemMessage(code)) (errno \(code))" }
}

extension CacheFileSystem {
    func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int) throws(CacheFileError) {
        var done = 0
        while done < bytes.count {
            done += try write(UnsafeRawBufferPointer(rebasing: bytes[done...]), to: descriptor, at: offset + done)
        }
    }

    /// Reads until `bytes` is full or the file ends; answers how many there were.
    func readAll(into bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int) throws(CacheFileError) -> Int {
        var done = 0
        while done < bytes.count {
            let count = try read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[done...]), from: descriptor, at: offset + done)
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// The bytes of a range; fewer where the file ends early.
    func bytes(_ range: Range<Int>, of descriptor: Int32) throws(CacheFileError) -> [UInt8] {
        var failure: CacheFileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { target, count in
            do throws(CacheFileError) {
                count = try readAll(into: UnsafeMutableRawBufferPointer(target), from: descriptor, at: range.lowerBound)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
