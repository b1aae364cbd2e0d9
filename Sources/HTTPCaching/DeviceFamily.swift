// What kind of device a User-Agent speaks of. CloudFront does not say how it tells; the rule here is small and fixed: words
// are looked for without regard to case, in this order, and the first kind with a hit is the one.
//
//   smart TV   smart-tv smarttv googletv appletv "apple tv" hbbtv netcast viera bravia roku crkey aftb afts aftt
//   tablet     ipad tablet kindle silk/ playbook; or android without mobile
//   mobile     mobile iphone ipod blackberry bb10 "windows phone" "opera mini"
//   desktop    everything else, no User-Agent included
//
// Beside the kind: Android is `android`, iOS is `iphone`, `ipad` or `ipod`.

/// The device behind a User-Agent; it is of exactly one kind.
package struct DeviceFamily: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case desktop, mobile, tablet, smartTV
    }

    package let kind: Kind
    package let isAndroid: Bool
    package let isIOS: Bool

    package init(userAgent: String) {
        let text = userAgent.lowercased()
        func says(_ words: [String]) -> Bool { words.contains { text.contains($0) } }
        isAndroid = text.contains("android")
        isIOS = says(["iphone", "ipad", "ipod"])
        if says(Self.television) {
            kind = .smartTV
        } else if says(Self.tablet) || (isAndroid && !text.contains("mobile")) {
            kind = .tablet
        } else if says(Self.mobile) {
            kind = .mobile
        } else {
            kind = .desktop
        }
    }

    private static let television = [
        "smart-tv", "smarttv", "googletv", "appletv", "apple tv", "hbbtv", "netcast", "viera", "bravia", "roku", "crkey", "aftb",
        "afts", "aftt",
    ]
    private static let tablet = ["ipad", "tablet", "kindle", "silk/", "playbook"]
    private static let mobile = ["mobile", "iphone", "ipod", "blackberry", "bb10", "windows phone", "opera mini"]
}
