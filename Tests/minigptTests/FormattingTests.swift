import Testing
import minigpt

@Suite("Numbers for people")
struct FormattingTests {
  @Test(
    "counts have their thousands separated",
    arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_115_394, "1,115,394"), (-12345, "-12,345")])
  func count(value: Int, text: String) {
    #expect(Formatting.count(value) == text)
  }

  @Test("a count has its thing in the singular or the plural")
  func things() {
    #expect(Formatting.count(0, "step") == "0 steps")
    #expect(Formatting.count(1, "step") == "1 step")
    #expect(Formatting.count(1234, "step") == "1,234 steps")
  }

  @Test(
    "lengths of time grow from seconds to hours",
    arguments: [
      (0, "0:00"), (42.4, "0:42"), (59.6, "1:00"), (725, "12:05"), (3753, "1:02:33"), (.nan, "–"),
      (.infinity, "–"),
    ])
  func duration(seconds: Double, text: String) {
    #expect(Formatting.duration(seconds: seconds) == text)
  }

  @Test("rates are rounded; what is not finite is a dash")
  func rate() {
    #expect(Formatting.rate(24309.6) == "24,310")
    #expect(Formatting.rate(.infinity) == "–")
  }

  @Test("decimals and parameters")
  func decimals() {
    #expect(Formatting.decimal(1.78104) == "1.7810")
    #expect(Formatting.decimal(.nan) == "nan")
    #expect(Formatting.decimal(-Double.nan) == "nan")
    #expect(Formatting.scientific(-Double.nan) == "nan")
    #expect(Formatting.decimal(-.infinity) == "-inf")
    #expect(Formatting.decimal(12_345_678_901_234) == "1.2346e+13")
    #expect(Formatting.parameters(799_360) == "799,360")
    #expect(Formatting.parameters(10_650_000) == "10.7 M")
  }
}
