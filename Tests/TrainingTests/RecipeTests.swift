import Autograd
import Checkpoints
import Files
import Testing
import Training
import Transformer

@Suite("A recipe")
struct RecipeTests {
  /// What `trainer_state.json` holds of the default preset, whatever becomes of the table.
  static let babyJSON = """
    {"n_layer":4,"n_head":4,"n_kv_head":4,"n_embd":128,"block_size":64,"sliding_window":null,"batch_size":12,\
    "gradient_accumulation_steps":1,"max_iters":2000,"learning_rate":0.001,"min_lr":0.0001,"warmup_iters":100,\
    "lr_decay_iters":2000,"weight_decay":0.1,"beta1":0.9,"beta2":0.99,"grad_clip":1.0,"dropout":0.0,\
    "eval_interval":250,"eval_iters":20,"save_interval":null,"keep":2,"patience":null,"seed":1337,\
    "precision":"medium","val_fraction":0.1}
    """

  private func field(_ json: JSON) -> JSONField { JSONField(json, in: "state.json")["recipe"] }

  @Test("is written with all its settings in their order, defaults resolved")
  func written() {
    #expect(Preset.baby.recipe.json.compact == Self.babyJSON)
  }

  @Test("is written with its optimizer where that is not AdamW, and comes back with it")
  func optimizer() throws {
    var recipe = Preset.baby.recipe
    recipe.options.optimizer = .muon
    #expect(recipe.json["optimizer"] == "muon" && recipe.json["muon_lr"] == nil)
    (recipe.options.muonLearningRate, recipe.options.muonMomentum) = (0.03, 0.9)
    (recipe.options.warmupIterations, recipe.options.decayIterations) = (100, 2_000)
    #expect(recipe.json["muon_lr"] == 0.03 && recipe.json["muon_momentum"] == 0.9)
    #expect(try Recipe(field(["recipe": recipe.json])) == recipe)
  }

  @Test("is written with its architecture where that is not GPT, and comes back with it, its head and its ε")
  func architecture() throws {
    var recipe = Preset.baby.recipe
    recipe.model.architecture = .nanochat
    #expect(recipe.json["architecture"] == "nanochat")
    (recipe.options.warmupIterations, recipe.options.decayIterations) = (100, 2_000)
    let read = try Recipe(field(["recipe": recipe.json]))
    #expect(read == recipe && !read.model.tiesHead && read.model.normEpsilon == 1e-6)
    #expect(recipe.differences(from: Preset.baby.recipe) == ["`architecture` was gpt, is nanochat"])
  }

