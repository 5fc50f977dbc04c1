extension Story {
  /// Bram boasts of what he can do, and Clara asks to see it.
  static let boasting = Story(
    titles: ["The {Bear} Who Could {Bake}", "The Boastful {Bear}"],
    [
      "\"Nobody can {bake} like me,\" {growled} {Bram} the {bear}.",
      "{Bram} the {bear} told [everyone|the river] how well {he} could {bake}.",
    ],
    [
      "{Clara} the {crow} {cawed}, \"[Good|Splendid], {Bram}, then {bake} for us.\"",
      "{Clara} the {crow} asked {Bram} to {bake} [on Sunday|that night].",
    ],
    endings: Ending(
      [
        "But {Bram} spoke of a sore {paw} and would not {bake}.",
        "{Bram} turned pale, and hid [in bed|under a cart], and did not {bake}.",
      ],
      morals: [
        "Moral: those who talk of {baking} seldom {bake}.",
        "Moral: a [big|loud] word is soon weighed.",
      ]),
    Ending(
      [
        "{Bram} {baked}, and the [ducks|stars] laughed.",
        "{Bram} {baked} so badly that the [ducks|stars] wept.",
      ],
      morals: [
        "Moral: let your [deeds|work] do the talking.",
        "Moral: whoever boasts must {bake}.",
      ]))
}
