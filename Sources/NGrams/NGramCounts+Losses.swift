import Foundation
import Text

extension NGramCounts {
  /// The mean loss of the Kneser–Ney model of every order from 1 to 8, in this order, on the tokens at `ranges` of `tokens`,
  /// in nats per token.
  ///
  /// Each token is scored after all of those before it in `tokens`, from which nothing is learned: the counts stay as they
  /// are. The first one is not scored, as it is not elsewhere. NaN where there is none to score.
  ///
  /// - Parameter threads: how many share the work; the result is the same for any number.
  public func losses(
    on tokens: Slice<TokenIDs>, in ranges: [Range<Int>]? = nil,
    threads: Int = ProcessInfo.processInfo.activeProcessorCount
  ) -> [Double] {
    let blocks = (ranges ?? [tokens.startIndex..<tokens.endIndex]).flatMap { range in
      stride(from: max(range.lowerBound, tokens.startIndex + 1), to: range.upperBound, by: Self.block).map {
        $0..<min($0 + Self.block, range.upperBound)
      }
    }
    // A sum for each block, so that the order of additions does not depend on the number of threads.
    var sums = [SIMD8<Double>](repeating: .zero, count: blocks.count)
    let threads = max(1, min(threads, blocks.count))
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      concurrently(threads) { thread in
        for index in stride(from: thread, to: blocks.count, by: threads) {
          sums[index] = sum(tokens, blocks[index])
        }
      }
    }
    let total = sums.reduce(.zero, +)
    let count = Double(blocks.reduce(0) { $0 + $1.count })
    return (0..<Self.highestOrder).map { total[$0] / count }
  }

  private static let block = 4096

  /// The sum of the losses of each order.
  private func sum(_ tokens: Slice<TokenIDs>, _ range: Range<Int>) -> SIMD8<Double> {
    var recent = RecentTokens(before: range.lowerBound, in: tokens)
    var sum = SIMD8<Double>.zero
    for position in range {
      let token = tokens.base[position]
      let probabilities = probabilities(of: token, after: recent)
      for lane in 0..<Self.highestOrder { sum[lane] -= log(probabilities[lane]) }
      recent.append(token)
    }
    return sum
  }
}
