/// One event of a file that TensorBoard reads: values, each under a tag, of one step.
///
/// The numbers of fields are those of `event.proto`, `summary.proto` and `tensor.proto` in tensorboard/compat/proto.
package struct LoggedEvent {
  /// What an event tells.
  package enum Content {
    /// The first of a file: its format's version.
    case version
    /// What other files, or earlier events, have of this step and later ones is void.
    case start
    /// Numbers, each under its tag.
    case scalars([(tag: String, value: Double)])
    /// A text under its tag.
    case text(tag: String, String)
  }

  /// The run's step.
  package var step: Int
  /// What happened then.
  package var content: Content

  /// An event of `step`.
  package init(step: Int, _ content: Content) {
    (self.step, self.content) = (step, content)
  }

  /// The message `Event`.
  ///
  /// - Parameter time: seconds since 1970.
  package func encoded(at time: Double) -> [UInt8] {
    var event = ProtocolBuffer()
    event.add(1, double: time)
    event.add(2, integer: step)
    switch content {
    case .version: event.add(3, "brain.Event:2")
    case .start: event.add(7) { $0.add(1, integer: 1) }  // a SessionLog, whose status is START
    case .scalars(let values):
      event.add(5) { summary in
        for (tag, value) in values {
          summary.add(1) {
            $0.add(1, tag)
            $0.add(2, float: Float(value))
          }
        }
      }
    case .text(let tag, let text): event.add(5) { $0.add(1) { Self.add(text, tag: tag, to: &$0) } }
    }
    return event.bytes
  }

  /// A tensor without axes, of the one string, for the plugin that shows texts.
  private static func add(_ text: String, tag: String, to value: inout ProtocolBuffer) {
    value.add(1, tag)
    value.add(9) { metadata in
      metadata.add(1) { $0.add(1, "text") }
      metadata.add(4, integer: 2)  // data of tensors
    }
    value.add(8) { tensor in
      tensor.add(1, integer: 7)  // of strings
      tensor.add(2) { _ in }
      tensor.add(8, markdown(text))
    }
  }

  /// TensorBoard shows texts as Markdown: lines that are indented come out as they are.
  private static func markdown(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }.joined(separator: "\n")
  }
}
