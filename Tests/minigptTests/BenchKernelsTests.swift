import Benchmarks
import Files
import Testing
import Training
import Transformer
import minigpt

@Suite("minigpt bench kernels")
struct BenchKernelsTests {
  @Test(
    "prints the peak of one thread and of several, and a row for each kernel, within 100 columns",
    arguments: ModelArchitecture.allCases)
  func rows(architecture: ModelArchitecture) throws {
    let words = [
      "--preset", "baby", "--architecture", "\(architecture)", "--batch-size", "1", "--block-size", "8", "--steps", "1",
      "--threads", "2",
    ]
    let outcome = try BuiltProgram.run(["bench", "kernels", "--json"] + words, in: nil)
    #expect(outcome.status == 0)
    let objects = try outcome.objects()
    #expect(objects.prefix(2).map { $0["threads"] } == [1, 2])
    #expect(objects.prefix(2).allSatisfy { $0["bench"] == "peak" })

    var config = try #require(Preset.named("baby")).recipe.config(vocabularySize: 66)
    config.architecture = architecture
    let kernels = objects.dropFirst(2)
    #expect(kernels.map { $0["kernel"] } == KernelCase.all(config, batchSize: 1).map { .string($0.name) })
    for kernel in kernels {
      #expect(kernel["bench"] == "kernels" && kernel["preset"] == "baby")
      let fields = try ["speed", "peak", "share"].map {
        try JSONField(kernel[$0] ?? .null, in: "output").number
      }
      #expect(fields.allSatisfy { $0 > 0 })
    }
    #expect(outcome.error.contains("\nbaby, \(architecture): B 1, T 8, C 128, H 4, V 66\n"))
    #expect(outcome.error.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }
}
