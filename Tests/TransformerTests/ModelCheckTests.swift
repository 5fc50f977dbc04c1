import Autograd
import Randomness
import Testing
import Transformer

@Suite("The checks of a model")
struct ModelCheckTests {
  private static func model() throws -> GPT {
    let config = GPTConfig(vocabularySize: 9, layerCount: 2, headCount: 2, width: 8, contextLength: 6, slidingWindow: 3)
    return try GPT(config, key: RandomKey(seed: 4))
  }

  /// The model with weights that are no numbers.
  private static func damaged(_ model: GPT) -> GPT {
    model.replacingParameters(
      with: model.namedParameters.map { Tensor(repeating: .nan, shape: $0.tensor.shape, elementType: .float32) })
  }

  private static func gradientCheck(of model: GPT) -> ModelGradientCheck {
    ModelGradientCheck(model, inputs: [1, 2, 3, 4, 5, 6], targets: [2, 3, 4, 5, 6, 7], batchSize: 2)
  }

  @Test("compare the gradient by every parameter: elements and a direction of each")
  func gradients() throws {
    let check = Self.gradientCheck(of: try Self.model())
    let reports = check.reports(GradientCheck(.elements(2)))
    #expect(reports.count == check.parameterNames.count)
    #expect(reports.allSatisfy { $0.passes && $0.comparedCount == 3 })
  }

  @Test("find a wrong gradient")
  func wrongGradient() throws {
    var check = GradientCheck(.elements(2))
    check.alteration = { operation, gradients in
      operation == .linearCrossEntropy ? gradients.map { $0.map { 1.01 * $0 } } : gradients
    }
    // A hundredth of these is far above what is allowed at 0.
    let reports = Self.gradientCheck(of: try Self.model()).reports(check).filter { $0.largest > 1e-2 }
    #expect(reports.count > 5)
    #expect(reports.allSatisfy { !$0.passes })
  }

  @Test("say where a loss is no number")
  func notANumber() throws {
    #expect(Self.gradientCheck(of: Self.damaged(try Self.model())).loss.isNaN)
    #expect(Self.gradientCheck(of: try Self.model()).loss.isFinite)
  }

  @Test("find a cache that gives other logits than the whole sequence, and none that does not")
  func cache() throws {
    let model = try Self.model()
    for type in [ElementType.float32, .float64] {
      let check = CacheCheck(model.converted(to: type), [1, 2, 3, 4, 5, 6, 7])
      #expect(check.passes && check.comparedCount == 6 * 9 && check.largest > 0 && check.elementType == type)
      // What rounding explains is far below what a wrong key would change.
      #expect(check.bound < 1e-3 * check.largest)
    }
    #expect(!CacheCheck(Self.damaged(model), [1, 2]).passes)

    let logits = model.logits([1, 2]).scalars
    var altered = logits
    altered[10] += 2 * CacheCheck(model, length: 2, whole: logits, cached: logits).bound
    let check = CacheCheck(model, length: 2, whole: logits, cached: altered)
    #expect(!check.passes && check.worstPosition == 1)
  }
}
