// Which part of an object a request gets, judged from the stored (or arriving) response.

import HTTPCaching
import HTTPSemantics
import HTTPTypes

/// The outcome of a request's conditions and ranges.
enum Selection: Equatable {
    case whole
    case notModified
    case part(Range<Int>)
    /// Ascending and apart; anything else is answered whole, as CloudFront does.
    case parts([Range<Int>])
    case unsatisfiable

    /// - Parameter length: bytes of the content; nil while unknown, in which case ranges are answered whole.
    init(_ request: EdgeRequest, status: Int, fields: HTTPFields, length: Int?, now: HTTPDate) {
        self = .whole
        guard status == 200, request.method == .get || request.method == .head else { return }
        let validators = RepresentationValidators(responseFields: fields, now: now)
        switch Preconditions.evaluate(request.fields, method: request.method, validators: validators, role: .cache, now: now) {
        case .notModified: self = .notModified
        case .failed: break
        case .proceed(honorsRange: false): break
        case .proceed(honorsRange: true):
            guard let length else { return }
            let resolved = RangeRequest(request.fields).resolved(length: Int64(length))
            switch resolved {
            case .whole: break
            case .unsatisfiable: self = .unsatisfiable
            case .parts(let parts):
                let ranges = parts.map { Int($0.lowerBound)..<Int($0.upperBound) }
                if ranges.count == 1 { self = .part(ranges[0]) } else if resolved.isAscendingAndDisjoint { self = .parts(ranges) }
            }
        }
    }
}
