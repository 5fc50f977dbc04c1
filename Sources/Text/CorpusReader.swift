import Files

/// Reads a corpus piece by piece: while one core numbers a piece's characters, another hashes its bytes.
struct CorpusReader {
  private let path: String
  private let file: CorpusFile
  private let buffer: UnsafeMutableRawBufferPointer
  private(set) var scan: CharacterScan
  private(set) var hash = SHA256()
  private(set) var droppedByteOrderMark = false
  /// The file's first bytes, which show what kind it is.
  private var head: [UInt8] = []

  private static let pieceLength = 4 << 20
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Reads the file at `path`, whole.
  init(path: String, _ shouldStop: () -> Bool) throws {
    self.path = path
    file = try CorpusFile(path)
    scan = try CharacterScan(expecting: file.expectedByteCount, for: "reading \(printable(path))")
    buffer = .allocate(byteCount: Self.pieceLength, alignment: 64)
    defer { buffer.deallocate() }
    try read(shouldStop)
    scan.sortNumbers()
  }

  private mutating func read(_ shouldStop: () -> Bool) throws {
    var kept = 0  // bytes at the buffer's start that begin a character
    var isEnd = false
    while !isEnd {
      let room = UnsafeMutableRawBufferPointer(rebasing: buffer[kept...])
      let count = try file.read(into: room, shouldStop)
      isEnd = count < room.count
      let isFirst = head.isEmpty
      var skipped = 0
      if isFirst {
        head = Array(room.prefix(min(count, DetectedEncoding.sampleLength)))
        droppedByteOrderMark = head.starts(with: Self.byteOrderMark)
        if droppedByteOrderMark { skipped = Self.byteOrderMark.count }
      }
      let piece = UnsafeRawBufferPointer(rebasing: buffer[skipped..<kept + count])
      let before = scan.byteCount
      let stop = try take(piece, new: UnsafeRawBufferPointer(rebasing: buffer[max(skipped, kept)..<kept + count]))
      let rest = UnsafeRawBufferPointer(rebasing: piece[(scan.byteCount - before)...])
      if stop == .illFormed || isEnd && stop == .unfinished { throw try fault(rest, isEnd, shouldStop) }
      if isFirst, scan.alphabet.contains("\0"), let encoding = DetectedEncoding(ofTextWithNULs: head) {
        throw TextError.notUTF8(EncodingFault(encoding, path, isRegular: file.isRegular))
      }
      kept = rest.count
      buffer.copyMemory(from: rest)
    }
  }

  /// Numbers the characters of `piece`, and hashes its bytes but for those that were there before.
  private mutating func take(_ piece: UnsafeRawBufferPointer, new: UnsafeRawBufferPointer) throws -> CharacterScan.Stop?
  {
    var result = Result<CharacterScan.Stop?, MemoryError>.success(nil)
    concurrently(2) { part in
      if part == 1 { return hash.update(new) }
      do throws(MemoryError) {
        result = .success(try scan.append(piece.assumingMemoryBound(to: UInt8.self)))
      } catch {
        result = .failure(error)
      }
    }
    return try result.get()
  }

  /// The error about `rest`, which begins with what is no UTF-8.
  private func fault(_ rest: UnsafeRawBufferPointer, _ isEnd: Bool, _ shouldStop: () -> Bool) throws -> TextError {
    var (rest, isEnd) = (Array(rest), isEnd)
    if !isEnd, rest.count < DetectedEncoding.sampleLength {
      let count = try file.read(into: buffer, shouldStop)
      rest += buffer[..<count]
      isEnd = count < buffer.count
    }
    let offset = scan.byteCount + (droppedByteOrderMark ? Self.byteOrderMark.count : 0)
    let counts = scan.characters[...].counts(vocabularySize: scan.alphabet.count + 1).dropFirst()
    func count(_ isCounted: (Unicode.Scalar) -> Bool) -> Int {
      zip(scan.alphabet, counts).reduce(0) { $0 + (isCounted($1.0) ? $1.1 : 0) }
    }
    let encoding = DetectedEncoding(
      head: head, rest: Array(rest.prefix(DetectedEncoding.sampleLength)),
      isEnd: isEnd && rest.count <= DetectedEncoding.sampleLength, multibyteBefore: count { !$0.isASCII })
    let place = EncodingFault.Place(offset: offset, line: count { $0 == "\n" } + 1, byte: rest[0])
    return .notUTF8(EncodingFault(encoding, path, isRegular: file.isRegular, place))
  }
}
