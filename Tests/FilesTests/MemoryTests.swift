import Files
import Testing

@Suite("Memory")
struct MemoryTests {
  @Test("that is not there is not begun with")
  func required() throws {
    try requireMemory(0x1p30, for: "this", remedy: "", available: 0x1p30)
    let error = #expect(throws: MemoryError.self) {
      try requireMemory(0x1p31 + 1, for: "this", remedy: "make `batch_size` smaller", available: 0x1p30)
    }
    #expect(
      error?.description == "this takes about 2.0 GiB, more than the 1.0 GiB that there are; make `batch_size` smaller")
    // More than any integer holds.
    #expect(throws: MemoryError.self) { try requireMemory(.greatestFiniteMagnitude, for: "this", remedy: "") }
  }

  @Test("has a limit of more than a few mebibytes, since this test runs")
  func limit() {
    #expect(Memory.limit > 0x1p22)
    #expect(Memory.limit.isFinite)
  }
}
