import Files
import Foundation
import TensorBoard
import Testing

@Suite("Files for TensorBoard on a failing disk")
struct EventFileFailureTests {
  @Test("each call that fails is an error that names the file or folder")
  func failures() throws {
    let event = LoggedEvent(step: 1, .scalars([(tag: "step/loss", value: 1)]))
    func write(_ directory: String, _ system: FaultySystem) throws {
      let file = try EventFile(in: directory + "/events", from: 1, calls: system)
      for _ in 0..<3 { try file.append(event) }
    }
    for number in 0... {
      let hasFired = try withTemporaryDirectory { directory in
        let system = FaultySystem(failing: number, with: .error(EIO))
        do {
          try write(directory, system)
        } catch FileError.system(_, let path, let code) {
          #expect(path.hasPrefix(directory) && code == EIO && system.hasFired, "\(path)")
        }
        return system.hasFired
      }
      if !hasFired {
        #expect(number > 5)  // look, make, synchronise, list, create, write
        return
      }
    }
  }
}
