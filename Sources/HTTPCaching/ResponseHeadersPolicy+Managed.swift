// The managed response headers policies (CloudFront Developer Guide, "Use managed response headers policies").

extension ResponseHeadersPolicy {
    package static let managed: [ManagedPolicy<ResponseHeadersPolicy>] = [
        ManagedPolicy(
            id: "60669652-455b-4ae9-85a4-c4c02393f86c", name: "SimpleCORS", policy: ResponseHeadersPolicy(cors: simple)),
        ManagedPolicy(
            id: "5cc3b908-e619-4b99-88e5-2cf7f45965bd", name: "CORS-With-Preflight",
            policy: ResponseHeadersPolicy(cors: withPreflight)),
        ManagedPolicy(
            id: "67f7725c-6f97-4210-82d7-5512b31e9d03", name: "SecurityHeadersPolicy",
            policy: ResponseHeadersPolicy(headers: security)),
        ManagedPolicy(
            id: "e61eb60c-9c35-4d20-a928-2b84e02af89c", name: "CORS-and-SecurityHeadersPolicy",
            policy: ResponseHeadersPolicy(cors: simple, headers: security)),
        ManagedPolicy(
            id: "eaab4381-ed33-4a86-88ca-d9558dc6cd63", name: "CORS-with-preflight-and-SecurityHeadersPolicy",
            policy: ResponseHeadersPolicy(cors: withPreflight, headers: security)),
    ]

    /// The managed response headers policy with that id or name.
    package static func managed(named text: String) -> ManagedPolicy<ResponseHeadersPolicy>? {
        managed.first { $0.isNamed(text) }
    }

    private static let simple = CORSPolicy(allowOrigins: [.any], originOverride: false)
    private static let withPreflight = CORSPolicy(
        allowOrigins: [.any], allowMethods: CORSPolicy.allMethods, exposeHeaders: ["*"], originOverride: false)
    private static let security: [Header] = [
        .xssProtection(true, modeBlock: true, override: false),
        .frameOptions("SAMEORIGIN", override: false),
        .referrerPolicy("strict-origin-when-cross-origin", override: false),
        .contentTypeOptions(override: true),
        .strictTransportSecurity(maxAge: 31_536_000, override: false),
    ]
}
