import Foundation

/// Modified Kneser–Ney smoothing as its formulas stand in the paper: a dictionary for each order, one n-gram after the
/// other, nothing shared and nothing sorted.
struct PlainKneserNey {
  private let vocabularySize, order: Int
  /// By the length of contexts: how often each n-gram counts, by its context and then by its token.
  private var counts: [[[Int32]: [Int32: Int]]] = []
  /// D₁, D₂ and D₃₊, by the length of contexts.
  private var discounts: [[Double]] = []

  init(_ pieces: [[Int32]], vocabularySize: Int, order: Int) {
    (self.vocabularySize, self.order) = (vocabularySize, order)
    for length in 0..<order {
      counts.append(length == order - 1 ? Self.occurrences(pieces, length) : Self.predecessors(pieces, length))
      discounts.append(Self.discounts(counts[length].values.flatMap(\.values)))
    }
  }

  private static func occurrences(_ pieces: [[Int32]], _ length: Int) -> [[Int32]: [Int32: Int]] {
    var counts: [[Int32]: [Int32: Int]] = [:]
    for piece in pieces {
      for end in piece.indices.dropFirst(length) {
        counts[Array(piece[end - length..<end]), default: [:]][piece[end], default: 0] += 1
      }
    }
    return counts
  }

  /// Of how many different tokens each n-gram comes after; −1 stands for the beginning.
  private static func predecessors(_ pieces: [[Int32]], _ length: Int) -> [[Int32]: [Int32: Int]] {
    var seen: [[Int32]: [Int32: Set<Int32>]] = [:]
    for piece in pieces {
      for end in piece.indices.dropFirst(length) {
        let before = end > length ? piece[end - length - 1] : -1
        seen[Array(piece[end - length..<end]), default: [:]][piece[end], default: []].insert(before)
      }
    }
    return seen.mapValues { $0.mapValues(\.count) }
  }

  private static func discounts(_ counts: [Int]) -> [Double] {
    let n = (0...4).map { j in Double(counts.filter { $0 == j }.count) }
    guard n[1] > 0, n[2] > 0, n[3] > 0, n[4] > 0 else { return [0.5, 1, 1.5] }
    let share = n[1] / (n[1] + 2 * n[2])
    let found = (1...3).map { Double($0) - Double($0 + 1) * share * n[$0 + 1] / n[$0] }
    return zip(found, 1...3).allSatisfy { 0 < $0 && $0 < Double($1) } ? found : [0.5, 1, 1.5]
  }

  /// p(token | context); only the last order − 1 tokens of `context` matter.
  func probability(of token: Int32, after context: [Int32]) -> Double {
    var probability = 1 / Double(vocabularySize)
    for length in 0..<min(order, context.count + 1) {
      guard let following = counts[length][context.suffix(length)] else { break }
      let total = Double(following.values.reduce(0, +))
      let taken = following.values.reduce(0) { $0 + discounts[length][min($1, 3) - 1] }
      let count = following[token] ?? 0
      let discounted = count == 0 ? 0 : Double(count) - discounts[length][min(count, 3) - 1]
      probability = discounted / total + taken / total * probability
    }
    return probability
  }
}
