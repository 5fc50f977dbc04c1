import Files
import Testing
import minigpt

@Suite("minigpt bench")
struct BenchCommandTests {
  private static let contract = ["bench", "ms_per_step", "tokens_per_second", "gflops", "peak_mib"]
  private static let machine = ["parameters", "instruction_set", "threads", "precision"]
  private static let training = [
    "stage_ms", "peak_gflops", "share_of_peak", "startup_ms",
  ]

  private func number(_ json: JSON?) throws -> Double { try JSONField(json ?? .null, in: "output").number }

  @Test("bench train prints the contract's object, whose numbers agree with each other")
  func train() throws {
    let outcome = try BuiltProgram.run(
      "bench", "train", "--json", "--steps", "3", "--batch-size", "2", "--block-size", "16", "--threads", "1")
    #expect(outcome.status == 0)
    let object = try #require(try outcome.objects().first)
    #expect(object.names == Self.contract + Self.training + Self.machine)
    #expect(object["stage_ms"]?.names == ["data", "forward", "backward", "optimizer"])
    #expect(object["bench"] == "train")
    #expect(object["threads"] == 1)
    let times = try ["min", "median", "max"].map { try number(object["ms_per_step"]?[$0]) }
    #expect(times[0] > 0 && times == times.sorted())
    // Three steps of 2 · 16 tokens.
    let speed = try number(object["tokens_per_second"])
    #expect(abs(speed * times.reduce(0, +) / 1e3 - 96) < 1e-6)
    // The baby preset over 66 tokens, and attention's part: 12 · 4 layers · 128 · 16.
    let parameters = try number(object["parameters"])
    #expect(parameters == 801_792)
    let operations = try number(object["gflops"]) * 1e9 / speed
    #expect(abs(operations - (6 * 801_792 + 12 * 4 * 128 * 16)) < 1)
    #expect(try number(object["peak_mib"]) > 5)
    // The step in the middle takes 2 · 16 tokens' operations, of what the machine does in as long.
    let share = operations * 32 / (times[1] / 1e3) / (try number(object["peak_gflops"]) * 1e9)
    #expect(try abs(number(object["share_of_peak"]) / share - 1) < 1e-9)
    #expect(try number(object["startup_ms"]) > 0)
    #expect(outcome.error.contains("batch      2 sequences of 16, random tokens\n"))
  }

  @Test("bench train takes a corpus, with its vocabulary")
  func corpus() throws {
    let outcome = try Workspace().run(
      "bench", "train", "--corpus", "fox.txt", "--steps", "1", "--batch-size", "1", "--optimizer", "muon")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("\noptimizer  muon\n"))
    #expect(outcome.output.contains("vocabulary 24; "))
    #expect(outcome.output.contains("GFLOP/s; a token takes 6·parameters + 12·L·C·T\n"))
  }

  @Test("bench train takes an architecture")
  func architecture() throws {
    let outcome = try BuiltProgram.run(
      "bench", "train", "--architecture", "nanochat", "--steps", "1", "--batch-size", "1", "--block-size", "8")
    #expect(outcome.status == 0)
    // Four layers of 12·128², and two tables of 66 · 128.
    #expect(outcome.output.contains("nanochat, layers 4, heads 4, width 128, context 8, vocabulary 66; 803,328 param"))
  }

  @Test("bench sample times a preset with random weights, or a checkpoint")
  func sample() throws {
    let workspace = try Workspace()
    _ = try workspace.train()
    for words in [["--block-size", "16"], ["--checkpoint", "checkpoints/fox"]] {
      let outcome = try workspace.run(["bench", "sample", "--json", "--steps", "30"] + words)
      #expect(outcome.status == 0)
      let object = try #require(try outcome.objects().first)
      let latency = ["prefill_tokens_per_second", "time_to_first_token_ms"]
      #expect(object.names == Self.contract + latency + Self.machine)
      #expect(object["bench"] == "sample")
      #expect(try number(object["prefill_tokens_per_second"]) > 0)
      #expect(object["parameters"] == (words[0] == "--checkpoint" ? 1_080 : 801_792))
      // The forward third of training's operations; 12 · L · C · T is 12 · 4 · 128 · 16 or 12 · 1 · 8 · 8.
      let attention = words[0] == "--checkpoint" ? 768.0 : 98_304
      let operations = try number(object["gflops"]) * 1e9 / number(object["tokens_per_second"])
      #expect(try abs(operations - (6 * number(object["parameters"]) + attention) / 3) < 1)
      #expect(outcome.error.contains("of 30\n"))
    }
  }

  @Test(
    "what does not go together, and what cannot be measured, is refused with a reason",
    arguments: [
      (["train", "--checkpoint", "x"], ExitCode.usage, "--checkpoint has no meaning for 'bench train'"),
      (["sample", "--batch-size", "2"], .usage, "--batch-size has no meaning for 'bench sample'"),
      (["sample", "--corpus", "fox.txt"], .usage, "--corpus has no meaning for 'bench sample'"),
      (["sample", "--optimizer", "muon"], .usage, "--optimizer has no meaning for 'bench sample'"),
      (["kernels", "--checkpoint", "x"], .usage, "--checkpoint has no meaning for 'bench kernels'"),
      (["kernels", "--corpus", "fox.txt"], .usage, "--corpus has no meaning for 'bench kernels'"),
      (["kernels", "--batch-size", "1048576", "--block-size", "1048576"], .outOfMemory, "make --batch-size or"),
      (
        ["train", "--batch-size", "1048576", "--block-size", "1048576"], .outOfMemory,
        "GiB that there are; make it smaller, or --batch-size"
      ),
      (["sample", "--checkpoint", "x", "--preset", "baby"], .usage, "no meaning beside --checkpoint"),
      (["sample", "--checkpoint", "x", "--architecture", "gpt"], .usage, "--architecture has no meaning beside"),
      (["sample", "--checkpoint", "nowhere"], .noInput, "nowhere"),
      (["train", "--corpus", "nowhere.txt"], .noInput, "nowhere.txt"),
      (["train", "--corpus", "fox.txt", "--block-size", "2000"], .badData, "--block-size"),
      (["train", "--steps", "0"], .usage, "must be a whole number from 1"),
      (["trian"], .usage, "Did you mean 'train'?"),
      ([], .usage, "Missing expected argument '<train|sample|kernels>'"),
    ] as [([String], ExitCode, String)])
  func refused(words: [String], code: ExitCode, reason: String) throws {
    let outcome = try Workspace().run(["bench"] + words)
    #expect(outcome.status == code.rawValue)
    #expect(outcome.error.contains(reason), "\(outcome.error)")
    #expect(outcome.output.isEmpty)
  }
}
