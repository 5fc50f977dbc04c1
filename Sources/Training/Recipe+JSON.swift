import Files

// A recipe as JSON: a member for each row of its settings.

extension Recipe {
  /// Every setting, with defaults resolved, but for those that files of before them mean by leaving them out.
  package var json: JSON {
    .object(Self.settings.filter { !$0.isOmitted(self) }.map { JSON.Member(name: $0.name, value: $0.json(self)) })
  }

  /// The recipe that `json` was made of. Throws `FileError.malformed`, which names the place, where a setting is
  /// missing or has a value that is not accepted.
  package init(_ json: JSONField) throws {
    self.init(layerCount: 0, headCount: 0, width: 0, contextLength: 0, options: TrainingOptions())
    for setting in Self.settings { try setting.read(json[setting.name], &self) }
  }
}
