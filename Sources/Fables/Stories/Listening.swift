extension Story {
  /// Bram is in a hurry and Fern knows the road; whether he listens decides the end.
  static let listening = Story(
    titles: ["The Short Road", "The {Bear} and the {Crow}"],
    [
      "{Bram} the {bear} was in a hurry to reach {the old mill} before [dark|supper|the fair].",
      "On market day {Bram} the {bear} set out for {the old mill} with a [cake|letter|parcel].",
      "\"I must be at {the old mill} [by noon|tonight],\" {growled} {Bram} the {bear}, and ran off.",
    ],
    [
      "\"The short road is [all thorns|flooded],\" {cawed} {Fern} the {crow}; \"[take|try] the long one.\"",
      "{Fern} the {crow} lifted a {wing} and {cawed}, \"Take the long road [today|tonight].\"",
    ],
    endings: Ending(
      [
        "\"I [know|need] no long roads,\" {growled} {Bram}, and [hurried|marched|ran] on.",
        "But {Bram} [never|seldom] listened to anyone, and took the short road.",
      ],
      [
        "{He} came [a day late|at midnight], with [mud|thorns] in {his} {fur}.",
        "At [dawn|midnight] {he} was still lost, [cold|wet] to the bone.",
      ],
      morals: [
        "Moral: the short road is long for those who do not listen.",
        "Moral: a [deaf|stubborn] ear makes sore feet.",
        "Moral: who knows everything gets lost alone.",
      ]),
    Ending(
      [
        "{Bram} thanked {them} and took the long road, [humming|singing|whistling] all the way.",
        "\"Then the long road is the short one,\" {growled} {Bram}, and shook {their} {wing}.",
      ],
      [
        "{He} came [in good time|before the moon rose], {his} {fur} dry and {his} appetite great.",
        "The road was [long|steep], but {his} {fur} stayed [clean|dry].",
      ],
      morals: [
        "Moral: good advice is the best pair of shoes.",
        "Moral: [ask|listen] first, and walk once.",
        "Moral: a wise [friend|word] shortens the road.",
      ]))
}