  @Test("has the usual learning rate of the optimizer that it changes to, unless that is given too")
  func optimizersLearningRate() throws {
    func changed(_ texts: [String: String]) throws -> TrainingOptions {
      let changes = try texts.map { name, text in
        (name, try #require(Recipe.settings.first { $0.name == name }?.change(text)))
      }
      return Preset.baby.recipe.changed(by: Dictionary(uniqueKeysWithValues: changes)).options
    }
    let muon = try changed(["optimizer": "muon"])
    // The preset's rates are 1e-3 and 1e-4.
    #expect(muon.learningRate == 0.03 && abs(muon.minLearningRate - 3e-3) < 1e-17)
    #expect(try changed(["optimizer": "muon", "learning_rate": "0.5"]).learningRate == 0.5)
    #expect(try changed(["optimizer": "adamw"]) == Preset.baby.recipe.options)
  }

  @Test("comes back from its JSON with what it left open filled in", arguments: Preset.all)
  func roundTrip(preset: Preset) throws {
    var recipe = preset.recipe
    (recipe.model.headCount, recipe.model.keyValueHeadCount) = (8, 2)
    (recipe.model.slidingWindow, recipe.options.patience, recipe.options.saveInterval) = (9, 3, 7)
    (recipe.options.evaluation, recipe.options.precision, recipe.options.seed) = (.full, .high, .max)
    let read = try Recipe(field(["recipe": JSON(parsing: recipe.json.pretty, from: "")]))
    let schedule = recipe.options.schedule
    (recipe.options.warmupIterations, recipe.options.decayIterations) = (schedule.warmupSteps, schedule.decaySteps)
    #expect(read == recipe)
    #expect(read.json == recipe.json)
  }

  @Test("of an older file without a precision was computed in float32")
  func olderFile() throws {
    var json = Preset.baby.recipe.json
    json["precision"] = nil
    #expect(try Recipe(field(["recipe": json])).options.precision == .highest)
  }

  @Test(
    "is malformed where a value is missing or out of range; the message names the place",
    arguments: [
      ("n_layer", 0, "recipe.n_layer: expected a whole number from 1 to 4096, found 0"),
      ("n_head", nil, "recipe.n_head: expected a whole number from 1 to 4096, found nothing"),
      ("block_size", 1.5, "recipe.block_size: expected a whole number from 1 to 1048576, found 1.5"),
      ("batch_size", "8", #"recipe.batch_size: expected a whole number from 1 to 1048576, found "8""#),
      ("warmup_iters", .null, "recipe.warmup_iters: expected a whole number of at least 0, found null"),
      ("patience", -1, "recipe.patience: expected a whole number of at least 1, found -1"),
      ("dropout", 1, "recipe.dropout: expected a number of at least 0 and less than 1, found 1"),
      ("learning_rate", .number(.infinity), "recipe.learning_rate: expected a number of at least 0, found null"),
      ("eval_iters", "all", #"recipe.eval_iters: expected a whole number of at least 1, or 'full', found "all""#),
      ("precision", "low", #"recipe.precision: expected one of 'highest', 'high', 'medium', found "low""#),
    ] as [(String, JSON?, String)])
  func malformed(name: String, value: JSON?, message: String) {
    var json = Preset.baby.recipe.json
    json[name] = value
    let error = #expect(throws: FileError.self) { try Recipe(field(["recipe": json])) }
    #expect(error?.description == "state.json: " + message)
  }

  @Test("is changed in the table's order: heads before the key/value heads that follow them")
  func changes() throws {
    func changed(_ texts: [String: String]) throws -> Recipe {
      let changes = try texts.map { name, text in
        (name, try #require(Recipe.settings.first { $0.name == name }?.change(text)))
      }
      return Preset.baby.recipe.changed(by: Dictionary(uniqueKeysWithValues: changes))
    }
    let grouped = try changed(["n_kv_head": "4", "n_head": "8", "n_embd": "256"]).model
    #expect(grouped.headCount == 8 && grouped.keyValueHeadCount == 4)
    #expect(grouped.width == 256 && grouped.mlpWidth == 1024)
    #expect(try changed(["n_head": "8"]).model.keyValueHeadCount == 8)
    #expect(try changed([:]) == Preset.baby.recipe)
    #expect(Recipe.settings[0].change("0") == nil && Recipe.settings[0].change("x") == nil)
  }

  @Test("that a run is resumed with keeps the run's warm-up and decay where it leaves them open, and nothing else")
  func resuming() throws {
    var saved = try Recipe(field(["recipe": Preset.baby.recipe.json]))
    (saved.options.patience, saved.model.keyValueHeadCount) = (3, 2)
    var recipe = Preset.baby.recipe
    recipe.options.maxIterations = 500
    let resumed = recipe.resuming(saved)
    #expect(resumed.options.decayIterations == 2_000 && resumed.options.warmupIterations == 100)
    recipe.options.decayIterations = 400
    #expect(recipe.resuming(saved).options.decayIterations == 400)
    #expect(resumed.options.patience == nil && resumed.model.keyValueHeadCount == 4)
    #expect(resumed.options.maxIterations == 500)
  }

  @Test("differs from another by each setting that may not change, told with both values")
  func differences() {
    let saved = Preset.baby.recipe
    var recipe = saved
    (recipe.model.slidingWindow, recipe.options.batchSize, recipe.options.precision) = (9, 16, .highest)
    recipe.options.decayIterations = 900
    (recipe.options.keep, recipe.options.evaluation, recipe.options.patience) = (5, .full, 1)
    #expect(
      recipe.differences(from: saved) == [
        "`sliding_window` was all of the context, is 9", "`batch_size` was 12, is 16",
        "`warmup_iters` was 100, is 90", "`lr_decay_iters` was 2000, is 900", "`precision` was medium, is highest",
      ])
    #expect(saved.differences(from: saved).isEmpty)
  }

  @Test("is valid as every preset, and refused by name where its settings do not go together")
  func validity() throws {
    for preset in Preset.all { try preset.recipe.validate() }
    func message(_ change: (inout Recipe) -> Void) -> String? {
      let recipe = smallRecipe(change)
      return #expect(throws: TrainingError.self) { try recipe.validate() }?.description
    }
    #expect(message { $0.model.layerCount = 5000 } == "`n_layer` is 5000; it must be a whole number from 1 to 4096")
    #expect(
      message { $0.model.headCount = 3 }
        == "the width 16 is not divisible by the number of heads 3 (`n_head`, `n_embd`)")
    #expect(
      message { $0.options.warmupIterations = 13 } == "`warmup_iters` (13) is longer than the run (`max_iters` 12)")
    #expect(
      message { ($0.options.batchSize, $0.options.gradientAccumulationSteps) = (1 << 20, 32) }
        == "`batch_size` times `gradient_accumulation_steps` is above 16777216")
    #expect(
      message { ($0.model.width, $0.model.headCount, $0.model.contextLength) = (1 << 12, 1, 1 << 20) }
        == "a starcoder2 checkpoint cannot hold this model: config.json: max_position_embeddings is 1048576; "
        + "supported: at most 32768 with heads 4096 wide")
    #expect(
      message { ($0.options.optimizer, $0.options.learningRate) = (.muon, 0) }
        == "`learning_rate` is 0; with muon, whose `muon_lr` follows it in proportion, it must be greater than 0")
    #expect(
      message { ($0.model.architecture, $0.model.slidingWindow) = (.nanochat, 4) }
        == "a nanochat checkpoint has no place for `sliding_window` (4)")
    #expect(message { $0.options.evaluation = .batches(0) }?.hasPrefix("`eval_iters` is 0; it must be ") == true)
  }
}

