import Testing
import minigpt

@Suite("Suggestions")
struct NearestNameTests {
  @Test(
    "distance counts insertions, deletions, substitutions and swaps of neighbours",
    arguments: [
      ("", "", 0), ("abc", "abc", 0), ("", "abc", 3), ("abc", "", 3), ("abc", "abd", 1), ("abc", "ac", 1),
      ("abc", "acb", 1), ("train", "trian", 1), ("kitten", "sitting", 3), ("ca", "abc", 3), ("ab", "ba", 1),
    ])
  func distance(a: String, b: String, expected: Int) {
    #expect(editDistance(Array(a.unicodeScalars), Array(b.unicodeScalars)) == expected)
    #expect(editDistance(Array(b.unicodeScalars), Array(a.unicodeScalars)) == expected)
  }

  private static let names = [
    "n-layer", "n-head", "n-embd", "block-size", "batch-size", "max-iters", "learning-rate", "min-lr",
    "lr-decay-iters", "dropout", "seed", "help",
  ]

  @Test(
    "the name that was meant is found",
    arguments: [
      ("bach", "batch-size"), ("batchsize", "batch-size"), ("bacth-size", "batch-size"),
      ("layers", "n-layer"),
      ("lr", "learning-rate"), ("n-layers", "n-layer"), ("drop-out", "dropout"), ("Seed", "seed"),
      ("decay-iters", "lr-decay-iters"), ("halp", "help"), ("nlayer", "n-layer"),
    ])
  func found(typed: String, meant: String) {
    #expect(nearestName(to: typed, among: Self.names) == meant)
  }

  @Test("nothing is suggested where nothing is near", arguments: ["xyzzy", "", "a", "temperature"])
  func nothingNear(typed: String) {
    #expect(nearestName(to: typed, among: Self.names) == nil)
  }
}
