// What to make of a folder of sites: a bucket for each folder, with the readers that edge.conf's distributions need.

package import DistributionModel

/// One bucket to make.
package struct BucketPlan: Sendable, Hashable {
    package var bucket: String
    /// Empty when nobody but the owner may read it.
    package var readers: Set<BucketReader>
    package var website: Website?
    package var redirects: [SeedConfiguration.Redirect]

    package init(bucket: String, readers: Set<BucketReader>, website: Website?, redirects: [SeedConfiguration.Redirect]) {
        self.bucket = bucket
        self.readers = readers
        self.website = website
        self.redirects = redirects
    }
}

/// The buckets to make, from the folders there are, `seed.conf` and the distributions.
package struct SeedPlan: Sendable, Hashable {
    package var buckets: [BucketPlan]

    /// A folder that `seed.conf` does not name gets a private bucket, or a public website where a distribution's custom
    /// origin is the bucket's website endpoint.
    package init(folders: [String], configuration: SeedConfiguration, edge: EdgeConfiguration) {
        buckets = folders.sorted().map { folder in
            let configured = configuration.bucket(folder)
            var readers = Self.readers(of: folder, in: edge)
            var website = configured?.website
            if configured == nil, Self.isWebsiteOrigin(folder, in: edge) {
                readers.insert(.everyone)
                website = Website(indexDocument: "index.html", errorDocument: "404.html")
            }
            if configured?.isPublic == true { readers.insert(.everyone) }
            return BucketPlan(bucket: folder, readers: readers, website: website, redirects: configured?.redirects ?? [])
        }
    }

    /// The distributions and identities that read a bucket through the S3 API.
    static func readers(of bucket: String, in edge: EdgeConfiguration) -> Set<BucketReader> {
        var readers: Set<BucketReader> = []
        for distribution in edge.distributions {
            for origin in distribution.origins {
                guard case .s3(let s3) = origin.kind, bucketName(inHost: origin.domainName.host, before: ".s3") == bucket else {
                    continue
                }
                switch s3.access {
                case .originAccessControl:
                    readers.insert(.distribution(arn: distribution.arn(accountID: edge.originAccess.accountID)))
                case .originAccessIdentity(let identity): readers.insert(.originAccessIdentity(arn: identity.arn))
                case .none: break
                }
            }
        }
        return readers
    }

    private static func isWebsiteOrigin(_ bucket: String, in edge: EdgeConfiguration) -> Bool {
        edge.distributions.flatMap(\.origins).contains { origin in
            guard case .custom = origin.kind else { return false }
            return bucketName(inHost: origin.domainName.host, before: ".s3-website") == bucket
        }
    }

    /// `hello` of `hello.s3.localhost` or `hello.s3.eu-west-1.amazonaws.com`; nil where the marker is missing.
    static func bucketName(inHost host: String, before marker: String) -> String? {
        var start = host.startIndex
        while start < host.endIndex {
            guard let dot = host[start...].firstIndex(of: ".") else { return nil }
            let rest = host[dot...]
            if rest.hasPrefix(marker) {
                let after = rest.dropFirst(marker.count).first
                if after == "." || after == "-", dot > host.startIndex {
                    return marker == ".s3" && rest.hasPrefix(".s3-website") ? nil : String(host[..<dot])
                }
            }
            start = host.index(after: dot)
        }
        return nil
    }
}
