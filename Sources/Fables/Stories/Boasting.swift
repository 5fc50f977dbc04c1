extension Story {
  /// Bram boasts of what he can do, and Fern asks to see it.
  static let boasting = Story(
    titles: ["The {Bear} Who Could {Run}", "The {Bear} and the {Crow}"],
    [
      "\"Nobody can {run} like me,\" {growled} {Bram} the {bear} [at every door|from morning to night].",
      "{Bram} the {bear} told [everyone|all the wood] that nobody could {run} like {him}.",
      "Every evening {Bram} the {bear} told the [moon|river] how well {he} could {run}.",
    ],
    [
      "\"[Good|Fine|Splendid],\" {cawed} {Fern} the {crow}, \"then {run} for us [tonight|on Sunday].\"",
      "{Fern} the {crow} asked {him} to {run} by {the old mill} [that night|on Sunday].",
    ],
    endings: Ending(
      [
        "Everyone came, but {Bram} spoke of a sore {paw} and [went home|hurried away].",
        "When the hour came, {Bram} [coughed|turned pale] and hid [in bed|under a cart|behind a tree].",
      ],
      [
        "\"{He} {runs} [well|best] in stories,\" {cawed} {Fern}.",
        "Since then nobody [asks|believes] {him} when {he} speaks of {running}.",
      ],
      morals: [
        "Moral: those who talk of {running} seldom {run}.",
        "Moral: a [big|loud] word is soon weighed.",
        "Moral: to {run} is one thing, to talk another.",
      ]),
    Ending(
      [
        "{Bram} {ran} so badly that the [ducks|frogs|stars] laughed.",
        "{He} {ran} well enough, but soon {he} [stumbled|sat down|lost {his} breath].",
      ],
      [
        "Then {Fern}, who had never boasted, {ran} like [the wind|a dream|an angel].",
        "Then {Fern} {ran} without a word, and everyone [cheered|wept].",
      ],
      morals: [
        "Moral: let your [deeds|work] do the talking.",
        "Moral: the [quiet|modest] ones surprise us.",
        "Moral: let others sing your praise.",
      ]))
}
