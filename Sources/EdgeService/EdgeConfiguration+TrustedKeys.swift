// From the names of key groups to keys that verify.

import Cryptography
import DistributionModel
import SignedURLs

extension EdgeConfiguration {
    /// The keys of a behaviour's trusted key groups; nil when it trusts none in particular and lets everyone in.
    func trustedKeys(of behavior: CacheBehavior, distribution: String) throws(EdgeSetupError) -> TrustedKeys? {
        guard !behavior.trustedKeyGroups.isEmpty else { return nil }
        var keys: [String: PublicKey] = [:]
        for name in behavior.trustedKeyGroups {
            guard let group = keyGroups.first(where: { $0.name == name }) else {
                throw EdgeSetupError("distribution \(distribution): there is no key group \(name)")
            }
            for id in group.publicKeys where keys[id] == nil { keys[id] = try publicKey(id) }
        }
        return TrustedKeys(keys)
    }

    private func publicKey(_ id: String) throws(EdgeSetupError) -> PublicKey {
        guard let named = publicKeys.first(where: { $0.id == id }) else { throw EdgeSetupError("there is no public key \(id)") }
        guard case .encodedKey(let pem) = named.source else { throw EdgeSetupError("public key \(id): its file was not read") }
        do throws(KeyError) {
            return try PublicKey(pem: pem)
        } catch {
            throw EdgeSetupError("public key \(id): found \(error)")
        }
    }
}
