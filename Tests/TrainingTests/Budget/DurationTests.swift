import Testing
import Training

@Suite("A time")
struct DurationTests {
  @Test(
    "is hours, minutes and seconds, each once, the last with decimals",
    arguments: [
      ("5m", 300), ("90s", 90), ("1h30m", 5400), ("20s", 20), ("2.5m", 150), ("1h0m1.5s", 3601.5), ("007s", 7),
      ("1000h", 3.6e6),
    ])
  func reads(text: String, seconds: Double) throws {
    let duration = try #require(ValueType.duration.parse(text))
    #expect(duration == .seconds(seconds))
    #expect(ValueType.duration.parse(ValueType.duration.format(duration)) == duration)
  }

  @Test(
    "is nothing else",
    arguments: [
      "", "0", "5", "0s", "0h0m", "-1s", "+1s", "5 minutes", "5 m", " 5m", "5m ", "1e9h", "1e3s", "1001h", "5M", "m",
      "1.m",
      ".5m", "1.5h30m", "30m1h", "5m5m", "5mm", "1h-5m", "٣m", "0x5s", "infs", "nans", "5m\n", "1.2.3s",
    ])
  func refuses(text: String) {
    #expect(ValueType.duration.parse(text) == nil)
    #expect(ValueType.durationOrNone.parse(text) == nil)
  }

  @Test("is shown as it would be typed; \"none\" takes back what a file says")
  func shows() {
    let shown = [0.5, 59, 60, 90, 3600, 3661.25, 2.3].map { ValueType.duration.format(.seconds($0)) }
    #expect(shown == ["0.5s", "59s", "1m", "1m30s", "1h", "1h1m1.25s", "2.3s"])
    #expect(ValueType.durationOrNone.parse("none") == .some(nil))
    #expect(ValueType.durationOrNone.parse("1m") == .some(.seconds(60)))
  }
}
