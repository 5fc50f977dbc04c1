/// A checkpoint with something wrong in it: which files are other than they were, and what was done to them.
package struct Mutation {
  /// The bytes of each file that was changed; nil for one that was removed.
  package private(set) var changes: [String: [UInt8]?] = [:]
  /// What was done, for a report.
  package private(set) var description: [String] = []

  private let original: [String: [UInt8]]
  private var draws: Draws
  private static let manifest = "manifest.json"

  /// The mutation number `seed` of a checkpoint of these files, by name; the same whenever it is asked for.
  package init(of files: [String: [UInt8]], seed: UInt64) {
    original = files
    draws = Draws(seed: seed)
    let names = files.keys.sorted()
    for _ in 0...(draws.once(in: 3) ? draws.index(below: 3) : 0) { change(draws.pick(names)) }
    switch draws.index(below: 10) {
    case 0..<6: vouch()
    case 6: remove(Self.manifest)
    default: break
    }
  }

  private func bytes(of name: String) -> [UInt8]? { changes[name] ?? original[name] }

  private mutating func change(_ name: String) {
    guard var bytes = bytes(of: name) else { return }
    let what: String
    if draws.once(in: 60) { return remove(name) }
    if draws.once(in: 60) {
      let other = draws.pick(original.keys.sorted())
      (bytes, what) = (original[other] ?? [], "replaced by \(other)")
    } else if draws.once(in: 5) {
      what = BytesMutation.apply(to: &bytes, &draws)
    } else if name.hasSuffix(".safetensors") {
      what = SafetensorsMutation.apply(to: &bytes, &draws)
    } else {
      what = JSONMutation.apply(to: &bytes, &draws)
    }
    changes[name] = .some(bytes)
    description.append("\(name): \(what)")
  }

  private mutating func remove(_ name: String) {
    changes[name] = .some(nil)
    description.append("\(name): removed")
  }

  /// Makes the manifest vouch for the files as they are now, so that what reads them gets to see them.
  private mutating func vouch() {
    guard changes[Self.manifest] == nil else { return }
    let entries = original.keys.filter { $0 != Self.manifest }.sorted().compactMap { name in
      bytes(of: name).map { #""\#(name)":{"bytes":\#($0.count),"sha256":"\#(Digest.sha256($0))"}"# }
    }
    let text = #"{"format":"minigpt","version":1,"files":{\#(entries.joined(separator: ","))}}"#
    changes[Self.manifest] = .some(Array(text.utf8))
    description.append("\(Self.manifest): vouches for all")
  }
}
