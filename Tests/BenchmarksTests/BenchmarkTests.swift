import Benchmarks
import Testing

@Suite("A benchmark")
struct BenchmarkTests {
  @Test("has figures that follow from its steps")
  func figures() {
    let benchmark = Benchmark(
      "train", stepMilliseconds: [4, 1, 3, 2], tokensPerStep: 10, operationsPerToken: 1e6)
    #expect(benchmark.min == 1 && benchmark.median == 2.5 && benchmark.max == 4)
    #expect(benchmark.tokensPerSecond == 4_000)
    #expect(benchmark.gigaflops == 4)
    let odd = Benchmark("train", stepMilliseconds: [3, 1, 2], tokensPerStep: 1, operationsPerToken: 1)
    #expect(odd.median == 2)
  }
}
