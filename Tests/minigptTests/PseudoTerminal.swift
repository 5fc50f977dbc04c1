import Foundation

/// A terminal with nobody in front of it, to which a test can write as a program would.
final class PseudoTerminal {
  /// What a program takes for its terminal.
  let descriptor: Int32
  private let controller: Int32

  init(columns: UInt16) throws {
    var ends: (controller: Int32, program: Int32) = (-1, -1)
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    guard openpty(&ends.controller, &ends.program, nil, nil, &size) == 0 else { throw POSIXError(.ENOTTY) }
    (controller, descriptor) = ends
  }

  deinit {
    close(descriptor)
    close(controller)
  }

  /// What was written since the last read; the terminal's own carriage returns before line feeds are removed.
  func read() -> String {
    var text = Data()
    var buffer = [UInt8](repeating: 0, count: 4096)
    var readable = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
    while poll(&readable, 1, 50) == 1 {
      let count = Foundation.read(controller, &buffer, buffer.count)
      guard count > 0 else { break }
      text.append(contentsOf: buffer[..<count])
    }
    return String(decoding: text, as: UTF8.self).replacing("\r\n", with: "\n")
  }
}
