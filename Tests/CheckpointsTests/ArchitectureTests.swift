import Checkpoints
import Files
import Testing
import Transformer

@Suite("The architecture that a model is written as")
struct ArchitectureTests {
  @Test(
    "is the first whose config.json reads back as the model's configuration, of those of a name where one is asked for")
  func choice() {
    let config = Starcoder2Tests.grouped
    #expect(architecture(of: config)?.modelType == "starcoder2")
    #expect(architecture(of: config, named: "starcoder2")?.modelType == "starcoder2")
    #expect(architecture(of: config, named: "llama") == nil)
  }

  @Test("is none where the configuration would be refused when it is read, or come back as another")
  func none() {
    // Its rotary table is out of proportion.
    let wide = GPTConfig(vocabularySize: 2, layerCount: 1, headCount: 1, width: 1 << 12, contextLength: 1 << 20)
    #expect(architecture(of: wide) == nil)
    #expect(!Forgetful().holds(Starcoder2Tests.grouped))
    #expect(Forgetful().holds(Starcoder2Tests.plain))
  }
}

/// An architecture that knows nothing of sliding windows.
private struct Forgetful: Architecture {
  let transformersClass = "ForgetfulForCausalLM"
  let modelType = "forgetful"
  let modelArchitecture = ModelArchitecture.gpt

  func json(of config: GPTConfig) -> JSON {
    var json = Starcoder2().json(of: config)
    json["sliding_window"] = nil
    return json
  }

  func config(from document: JSONField) throws -> GPTConfig { try Starcoder2().config(from: document) }

  func storedTensors(of name: String, _ config: GPTConfig) -> [StoredTensor] { [StoredTensor(name)] }
}
