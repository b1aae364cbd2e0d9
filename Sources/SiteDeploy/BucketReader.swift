// Who may read a bucket's objects, as bucket policy statements.

/// Someone a bucket policy lets read objects.
package enum BucketReader: Sendable, Hashable, Comparable {
    /// Anybody, signed or not: website endpoints need it.
    case everyone
    /// A distribution with an origin access control, by its ARN.
    case distribution(arn: String)
    /// An origin access identity, by its ARN.
    case originAccessIdentity(arn: String)
}

/// A bucket policy that lets readers get objects and nothing else.
///
/// Without the right to list, a missing object is answered with 403, so a stranger cannot probe for names.
package struct ReadPolicy: Sendable, Hashable {
    package var bucket: String
    package var readers: [BucketReader]

    package init(bucket: String, readers: Set<BucketReader>) {
        self.bucket = bucket
        self.readers = readers.sorted()
    }

    /// The policy document.
    package var json: String {
        let statements = readers.enumerated().map { position, reader in
            let (principal, condition) =
                switch reader {
                case .everyone: (#""*""#, "")
                case .distribution(let arn):
                    (
                        #"{"Service":"cloudfront.amazonaws.com"}"#,
                        #","Condition":{"StringEquals":{"AWS:SourceArn":\#(quoteJSON(arn))}}"#
                    )
                case .originAccessIdentity(let arn): (#"{"AWS":\#(quoteJSON(arn))}"#, "")
                }
            return #"{"Sid":"Read\#(position + 1)","Effect":"Allow","Principal":\#(principal),"Action":"s3:GetObject","#
                + #""Resource":\#(quoteJSON("arn:aws:s3:::\(bucket)/*"))\#(condition)}"#
        }
        return #"{"Version":"2012-10-17","Statement":[\#(statements.joined(separator: ","))]}"#
    }
}

func quoteJSON(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        default:
            if scalar.value < 0x20 {
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }
    return result + "\""
}
