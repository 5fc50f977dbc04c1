import NGrams
import Testing

@Suite struct SampledRangesTests {
  @Test("a short text is taken whole")
  func whole() {
    #expect((3..<103).sampled(atMost: 100, block: 10) == [3..<103])
  }

  @Test("of a long one its start, and evenly spread blocks to its end", arguments: [101, 150, 1_000, 99_999])
  func start(count: Int) throws {
    let range = 7..<7 + count
    let ranges = range.sampled(atMost: 100, block: 10)
    #expect(ranges.map(\.count) == [50, 10, 10, 10, 10, 10])
    #expect(ranges.first?.lowerBound == 7)
    #expect(ranges.last?.upperBound == range.upperBound)
    let gaps = zip(ranges.dropFirst(), ranges.dropFirst(2)).map { $1.lowerBound - $0.upperBound }
    #expect(try #require(gaps.min()) >= 0)
    #expect(try #require(gaps.max()) - #require(gaps.min()) <= 1)
  }

  @Test("one block stands at the end")
  func oneBlock() {
    #expect((0..<1_000).sampled(atMost: 20, block: 10) == [0..<10, 990..<1_000])
  }

  @Test(
    "what is left without some ranges",
    arguments: [
      ([], [10..<20]), ([10..<20], []), ([0..<30], []), ([12..<14, 17..<18], [10..<12, 14..<17, 18..<20]),
      ([18..<25, 5..<11], [11..<18]), ([12..<16, 14..<17], [10..<12, 17..<20]), ([0..<5, 30..<40], [10..<20]),
    ] as [([Range<Int>], [Range<Int>])])
  func leftOut(ranges: [Range<Int>], rest: [Range<Int>]) {
    #expect((10..<20).leavingOut(ranges) == rest)
  }
}
