import Autograd
import Randomness

/// A layer norm, then two linear maps with a GELU between: `[…, C] → […, F] → […, C]`.
public struct MLP: Module {
  var expand, contract: Linear

  init(_ config: GPTConfig, residualDeviation: Double, key: RandomKey?) {
    let deviation = GPTConfig.initialDeviation
    expand = Linear(config.width, config.mlpWidth, deviation: deviation, key: key?.derived(by: 0))
    contract = Linear(config.mlpWidth, config.width, deviation: residualDeviation, key: key?.derived(by: 1))
  }

  func callAsFunction(_ x: Tensor, after norm: LayerNorm, dropout: Dropout?) -> Tensor {
    let y = contract(afterGELU: expand(x, after: norm))
    return dropout.map { y.dropout($0.at(.mlpOutput)) } ?? y
  }

  /// Visits the learned tensors by their names: `c_fc`, `c_proj`.
  public mutating func visitParameters(_ path: String, _ visit: ParameterVisitor) throws {
    try expand.visitParameters(join(path, "c_fc"), visit)
    try contract.visitParameters(join(path, "c_proj"), visit)
  }
}
