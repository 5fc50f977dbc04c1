import Autograd
import Testing

@Suite struct PrecisionTests {
  @Test("what a processor has no faster way for is computed in the next more exact precision")
  func available() {
    for processor in Processor.supported(threads: 1) {
      let hasUnit = processor.instructionSet == "amx"
      let hasPairs = hasUnit || processor.instructionSet == "avx512bf16"
      #expect(processor.with(.highest).precision == .highest)
      #expect(processor.with(.high).precision == (hasUnit ? .high : .highest))
      #expect(processor.with(.medium).precision == (hasPairs ? .medium : .highest))
      #expect(processor.with(.medium).with(.highest).precision == .highest)
      #expect(processor.with(.medium).instructionSet == processor.instructionSet)
    }
  }

  @Test("medium rounds the factors of a float32 product, and leaves float64 alone")
  func products() {
    // 1 + 2⁻¹⁰ is no bfloat16; its neighbours are 1 and 1 + 2⁻⁷.
    for processor in Processor.supported(threads: 1).map({ $0.with(.medium) }) {
      let exact = 8 * (1 + 0x1p-10)
      for type in [ElementType.float32, .float64] {
        let isRounded = type == .float32 && processor.precision == .medium
        let product = processor.run {
          Tensor.matmul(
            Tensor(repeating: 1 + 0x1p-10, shape: [6, 8], elementType: type),
            Tensor(repeating: 1, shape: [8, 5], elementType: type))
        }
        #expect(product.scalars.allSatisfy { $0 == (isRounded ? 8 : exact) }, "\(processor.instructionSet), \(type)")
      }
    }
  }
}
