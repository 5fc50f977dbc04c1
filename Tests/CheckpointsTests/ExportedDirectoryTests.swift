import Autograd
import Checkpoints
import Files
import Foundation
import Randomness
import Testing
import Transformer

@Suite("A checkpoint as transformers opens it, in fewer bits")
struct ExportedDirectoryTests {
  /// Numbers at which rounding to 16 bits is hard: half-way between two, subnormal, the smallest, the largest.
  private static let hard: [Float] =
    [0, -0.0, 1, 1 + 0x1p-11, 1 + 0x1.8p-10, 1 + 0x1p-8, 1 + 0x1.8p-7, 65_504, 65_519.99, 0x1p-14, 0x1.FFFp-15]
    + [0x1p-24, 0x1p-25, 0x1.000002p-25, 0x1.8p-24, -0x1p-149, 0x1.FFEp-15, 0x1.FFFFFEp-15, 3.14159, -2.71828]

  private func exported(_ checkpoint: Checkpoint, _ type: StoredElementType, _ body: (String) throws -> Void) throws {
    try withTemporaryDirectory { directory in
      try CheckpointExport(checkpoint, as: .safetensors, in: type).write(to: directory + "/model")
      try body(directory + "/model")
    }
  }

  @Test("in float32 the files are the checkpoint's own, byte for byte")
  func same() throws {
    let checkpoint = try Samples.checkpoint()
    try exported(checkpoint, .float32) { path in
      try checkpoint.write(to: path + "-own")
      let files = try names(in: path)
      #expect(try files == names(in: path + "-own"))
      for file in files { #expect(try contents(path + "/" + file) == contents(path + "-own/" + file), "\(file)") }
    }
  }

  @Test("it says of which type its weights are, and opens again", arguments: ["float16", "bfloat16"])
  func types(name: String) throws {
    let checkpoint = try Samples.checkpoint()
    try exported(checkpoint, name == "float16" ? .float16 : .bfloat16) { path in
      let config = try JSON(parsing: contents(path + "/config.json"), from: "config.json")
      #expect(config["dtype"] == .string(name) && config["torch_dtype"] == .string(name))
      let read = try Checkpoint(directory: path)
      #expect(read.notes.isEmpty && read.model.config == checkpoint.model.config)
      let relative: Float = name == "float16" ? 0x1p-11 : 0x1p-8
      for (a, b) in zip(read.model.namedParameters, checkpoint.model.namedParameters) {
        // Below 2⁻¹⁴, float16 has steps of 2⁻²⁴.
        let isNear = zip(a.tensor.floats, b.tensor.floats).allSatisfy {
          abs($0 - $1) <= max(relative * abs($1), name == "float16" ? 0x1p-25 : 0)
        }
        #expect(isNear, "\(a.name)")
      }
    }
  }

  @Test("each number is rounded to the nearest, and half-way to the even one")
  func rounding() throws {
    let count = Samples.tokenizer.vocabularySize * 16
    let numbers =
      Self.hard + (0..<(count - Self.hard.count)).map { Float(sin(Double($0)) * exp2(Double($0 % 40 - 24))) }
    let model = try Samples.checkpoint().model.mappingParameters { tensor in
      tensor.shape == [Samples.tokenizer.vocabularySize, 16] ? Tensor(numbers, shape: tensor.shape) : tensor
    }
    let checkpoint = Checkpoint(model: model, tokenizer: Samples.tokenizer)
    try exported(checkpoint, .bfloat16) { path in
      let stored = try #require(Safetensors.read(path + "/model.safetensors")["model.embed_tokens.weight"]).floats
      #expect(zip(stored, numbers).allSatisfy { $0.bitPattern == Self.bfloat16($1).bitPattern })
    }
    #if !(os(macOS) && arch(x86_64))
      try exported(checkpoint, .float16) { path in
        let stored = try #require(Safetensors.read(path + "/model.safetensors")["model.embed_tokens.weight"]).floats
        for (stored, number) in zip(stored, numbers) { #expect(stored.bitPattern == Float(Float16(number)).bitPattern) }
      }
    #endif
  }

  /// The nearer of the two float32 numbers around `value` whose lower half is zero.
  private static func bfloat16(_ value: Float) -> Float {
    let below = Float(bitPattern: value.bitPattern & 0xFFFF_0000)
    let above = Float(bitPattern: below.bitPattern + 0x1_0000)
    let (down, up) = ((Double(value) - Double(below)).magnitude, (Double(above) - Double(value)).magnitude)
    return down < up || (down == up && below.bitPattern & 0x1_0000 == 0) ? below : above
  }
}