/// An architecture that knows nothing of sliding windows and grouped queries.
private struct Forgetful: Architecture {
  let transformersClass = "ForgetfulForCausalLM"
  let modelType = "forgetful"
  let modelArchitecture = ModelArchitecture.gpt

  func json(of config: GPTConfig) -> JSON {
    var json = Starcoder2().json(of: config)
    (json["sliding_window"], json["num_key_value_heads"]) = (nil, json["num_attention_heads"])
    return json
  }

  func config(from document: JSONField) throws -> GPTConfig { try Starcoder2().config(from: document) }

  func storedTensors(of name: String, _ config: GPTConfig) -> [StoredTensor] { [StoredTensor(name)] }
}

@Suite("A recipe whose model a checkpoint cannot hold")
struct MisfitTests {
  @Test("is told by the settings that the checkpoint would lose")
  func settings() {
    let recipe = smallRecipe { ($0.model.slidingWindow, $0.model.keyValueHeadCount) = (4, 1) }
    #expect(
      recipe.misfit(recipe.config(vocabularySize: 5), with: Forgetful())
        == "a forgetful checkpoint has no place for `n_kv_head` (1), `sliding_window` (4)")
  }
}

@Suite("A setting")
struct SettingTests {
  @Test("has a name of its own, in nanoGPT's letters, and a help that is a sentence")
  func names() {
    let names = Recipe.settings.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { $0.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil })
    #expect(Recipe.settings.allSatisfy { $0.help.hasSuffix(".") })
  }

  @Test("has the same value as text, as JSON and back, in every preset", arguments: Preset.all)
  func agreement(preset: Preset) throws {
    for setting in Recipe.settings {
      var blank = Recipe(layerCount: 0, headCount: 0, width: 0, contextLength: 0, options: TrainingOptions())
      try setting.read(JSONField(setting.json(preset.recipe), in: ""), &blank)
      #expect(setting.json(blank) == setting.json(preset.recipe), "\(setting.name)")
      // Text of a value is read as that value; other text says in words what holds.
      guard let change = setting.change(setting.text(preset.recipe)) else { continue }
      change(&blank)
      #expect(setting.text(blank) == setting.text(preset.recipe), "\(setting.name)")
    }
  }

  @Test("may be true or false, and mean something in files that are older than it")
  func boolean() throws {
    let setting = Setting("tie_head", \.model.tiesHead, .boolean, .model, missing: true, help: "Whether.")
    var recipe = Preset.baby.recipe
    #expect(setting.isBoolean && setting.text(recipe) == "true" && setting.change("yes") == nil)
    let change = try #require(setting.change("false"))
    change(&recipe)
    #expect(!recipe.model.tiesHead && setting.json(recipe) == false)
    try setting.read(JSONField([:], in: "")["tie_head"], &recipe)
    #expect(recipe.model.tiesHead)
    try setting.read(JSONField(false, in: ""), &recipe)
    #expect(!recipe.model.tiesHead)
    #expect(throws: FileError.self) { try setting.read(JSONField("false", in: ""), &recipe) }
  }
}
