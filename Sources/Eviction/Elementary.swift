// The two elementary functions that models of traffic need. The standard library leaves them to a C library, which pure
// targets do not link by name; these are exact to about twelve digits, which is far more than a model deserves.

/// e to the power of x.
package func exponential(_ x: Double) -> Double {
    guard x > -708 else { return 0 }
    guard x < 709 else { return .infinity }
    // 2^k times e^r with r within half a ln 2, whose series converges in a few terms.
    let k = (x * 1.442_695_040_888_963_4).rounded()
    let r = x - k * 0.693_147_180_559_945_3
    var series = 1.0
    for term in stride(from: 12.0, through: 1, by: -1) { series = 1 + r / term * series }
    return Double(sign: .plus, exponent: Int(k), significand: series)
}

/// The natural logarithm of a positive number.
package func logarithm(_ x: Double) -> Double {
    precondition(x > 0, "only positive numbers have a logarithm")
    guard x < .infinity else { return .infinity }
    // The significand, brought to within a factor of the root of two, by the series of the area tangent.
    var (exponent, significand) = (Double(x.exponent), x.significand)
    if significand > 1.414_213_562_373_095 { (exponent, significand) = (exponent + 1, significand / 2) }
    let z = (significand - 1) / (significand + 1)
    let square = z * z
    var series = 0.0
    for term in stride(from: 17.0, through: 1, by: -2) { series = series * square + 1 / term }
    return exponent * 0.693_147_180_559_945_3 + 2 * z * series
}
