import ConfigurationReading
import Foundation
import NIOCore

extension CommandFailure {
    /// Why an address cannot be listened on, with what to do about it. `setting` is where the address comes from.
    static func cannotListen(on address: ListenAddress, setting: String, because error: any Error) -> CommandFailure {
        guard let system = error as? IOError else { return CommandFailure("cannot listen on \(address): \(error)") }
        switch system.errnoCode {
        case EADDRINUSE:
            return CommandFailure(
                "\(address) is already in use by another program; stop that one, or choose another address with \(setting)")
        case EACCES:
            return CommandFailure("\(address) needs more rights than this user has; choose a port from 1024 on with \(setting)")
        case EADDRNOTAVAIL:
            return CommandFailure("\(address) is no address of this machine; choose another with \(setting)")
        default:
            return CommandFailure("cannot listen on \(address): \(String(cString: strerror(system.errnoCode)))")
        }
    }
}
