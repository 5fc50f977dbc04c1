import NGrams
import Randomness
import Text

/// A text over `vocabularySize` tokens in which contexts of all lengths come again: each token is, three times in four, what
/// followed the last three at an earlier place, and else any.
func repetitiveText(_ count: Int, vocabularySize: Int, seed: UInt64 = 1) -> [Int32] {
  let key = RandomKey(seed: seed)
  var ids: [Int32] = []
  for index in 0..<count {
    let draw = key.derived(by: UInt64(index))
    let start = draw.index(at: 0, below: max(index, 1))
    let earlier = ids.indices.dropFirst(start).first { $0 >= 3 && ids[$0 - 3..<$0] == ids.suffix(3) }
    if let earlier, draw.index(at: 1, below: 4) > 0 {
      ids.append(ids[earlier])
    } else {
      ids.append(Int32(draw.index(at: 2, below: vocabularySize)))
    }
  }
  return ids
}

extension NGramCounts {
  /// Counts the n-grams of `ids`.
  init(_ ids: [Int32], vocabularySize: Int) {
    self.init(TokenIDs(ids, vocabularySize: vocabularySize)[...], vocabularySize: vocabularySize)
  }
}

/// Contexts to ask for: those before each place of `ids`, those with another token in the middle, and short ones.
func contexts(_ ids: [Int32], vocabularySize: Int) -> [[Int32]] {
  let seen = ids.indices.map { Array(ids[..<$0].suffix(9)) }
  let broken = seen.filter { $0.count > 4 }.enumerated().map { index, context in
    var context = context
    context[context.count - 1 - index % 5] = Int32(index % vocabularySize)
    return context
  }
  return seen + broken + [[], [0], [Int32(vocabularySize) - 1]]
}

/// The rounding of one number to a Float.
let unitRoundoff = 0x1p-24
