import Foundation

/// What the command line asks for.
struct Options {
  var count: UInt64 = 10_000
  var seed: UInt64 = 1
  var jobs = 2
  /// Where the checkpoints are; a file system in memory makes it fast.
  var directory = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
  /// Shows every mutation and what became of it.
  var isVerbose = false
  /// Reads in this process, which the supervisor watches.
  var isWorker = false

  init(_ words: [String]) {
    var words = words[...]
    while let word = words.popFirst() {
      switch word {
      case "--verbose": isVerbose = true
      case "--worker": isWorker = true
      case "--directory": directory = words.popFirst() ?? directory
      default:
        guard let number = words.popFirst().flatMap(UInt64.init) else { Self.refuse(word) }
        switch word {
        case "--count": count = number
        case "--seed": seed = number
        case "--jobs": jobs = max(1, Int(clamping: number))
        default: Self.refuse(word)
        }
      }
    }
  }

  private static func refuse(_ word: String) -> Never {
    let usage = "usage: mutations [--count N] [--seed N] [--jobs N] [--directory DIR] [--verbose]"
    FileHandle.standardError.write(Data("\(word): \(usage)\n".utf8))
    exit(64)
  }
}
