/// A disk with a memory before it: what calls have changed, and which of it would outlast a crash.
///
/// Contents last once their file is synchronised, entries once their directory is; until then a crash may drop or
/// tear contents, and drop any of the entries' changes. A rename within a directory is one change.
struct DiskModel {
  private enum Change {
    case set(String, Int)
    case move(String, String)
    case remove(String)
  }

  private struct Node {
    var durable: [UInt8] = []
    var contents: [UInt8] = []
    var target: String?
    /// Nil if this is no directory.
    var entries: [String: Int]?
    var durableEntries: [String: Int] = [:]
    var pending: [Change] = []
  }

  private let root: String
  private var nodes: [Node] = []
  private var opened: [Int: Int] = [:]
  /// The step whose checkpoint was last reported as saved.
  private(set) var promised: Int

  /// The disk below `root`, which holds `tree`, all of it synchronised.
  init(_ tree: DiskTree, at root: String, promised: Int) {
    (self.root, self.promised) = (root, promised)
    _ = add(tree)
  }

  private mutating func add(_ tree: DiskTree) -> Int {
    let place = nodes.count
    nodes.append(Node())
    switch tree {
    case .file(let bytes): (nodes[place].durable, nodes[place].contents) = (bytes, bytes)
    case .link(let target): nodes[place].target = target
    case .directory(let children):
      let entries = children.mapValues { add($0) }
      (nodes[place].entries, nodes[place].durableEntries) = (entries, entries)
    }
    return place
  }
}

// MARK: - Calls

extension DiskModel {
  /// Does what a call did.
  mutating func apply(_ operation: DiskOperation) {
    switch operation {
    case .makeDirectory(let path): make(Node(entries: [:]), at: path)
    case .create(let path, let number):
      if let place = find(path) { nodes[place].contents = [] } else { make(Node(), at: path) }
      opened[number] = find(path)
    case .open(let path, let number):
      if find(path) == nil { make(Node(), at: path) }
      opened[number] = find(path)
    case .write(let bytes, let number): if let place = opened[number] { nodes[place].contents += bytes }
    case .synchronize(let number, _): if let place = opened[number] { synchronize(place) }
    case .rename(let path, let target):
      let (directory, name, newName) = (parent(of: path), lastName(path), lastName(target))
      precondition(parent(of: target) == directory, "a rename between directories is two changes")
      let moved = nodes[directory].entries?.removeValue(forKey: name)
      nodes[directory].entries?[newName] = moved
      nodes[directory].pending.append(.move(name, newName))
    case .link(let path, let target): make(Node(target: target), at: path)
    case .remove(let path):
      let (directory, name) = (parent(of: path), lastName(path))
      nodes[directory].entries?[name] = nil
      nodes[directory].pending.append(.remove(name))
    case .promise(let step): promised = step
    }
  }

  private mutating func make(_ node: Node, at path: String) {
    let (directory, name, place) = (parent(of: path), lastName(path), nodes.count)
    nodes.append(node)
    nodes[directory].entries?[name] = place
    nodes[directory].pending.append(.set(name, place))
  }

  private mutating func synchronize(_ place: Int) {
    nodes[place].durable = nodes[place].contents
    nodes[place].durableEntries = nodes[place].entries ?? [:]
    nodes[place].pending = []
  }

  private func lastName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? "" }

  private func parent(of path: String) -> Int {
    let names = path.dropFirst(root.count).split(separator: "/").dropLast()
    return names.reduce(0) { place, name in nodes[place].entries?[String(name)] ?? 0 }
  }

  private func find(_ path: String) -> Int? {
    path == root ? 0 : nodes[parent(of: path)].entries?[lastName(path)]
  }
}

// MARK: - Crashes

extension DiskModel {
  /// What may be found after a crash.
  struct CrashState: Hashable {
    let tree: DiskTree
    /// Whether each directory's changes have reached the disk in the order in which they were made, as on a file system
    /// with a journal; no order holds between directories, or between them and contents.
    let isOrdered: Bool
  }

  /// All that was done, only what was synchronised, and `count` drawn states between.
  func crashStates(_ count: Int, seed: Int) -> [CrashState] {
    let ends = [0, 1].map { lost in
      CrashState(tree: survivor(0, isOrdered: true) { lost * ($0 - 1) }, isOrdered: true)
    }
    return ends
      + (0..<count).map { number in
        var draws = Draws(seed * 1009 + number)
        let isOrdered = number % 2 == 0
        return CrashState(tree: survivor(0, isOrdered: isOrdered) { draws.below($0) }, isOrdered: isOrdered)
      }
  }

  /// What is left of a node; `choose` picks one of so many fates: the first keeps everything, the last nothing.
  private func survivor(_ place: Int, isOrdered: Bool, _ choose: (Int) -> Int) -> DiskTree {
    let node = nodes[place]
    if let target = node.target { return .link(target) }
    guard node.entries != nil else { return .file(bytes(of: node, choose)) }
    let kept =
      isOrdered
      ? Array(node.pending.dropLast(choose(node.pending.count + 1))) : node.pending.filter { _ in choose(2) == 0 }
    var entries = node.durableEntries
    for change in kept { self.change(&entries, change) }
    let children = entries.sorted { $0.key < $1.key }.map {
      ($0.key, survivor($0.value, isOrdered: isOrdered, choose))
    }
    return .directory(Dictionary(uniqueKeysWithValues: children))
  }

  private func change(_ entries: inout [String: Int], _ change: Change) {
    switch change {
    case .set(let name, let place): entries[name] = place
    case .remove(let name): entries[name] = nil
    case .move(let name, let newName):
      // Where another change was lost, there may be nothing to rename, or a directory in the way.
      guard let place = entries[name] else { return }
      if let other = entries[newName], nodes[other].entries != nil { return }
      entries[newName] = place
      entries[name] = nil
    }
  }

  private func bytes(of node: Node, _ choose: (Int) -> Int) -> [UInt8] {
    guard node.contents != node.durable else { return node.contents }
    // What was appended to goes on from what is durable; what was emptied first has nothing to go on from.
    let least = node.contents.starts(with: node.durable) ? node.durable.count : 0
    let cut = least + choose(node.contents.count - least + 1)
    switch choose(4) {
    case 0: return node.contents
    case 1: return Array(node.contents.prefix(cut))
    case 2:  // The length is there, and of the bytes only the first.
      return node.contents.prefix(cut) + Array(repeating: 0, count: node.contents.count - cut)
    default: return node.durable
    }
  }
}
