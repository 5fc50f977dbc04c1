/// A plot: what may happen, sentence by sentence, and which moral follows from which end.
///
/// Sentences are templates about one example, Bram the bear and Clara the crow; `TemplateReader` says how
/// they are written, `Cast.swift` who and what they mention.
package struct Story: Sendable {
  /// The ways to say one sentence of the story.
  package typealias Beat = [String]

  /// One end of a story.
  package struct Ending: Sendable {
    /// What happens, a sentence each.
    package let beats: [Beat]
    /// What it teaches.
    package let morals: Beat

    package init(_ beats: Beat..., morals: Beat) {
      self.beats = beats
      self.morals = morals
    }
  }

  /// What the fable may be called.
  package let titles: Beat
  /// What happens first, whatever the end.
  package let beats: [Beat]
  /// How it may end.
  package let endings: [Ending]

  package init(titles: Beat, _ beats: Beat..., endings: Ending...) {
    self.titles = titles
    self.beats = beats
    self.endings = endings
  }
}

extension Story {
  /// The story as one phrase: title, a line of sentences, a line with the moral, and a blank line.
  func phrase(_ reader: TemplateReader) -> Phrase {
    .sequence([
      sentence(titles, reader), .text(newline),
      line(beats, reader), .text(space),
      .choice(
        endings.map { ending in
          .sequence([
            line(ending.beats, reader), .text(newline), sentence(ending.morals, reader), .text(newline),
            .text(newline),
          ])
        }),
    ])
  }

  /// Every sentence of the story, each for itself.
  func sentences(_ reader: TemplateReader) -> [Phrase] {
    let beats = [titles] + beats + endings.flatMap { $0.beats + [$0.morals] }
    return beats.map { sentence($0, reader) }
  }

  private func sentence(_ beat: Beat, _ reader: TemplateReader) -> Phrase {
    .choice(beat.map(reader.phrase))
  }

  private func line(_ beats: [Beat], _ reader: TemplateReader) -> Phrase {
    .sequence(Array(beats.flatMap { [.text(space), sentence($0, reader)] }.dropFirst()))
  }
}

private let newline = Array("\n".utf8)
private let space = Array(" ".utf8)
