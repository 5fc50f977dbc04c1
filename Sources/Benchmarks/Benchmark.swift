import Foundation
import Transformer

/// How fast something ran that was done again and again.
package struct Benchmark {
  /// What was measured: "train", "sample".
  package let name: String
  /// How long each step took, in milliseconds.
  package let stepMilliseconds: [Double]
  /// Tokens that a step takes in, or makes.
  package let tokensPerStep: Int
  /// Floating-point operations for a token, see `GPTConfig.trainingOperationsPerToken`.
  package let operationsPerToken: Double
  /// The most memory that the process had taken when the last step was done, in MiB.
  package let peakMebibytes = Self.peakMebibytesSoFar

  /// What these steps, of which there is at least one, come to.
  package init(_ name: String, stepMilliseconds: [Double], tokensPerStep: Int, operationsPerToken: Double) {
    self.name = name
    self.stepMilliseconds = stepMilliseconds.sorted()
    self.tokensPerStep = tokensPerStep
    self.operationsPerToken = operationsPerToken
  }

  /// The fastest step, the one in the middle and the slowest.
  package var min: Double { stepMilliseconds.first ?? .nan }
  package var max: Double { stepMilliseconds.last ?? .nan }
  package var median: Double { Benchmarks.median(of: stepMilliseconds) }

  /// Over all steps together.
  package var tokensPerSecond: Double {
    Double(tokensPerStep * stepMilliseconds.count) / stepMilliseconds.reduce(0, +) * 1e3
  }

  /// 10⁹ floating-point operations in a second.
  package var gigaflops: Double { tokensPerSecond * operationsPerToken / 1e9 }
}

extension GPTConfig {
  /// Floating-point operations to train on a token: 6·parameters + 12·L·C·T, as nanoGPT counts (after PaLM,
  /// arXiv 2204.02311, appendix B). The second term is attention's, without regard to the mask.
  package var trainingOperationsPerToken: Double {
    6 * Double(parameterCount) + 12 * Double(layerCount) * Double(width) * Double(contextLength)
  }

  /// Floating-point operations to make a token: the forward third of those in training.
  package var samplingOperationsPerToken: Double { trainingOperationsPerToken / 3 }
}

extension Benchmark {
  /// The most memory that the process has taken so far, in MiB: Linux's VmHWM, since `ru_maxrss` there may be
  /// that of the program that started this one.
  private static var peakMebibytesSoFar: Double {
    #if os(Linux)
      let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
      let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
      let kibibytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }
      return kibibytes.map { $0 / 1_024 } ?? .nan
    #else
      var usage = rusage()
      return getrusage(RUSAGE_SELF, &usage) == 0 ? Double(usage.ru_maxrss) / 1_048_576 : .nan
    #endif
  }
}

/// The middle of `values`, or the mean of the two in the middle; not a number where there are none.
package func median(of values: [Double]) -> Double {
  let sorted = values.sorted()
  let (below, above) = ((sorted.count - 1) / 2, sorted.count / 2)
  return sorted.isEmpty ? .nan : (sorted[below] + sorted[above]) / 2
}
