// Additional checksums: algorithm names, header names, value sizes, and which types a multipart object may have.
// SHA-512, MD5 and the XXHASH family, which newer API models list, are not offered.

import Cryptography
package import HTTPTypes

/// A checksum algorithm of S3's "additional checksums".
package enum ChecksumAlgorithm: String, Sendable, CaseIterable, Hashable {
    case crc32 = "CRC32"
    case crc32c = "CRC32C"
    case crc64nvme = "CRC64NVME"
    case sha1 = "SHA1"
    case sha256 = "SHA256"

    /// `x-amz-checksum-crc32` and so on.
    package var headerName: HTTPField.Name {
        switch self {
        case .crc32: .xAmzChecksumCRC32
        case .crc32c: .xAmzChecksumCRC32C
        case .crc64nvme: .xAmzChecksumCRC64NVME
        case .sha1: .xAmzChecksumSHA1
        case .sha256: .xAmzChecksumSHA256
        }
    }

    /// `ChecksumCRC32` and so on, as result documents spell it.
    package var elementName: String { "Checksum" + rawValue }

    package var valueBytes: Int {
        switch self {
        case .crc32, .crc32c: 4
        case .crc64nvme: 8
        case .sha1: 20
        case .sha256: 32
        }
    }

    /// Whether a multipart object may have this kind of checksum (S3 User Guide, "Checking object integrity").
    package func allows(_ type: ChecksumType) -> Bool {
        switch (self, type) {
        case (.crc64nvme, .composite), (.sha1, .fullObject), (.sha256, .fullObject): false
        default: true
        }
    }

    /// What CreateMultipartUpload picks when only the algorithm is named.
    package var defaultMultipartType: ChecksumType { self == .crc64nvme ? .fullObject : .composite }

    /// Reads an algorithm name as SDKs send it, in any case.
    package init?(headerValue: String) {
        self.init(rawValue: headerValue.uppercased())
    }
}

/// Whether a checksum covers the object's bytes or its parts' checksums.
package enum ChecksumType: String, Sendable, Hashable {
    case fullObject = "FULL_OBJECT"
    case composite = "COMPOSITE"
}

/// A checksum value that was stated by a client: exact length, canonical base64.
package struct ChecksumValue: Sendable, Hashable {
    package let algorithm: ChecksumAlgorithm
    /// The raw bytes; for a composite value those of the checksum over the parts' checksums.
    package let bytes: [UInt8]
    /// N in the `-N` suffix of a composite value.
    package let partCount: Int?

    package init(algorithm: ChecksumAlgorithm, bytes: [UInt8], partCount: Int? = nil) {
        self.algorithm = algorithm
        self.bytes = bytes
        self.partCount = partCount
    }

    package init?(algorithm: ChecksumAlgorithm, text: String) {
        var base64 = Substring(text)
        var parts: Int?
        if let dash = text.lastIndex(of: "-") {
            guard let count = Int(text[text.index(after: dash)...]), (1...10_000).contains(count) else { return nil }
            parts = count
            base64 = text[..<dash]
        }
        guard let bytes = Base64.standard.decode(base64), bytes.count == algorithm.valueBytes else { return nil }
        self.init(algorithm: algorithm, bytes: bytes, partCount: parts)
    }

    package var text: String { Base64.standard.encode(bytes) + (partCount.map { "-\($0)" } ?? "") }
}

/// What a writing request says about additional checksums.
package struct ChecksumRequest: Sendable, Equatable {
    /// A value in the header section.
    package var stated: ChecksumValue?
    /// A value announced for the trailer section by `x-amz-trailer`.
    package var trailer: ChecksumAlgorithm?
    /// `x-amz-sdk-checksum-algorithm`, or `x-amz-checksum-algorithm` where the operation has it.
    package var algorithm: ChecksumAlgorithm?
    package var type: ChecksumType?

    package init(stated: ChecksumValue? = nil, trailer: ChecksumAlgorithm? = nil, algorithm: ChecksumAlgorithm? = nil, type: ChecksumType? = nil) {
        self.stated = stated
        self.trailer = trailer
        self.algorithm = algorithm
        self.type = type
    }

    /// The algorithm to compute over the body, whatever way it was named.
    package var effectiveAlgorithm: ChecksumAlgorithm? { stated?.algorithm ?? trailer ?? algorithm }

    /// Reads the checksum fields; two values, unknown algorithms and contradictions are InvalidRequest.
    package init(_ fields: HTTPFields) throws(S3Error) {
        self.init()
        for algorithm in ChecksumAlgorithm.allCases {
            guard let text = fields[algorithm.headerName] else { continue }
            guard stated == nil else { throw S3Error(.invalidRequest, "Only one x-amz-checksum- value may be sent") }
            guard let value = ChecksumValue(algorithm: algorithm, text: text) else {
                throw S3Error(.invalidRequest, "Value for \(algorithm.headerName.rawName) header is invalid.")
            }
            stated = value
        }
        for name in [HTTPField.Name.xAmzSDKChecksumAlgorithm, .xAmzChecksumAlgorithm] {
            guard let text = fields[name] else { continue }
            guard let named = ChecksumAlgorithm(headerValue: text) else {
                throw S3Error(.invalidRequest, "Checksum algorithm \(text) is not supported; use CRC32, CRC32C, CRC64NVME, SHA1 or SHA256")
            }
            algorithm = named
        }
        if let text = fields[.xAmzTrailer] {
            let names = text.split(separator: ",").map { $0.trimmingSpaces().lowercased() }
            for name in names where name != "x-amz-trailer-signature" {
                guard let named = ChecksumAlgorithm.allCases.first(where: { $0.headerName.canonicalName == name }) else {
                    throw S3Error(.invalidRequest, "The value specified in the x-amz-trailer header is not supported")
                }
                guard trailer == nil, stated == nil else { throw S3Error(.invalidRequest, "Only one x-amz-checksum- value may be sent") }
                trailer = named
            }
        }
        if let text = fields[.xAmzChecksumType] {
            guard let named = ChecksumType(rawValue: text.uppercased()) else {
                throw S3Error(.invalidRequest, "Value for x-amz-checksum-type header is invalid.")
            }
            type = named
        }
        if let algorithm, let sent = stated?.algorithm ?? trailer, sent != algorithm {
            throw S3Error(.invalidRequest, "Value for x-amz-sdk-checksum-algorithm header is invalid.")
        }
    }
}

extension StringProtocol {
    /// Without the spaces and tabs around it (RFC 9110 OWS).
    package func trimmingSpaces() -> String {
        var view = Substring(self)
        while let first = view.utf8.first, first == 0x20 || first == 0x09 { view.removeFirst() }
        while let last = view.utf8.last, last == 0x20 || last == 0x09 { view.removeLast() }
        return String(view)
    }
}
