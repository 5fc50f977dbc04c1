import Files

extension JSONField {
  /// Whether this is a post-processor that leaves a text's tokens as they are: tokenizers writes one of several templates
  /// where another library has asked it for none.
  ///
  ///     {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}}], …}
  var isIdentityPostProcessor: Bool {
    guard place == "post_processor" else { return false }
    switch self["type"].value {
    case "TemplateProcessing":
      guard case .array(let pieces) = self["single"].value, pieces.count == 1 else { return false }
      return pieces[0]["Sequence"]?["id"] == "A"
    case "Sequence":
      guard case .array(let processors) = self["processors"].value else { return false }
      return processors.isEmpty
    default: return false
    }
  }
}
