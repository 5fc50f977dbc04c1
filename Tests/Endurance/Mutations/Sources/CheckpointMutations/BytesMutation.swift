/// What can happen to the bytes of any file.
enum BytesMutation {
  static func apply(to bytes: inout [UInt8], _ draws: inout Draws) -> String {
    let place = draws.index(below: bytes.count)
    let length = draws.index(below: min(64, bytes.count - place))
    switch draws.index(below: 7) {
    case 0:
      guard !bytes.isEmpty else { return "nothing" }
      let bit = draws.index(below: 8)
      bytes[place] ^= 1 << bit
      return "bit \(bit) of byte \(place) flipped"
    case 1:
      bytes.removeLast(bytes.count - place)
      return "cut at \(place)"
    case 2:
      bytes.removeSubrange(place..<(place + length))
      return "\(length) bytes removed at \(place)"
    case 3:
      bytes.insert(contentsOf: bytes[place..<(place + length)], at: place)
      return "\(length) bytes doubled at \(place)"
    case 4:
      bytes.insert(contentsOf: (0..<length).map { _ in UInt8.random(in: 0...255, using: &draws) }, at: place)
      return "\(length) bytes put in at \(place)"
    case 5:
      bytes.replaceSubrange(
        place..<(place + length), with: [UInt8](repeating: draws.pick([0, 0xFF, 0x20]), count: length))
      return "\(length) bytes of one value at \(place)"
    default:
      bytes += [UInt8](repeating: 0x20, count: draws.once(in: 200) ? 1 << 20 : 1 + length)
      return "spaces at the end"
    }
  }
}
