import CKernels
import Foundation
import Testing

@Suite struct DispatchTests {
  @Test("tables are listed slowest first, from the baseline on")
  func order() {
    let names = supportedTables().map(\.title)
    let all = ["baseline", "avx2", "avx512", "avx512bf16", "amx"]
    #expect(names == Array(all.prefix(names.count)) && !names.isEmpty)
  }

  @Test("no more tables are stored than there is room for, and all are counted")
  func capacity() {
    var room = [ck_kernels_float64(), ck_kernels_float64()]
    let count = ck_kernels_supported(&room, 1)
    #expect(Int(count) == supportedTables().count)
    #expect(String(cString: room[0].pointee.name) == "baseline")
    #expect(room[1] == ck_kernels_float64())
  }

  @Test("the chosen table is the fastest, or the one that MINIGPT_ISA names")
  func choice() {
    let names = supportedTables().map(\.title)
    let asked = ProcessInfo.processInfo.environment["MINIGPT_ISA"]
    let expected = asked.flatMap { names.contains($0) ? $0 : nil } ?? names.last
    #expect(ck_kernels_float32().pointee.title == expected)
  }

  @Test("tables know their element's size")
  func elementSizes() {
    #expect(supportedTables().allSatisfy { $0.element_size == 4 })
    #expect(referenceTable.element_size == 8 && referenceTable.title == "float64")
  }
}
