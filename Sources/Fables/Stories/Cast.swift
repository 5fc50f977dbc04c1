extension Role {
  /// Who and what the templates mention: each column is called after the first row of its table.
  static let all = [
    Role(
      ["Bram", "bear", "growled", "fur", "paw", "he", "him", "his"]
        + ["berries", "berry", "a berry", "bake", "baked", "baking", "a brass bell", "bell"],
      from: "beasts", beasts),
    Role(["Clara", "crow", "cawed", "they", "them", "their", "a cord", "cord"], from: "birds", birds),
    Role(["the old mill"], from: "places", places),
    Role(["rain"], from: "weather", weather),
  ]
}

// The beasts, who have much to learn: name, animal, voice, what it is proud of and what it works with; its
// pronouns; what it eats; what it would like to be good at; what it finds. The words of one beast share their first
// letter where they can, which makes them pleasant to hear, and gives a model a thread to follow.
private let beasts = WordList([
  ["Bram", "bear", "growled", "fur", "paw"] + he
    + ["berries", "berry", "a berry", "bake", "baked", "baking", "a brass bell", "bell"],
  ["Della", "donkey", "brayed", "coat", "hoof"] + she
    + ["dates", "date", "a date", "drum", "drummed", "drumming", "a dusty doll", "doll"],
  ["Felix", "fox", "barked", "tail", "paw"] + he
    + ["figs", "fig", "a fig", "fiddle", "fiddled", "fiddling", "a fine flute", "flute"],
  ["Greta", "goat", "bleated", "beard", "hoof"] + she
    + ["grapes", "grape", "a grape", "gallop", "galloped", "galloping", "a golden glove", "glove"],
  ["Hugo", "hedgehog", "snuffled", "prickles", "paw"] + he
    + ["hazelnuts", "hazelnut", "a hazelnut", "hum", "hummed", "humming", "a handsome hat", "hat"],
  ["Mabel", "mouse", "squeaked", "whiskers", "paw"] + she
    + ["mushrooms", "mushroom", "a mushroom", "mime", "mimed", "miming", "a marble mug", "mug"],
])

// The birds, who see it all from above: name, bird, voice, its pronouns, and what would help.
private let birds = WordList([
  ["Clara", "crow", "cawed"] + she + ["a cord", "cord"],
  ["Otto", "owl", "hooted"] + he + ["an oar", "oar"],
  ["Percy", "pigeon", "cooed"] + he + ["a pole", "pole"],
  ["Rosie", "robin", "trilled"] + she + ["a rope", "rope"],
  ["Stella", "stork", "clattered"] + she + ["a stick", "stick"],
  ["Walter", "wren", "chirped"] + he + ["a wire", "wire"],
])

private let he = ["he", "him", "his"]
private let she = ["she", "her", "her"]

private let places = WordList([
  ["the apple tree"], ["the empty barn"], ["the garden wall"], ["the mossy well"], ["the old mill"],
  ["the river bend"], ["the stone bridge"], ["the village gate"],
])

private let weather = WordList([["hail"], ["rain"], ["snow"]])
