extension Story {
  /// Bram has plenty and Clara has nothing; whether he gives decides the end.
  static let sharing = Story(
    titles: ["The Basket of {Berries}", "The {Bear} Who Had Enough"],
    [
      "{Bram} the {bear} had a [full|great] basket of {berries}.",
      "{Bram} the {bear} had [gathered|picked] {berries} all [day|summer].",
    ],
    [
      "{Clara} the {crow} {cawed}, \"May I have {a berry}, {Bram}?\"",
      "{Clara} the {crow} was [cold|hungry], and asked {Bram} for {a berry}.",
    ],
    endings: Ending(
      [
        "{Bram} [sighed|smiled] and shared the {berries}.",
        "\"Take half of my {berries}, {Clara},\" {growled} {Bram}.",
      ],
      morals: [
        "Moral: half a basket and a friend make a full one.",
        "Moral: a shared {berry} is the sweetest.",
      ]),
    Ending(
      [
        "\"No,\" {growled} {Bram}, and soon the {berries} went bad.",
        "But {Bram} shut the door, and [wasps|worms] ate every {berry}.",
      ],
      morals: [
        "Moral: what is kept too long is lost.",
        "Moral: a locked door keeps friends out too.",
      ]))
}
