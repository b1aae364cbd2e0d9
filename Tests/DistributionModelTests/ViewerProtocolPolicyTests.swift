import DistributionModel
import HTTPTypes
import Testing

struct ViewerProtocolPolicyTests {
    struct Row: Sendable {
        var policy: ViewerProtocolPolicy
        var isSecure = false
        var method: HTTPRequest.Method = .get
        var isOld = false
        var decision: ViewerProtocolPolicy.Decision
    }

    @Test(arguments: [
        Row(policy: .allowAll, decision: .serve), Row(policy: .allowAll, method: .post, isOld: true, decision: .serve),
        Row(policy: .redirectToHTTPS, decision: .redirect(status: 301)),
        Row(policy: .redirectToHTTPS, method: .head, decision: .redirect(status: 301)),
        Row(policy: .redirectToHTTPS, isOld: true, decision: .redirect(status: 301)),
        Row(policy: .redirectToHTTPS, method: .head, isOld: true, decision: .redirect(status: 301)),
        Row(policy: .redirectToHTTPS, method: .post, decision: .redirect(status: 307)),
        Row(policy: .redirectToHTTPS, method: .options, decision: .redirect(status: 307)),
        Row(policy: .redirectToHTTPS, method: .delete, decision: .redirect(status: 307)),
        Row(policy: .redirectToHTTPS, method: .post, isOld: true, decision: .refuse),
        Row(policy: .redirectToHTTPS, method: .options, isOld: true, decision: .refuse),
        Row(policy: .httpsOnly, decision: .refuse), Row(policy: .httpsOnly, method: .post, decision: .refuse),
        Row(policy: .httpsOnly, isOld: true, decision: .refuse),
    ])
    func `HTTP is served, redirected or refused`(row: Row) {
        #expect(row.policy.decision(isSecure: false, method: row.method, knowsTemporaryRedirect: !row.isOld) == row.decision)
    }

    @Test(arguments: ViewerProtocolPolicy.allCases, [HTTPRequest.Method.get, .head, .post, .put, .options])
    func `HTTPS is always served`(policy: ViewerProtocolPolicy, method: HTTPRequest.Method) {
        for isNew in [true, false] {
            #expect(policy.decision(isSecure: true, method: method, knowsTemporaryRedirect: isNew) == .serve)
        }
    }
}
