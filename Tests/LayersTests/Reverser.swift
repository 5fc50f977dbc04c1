import Autograd
import Layers
import Randomness

/// A pre-norm attention layer with an MLP: self-attention, or cross-attention where there is a memory.
struct Layer: Module {
  var norm: LayerNorm, attention: MultiHeadAttention, mlpNorm: LayerNorm, mlp: MLP
  init(_ width: Int, key: RandomKey) {
    (norm, mlpNorm) = (LayerNorm(width), LayerNorm(width))
    attention = MultiHeadAttention(width, headCount: 2, key: key.derived(by: 0))
    mlp = MLP(width, hidden: 2 * width, key: key.derived(by: 1))
  }
  func callAsFunction(_ x: Tensor, mask: AttentionMask, memory: Tensor? = nil, probe: Probe? = nil) -> Tensor {
    let context = ForwardContext(probe: probe)
    let h = x + (memory.map { attention(norm(x), over: $0, context) } ?? attention(norm(x), mask: mask, context))
    return h + mlp(h, after: mlpNorm.prologue)
  }
  mutating func visit<E>(_ visitor: ParameterVisitor<E>) throws(E) {
    try visitor("norm", &norm); try visitor("attention", &attention)
    try visitor("mlp_norm", &mlpNorm); try visitor("mlp", &mlp)
  }
}

/// An encoder and a decoder with cross-attention.
struct Reverser: Module {
  var letters: Embedding, places: Embedding, encoder: Layer, decoder: Layer, cross: Layer, head: Linear
  init(letterCount: Int, length: Int, width: Int, key: RandomKey) {
    letters = Embedding(letterCount + 1, width, key: key.derived(by: 0))  // one more, with which an answer begins
    places = Embedding(length, width, key: key.derived(by: 1))
    (encoder, decoder) = (Layer(width, key: key.derived(by: 2)), Layer(width, key: key.derived(by: 3)))
    (cross, head) = (Layer(width, key: key.derived(by: 4)), Linear(width, letterCount, key: key.derived(by: 5)))
  }
  func callAsFunction(_ text: [Int32], answer: [Int32], batchSize: Int, probe: Probe? = nil) -> Tensor {
    let memory = encoder(embed(text, batchSize), mask: .none)
    return head(cross(decoder(embed(answer, batchSize), mask: .causal), mask: .none, memory: memory, probe: probe))
  }
  private func embed(_ ids: [Int32], _ batchSize: Int) -> Tensor {
    let places = places((0..<Int32(ids.count / batchSize)).map { $0 })
    return letters(ids).reshaped(to: [batchSize] + places.shape) + places
  }
  mutating func visit<E>(_ visitor: ParameterVisitor<E>) throws(E) {
    try visitor("letters", &letters); try visitor("places", &places)
    try visitor("encoder", &encoder); try visitor("decoder", &decoder)
    try visitor("cross", &cross); try visitor("head", &head)
  }
}
