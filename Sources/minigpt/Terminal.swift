import Foundation

/// The only place that writes for people and programs to read: standard output and standard error.
///
/// Text goes out at once by `write(2)`: to a pipe or a file as it is, to a terminal and to standard error as `visible` shows
/// it. Where the reader of standard output has left (`| head`), what is under way is asked to save and end if it listens
/// for that, and else the process ends as SIGPIPE would end it; any other failure there is kept in `outputFailure`, so
/// that the process can end with a code that says so. A failure on standard error has nowhere to be told.
package final class Terminal {
  /// One of the two streams.
  package enum Stream: Sendable {
    case output, error
  }

  /// Why standard output could not be written.
  package struct WriteFailure: Error, Equatable, CustomStringConvertible {
    /// The C library's `errno`.
    package let number: Int32

    package var description: String {
      "Standard output cannot be written: \(String(cString: strerror(number)))."
    }
  }

  /// The first failure on standard output; what is written after it is dropped.
  package private(set) var outputFailure: WriteFailure?
  private let outputDescriptor: Int32
  private let errorDescriptor: Int32
  private let environment: [String: String]
  private let outputIsTerminal: Bool
  private var readerHasLeft = false
  /// Whether a carriage return waits for what follows it: before a line feed it is part of a line's end.
  private var heldCarriageReturn = false
  private var progressIsShown = false

  /// A terminal over two file descriptors, by default the process's own.
  package init(
    output: Int32 = STDOUT_FILENO, error: Int32 = STDERR_FILENO,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    outputDescriptor = output
    errorDescriptor = error
    outputIsTerminal = isatty(output) == 1
    self.environment = environment
  }

  /// Writes `text`; a progress line on show is wiped first.
  package func write(_ text: String, to stream: Stream = .output) {
    hideProgress()
    send(shown(text, on: stream), to: stream)
  }

  /// How text looks where the stream shows colours and `NO_COLOR` (no-color.org) is not set.
  package enum Style: Sendable, Equatable {
    case plain, bold, faint
    /// One of the terminal's own colours, each readable on light and on dark; they repeat.
    case color(Int)

    /// The parameter of the escape sequence "select graphic rendition"; nil for none.
    fileprivate var parameter: Int? {
      switch self {
      case .plain: nil
      case .bold: 1
      case .faint: 2
      case .color(let index): [36, 35, 32, 33, 34, 31][index % 6]
      }
    }
  }

  /// Writes `text` in `style`.
  package func write(_ text: String, in style: Style, to stream: Stream = .output) {
    let isPlain = !isInteractive(stream) || environment["NO_COLOR"]?.isEmpty == false
    guard !isPlain, !text.isEmpty, let parameter = style.parameter else { return write(text, to: stream) }
    hideProgress()
    send("\u{1B}[\(parameter)m" + shown(text, on: stream) + "\u{1B}[0m", to: stream)
  }

  /// Writes `text` in bold.
  package func writeBold(_ text: String, to stream: Stream = .output) { write(text, in: .bold, to: stream) }

  /// Writes `text` and a line feed.
  package func writeLine(_ text: String = "", to stream: Stream = .output) {
    write(text + "\n", to: stream)
  }

  private func shown(_ text: String, on stream: Stream) -> String {
    guard stream == .output else { return visible(text) }
    guard outputIsTerminal else { return text }
    var text = (heldCarriageReturn ? "\r" : "") + text
    heldCarriageReturn = text.unicodeScalars.last == "\r"
    if heldCarriageReturn { text.unicodeScalars.removeLast() }
    return visible(text)
  }

  private func send(_ text: String, to stream: Stream) {
    guard stream == .error || (outputFailure == nil && !readerHasLeft) else { return }
    let failure = writeFully(text, to: descriptor(stream))
    guard stream == .output, let failure else { return }
    if failure == EPIPE {
      guard Interruption.requestAsReaderLeft() else { Interruption.end(bySignal: SIGPIPE) }
      readerHasLeft = true
      return
    }
    outputFailure = WriteFailure(number: failure)
  }

  private func descriptor(_ stream: Stream) -> Int32 {
    stream == .output ? outputDescriptor : errorDescriptor
  }
}

// MARK: - What the streams can show

extension Terminal {
  /// Whether a person watches the stream on a terminal that can redraw a line.
  package func isInteractive(_ stream: Stream) -> Bool {
    isatty(descriptor(stream)) == 1 && environment["TERM"] != "dumb"
  }

  /// Whether the locale's characters are Unicode's, by the variables that the C library goes by, in its order.
  package var showsUnicode: Bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    return locale.uppercased().replacing("-", with: "").hasSuffix("UTF8")
  }

  /// The number of columns: `COLUMNS` where set, else the terminal's own, else 80.
  package func width(of stream: Stream) -> Int {
    if let columns = environment["COLUMNS"].flatMap({ Int($0) }), columns > 0 { return columns }
    var size = winsize()
    guard ioctl(descriptor(stream), UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}

// MARK: - The progress line

extension Terminal {
  /// Draws `line` on standard error in place of the one drawn before it, cut to the terminal's width.
  package func showProgress(_ line: String) {
    send("\r" + visible(line).prefix(width(of: .error) - 1) + "\u{1B}[K", to: .error)
    progressIsShown = true
  }

  /// Wipes the progress line.
  package func hideProgress() {
    guard progressIsShown else { return }
    send("\r\u{1B}[K", to: .error)
    progressIsShown = false
  }
}

// MARK: - File descriptors

extension Terminal {
  /// Occupies whichever of the descriptors 0, 1 and 2 the process was started without, so that no file
  /// opened later takes the number of a standard stream and receives its text. Read-only, so that writing
  /// to a closed stream still fails.
  package static func occupyStandardDescriptors() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      _ = open("/dev/null", O_RDONLY)
    }
  }
}

/// Writes all of `text`, and returns the `errno` of a failure, or nil.
private func writeFully(_ text: String, to descriptor: Int32) -> Int32? {
  var text = text
  return text.withUTF8 { bytes -> Int32? in
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = write(descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written >= 0 {
        rest = rest.dropFirst(written)
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        var writable = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&writable, 1, -1)
      case let failure: return failure
      }
    }
    return nil
  }
}
