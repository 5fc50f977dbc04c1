/// What can happen to a safetensors file: to the length of its header, to the header, and to the numbers after it.
enum SafetensorsMutation {
  static func apply(to bytes: inout [UInt8], _ draws: inout Draws) -> String {
    guard bytes.count >= 8 else { return BytesMutation.apply(to: &bytes, &draws) }
    let length = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(bytes.count - 8) else { return BytesMutation.apply(to: &bytes, &draws) }
    let dataStart = 8 + Int(length)
    switch draws.index(below: 10) {
    case 0:
      let other = draws.pick([
        0, 1, length &- 1, length + 1, length + 8, UInt64(bytes.count), 8 << 20, 100_000_001, 1 << 31, 1 << 32, 1 << 63,
        .max, UInt64(Int64.max),
      ])
      bytes.replaceSubrange(0..<8, with: encoded(other))
      return "header of \(other) bytes"
    case 1: return changeData(in: &bytes, from: dataStart, &draws)
    default:
      var header = Array(bytes[8..<dataStart])
      let what = JSONMutation.apply(to: &header, &draws)
      // The length mostly follows, so that the header is read.
      let prefix = draws.once(in: 8) ? Array(bytes[0..<8]) : encoded(UInt64(header.count))
      bytes.replaceSubrange(0..<dataStart, with: prefix + header)
      return "header: \(what)"
    }
  }

  private static func encoded(_ length: UInt64) -> [UInt8] { withUnsafeBytes(of: length.littleEndian, Array.init) }

  private static func changeData(in bytes: inout [UInt8], from start: Int, _ draws: inout Draws) -> String {
    let count = (bytes.count - start) / 4
    guard count > 0 else { return "nothing" }
    if draws.once(in: 3) {
      let change = draws.pick([-8, -4, -1, 1, 4, 4096])
      if change < 0 {
        bytes.removeLast(min(-change, bytes.count))
      } else {
        bytes += [UInt8](repeating: 0, count: change)
      }
      return "\(change) bytes of numbers"
    }
    let value = draws.pick([Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, -0.0])
    let place = start + 4 * draws.index(below: count)
    bytes.replaceSubrange(place..<(place + 4), with: withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init))
    return "the number at \(place) is \(value)"
  }
}
