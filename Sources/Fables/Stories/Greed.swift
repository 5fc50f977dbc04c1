extension Story {
  /// Bram loads his boat with fruit, and cannot stop, or can.
  static let greed = Story(
    titles: ["The Last {Berry}", "The {Bear} and the Boat"],
    [
      "{Bram} the {bear} [filled|loaded] {his} boat with {berries}.",
      "{Berries} were dear, so {Bram} the {bear} filled a boat with them.",
    ],
    [
      "{Clara} the {crow} {cawed}, \"No more {berries}, {Bram}.\"",
      "{Clara} the {crow} {cawed}, \"{Bram}, your boat is full of {berries}.\"",
    ],
    endings: Ending(
      [
        "\"One more {berry},\" {growled} {Bram}, and the boat sank.",
        "But {Bram} added one more, and the [eels|fish] dined on {berries}.",
      ],
      morals: [
        "Moral: it is the last {berry} that sinks the boat.",
        "Moral: too much is less than enough.",
      ]),
    Ending(
      [
        "{Bram} [blushed|laughed] and gave half of the {berries} away.",
        "So {Bram} took out half, and the boat [danced|flew] like a leaf.",
      ],
      morals: [
        "Moral: a light boat travels far.",
        "Moral: enough is a [feast|fortune].",
      ]))
}
