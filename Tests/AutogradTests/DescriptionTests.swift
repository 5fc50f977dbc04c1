import Autograd
import Testing

@Suite("Printed tensors")
struct DescriptionTests {
  @Test("nest as NumPy's arrays do, with shape and element type")
  func nesting() {
    #expect("\(Tensor(3))" == "Tensor(3, shape: [], float32)")
    #expect("\(Tensor([1, -2, 30]))" == "Tensor([ 1, -2, 30], shape: [3], float32)")
    #expect(
      "\(Tensor([[0.5, -1], [100.25, 2]], elementType: .float64))" == """
        Tensor([[  0.5000,  -1.0000],
                [100.2500,   2.0000]], shape: [2, 2], float64)
        """)
    #expect(
      "\(Tensor(0..<8).reshaped(to: [2, 2, 2]))" == """
        Tensor([[[0, 1],
                 [2, 3]],

                [[4, 5],
                 [6, 7]]], shape: [2, 2, 2], float32)
        """)
    #expect("\(Tensor.zeros([2, 0]))" == "Tensor([[],\n        []], shape: [2, 0], float32)")
  }

  @Test("show four decimals, exponents where the largest is far from 1, and what is no number")
  func numbers() {
    #expect("\(Tensor([1e-5, 0.25]))" == "Tensor([0.0000, 0.2500], shape: [2], float32)")
    #expect("\(Tensor([1e-5, 2.5e-7]))" == "Tensor([1.0000e-05, 2.5000e-07], shape: [2], float32)")
    #expect("\(Tensor([1.5e6, 2]))" == "Tensor([1500000,       2], shape: [2], float32)")
    #expect("\(Tensor([1.5e9, 0.5]))" == "Tensor([1.5000e+09, 5.0000e-01], shape: [2], float32)")
    #expect("\(Tensor([.infinity, 1, .nan]))" == "Tensor([inf,   1, nan], shape: [3], float32)")
  }

  @Test("leave out the middle of more than a thousand elements")
  func summary() {
    #expect(
      "\(Tensor(0..<2_000).reshaped(to: [20, 100]))" == """
        Tensor([[   0,    1,    2, …,   97,   98,   99],
                [ 100,  101,  102, …,  197,  198,  199],
                [ 200,  201,  202, …,  297,  298,  299],
                …,
                [1700, 1701, 1702, …, 1797, 1798, 1799],
                [1800, 1801, 1802, …, 1897, 1898, 1899],
                [1900, 1901, 1902, …, 1997, 1998, 1999]], shape: [20, 100], float32)
        """)
    #expect("\(Tensor(0..<1_001))" == "Tensor([   0,    1,    2, …,  998,  999, 1000], shape: [1001], float32)")
  }

  @Test("break lines that are longer than eighty columns")
  func longRows() {
    #expect(
      "\(Tensor(100..<120))" == """
        Tensor([100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113,
                114, 115, 116, 117, 118, 119], shape: [20], float32)
        """)
  }
}
