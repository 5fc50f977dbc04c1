/// The colours and the type of an SVG chart.
enum SVGChartStyle {
  /// Each at least three times as bright, or as dark, as the paper behind it (WCAG's contrast of graphics).
  private static let light = ["#0067a8", "#b34700", "#00775a", "#9a3a78", "#7d6200", "#57606a"]
  private static let dark = ["#5ab7f0", "#ff9c5b", "#45cda0", "#ec94c8", "#e3c14d", "#b1bac4"]

  static let colourCount = light.count

  private static func variables(_ colours: [String], ink: String, muted: String, grid: String, paper: String) -> String
  {
    let curves = colours.enumerated().map { "--c\($0):\($1)" }.joined(separator: ";")
    return "svg{--ink:\(ink);--muted:\(muted);--grid:\(grid);--paper:\(paper);\(curves)}"
  }

  /// The style sheet.
  static let text = """

    \(variables(light, ink: "#1f2328", muted: "#59636e", grid: "#e1e5ea", paper: "#ffffff"))
    @media (prefers-color-scheme:dark){\
    \(variables(dark, ink: "#e6edf3", muted: "#9ea7b1", grid: "#2b323a", paper: "#12161b"))}
    text{font:13px system-ui,sans-serif;fill:var(--ink)}
    .title{font-size:16px;font-weight:600}
    .tick{font-size:12px;fill:var(--muted)}
    .middle{text-anchor:middle}
    .end{text-anchor:end}
    .paper{fill:var(--paper)}
    .grid{stroke:var(--grid)}
    .axis{stroke:var(--muted);fill:none}
    .level{stroke:var(--muted);stroke-dasharray:2 4}
    .curve{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
    .dashed{stroke-dasharray:6 5}
    .faint{stroke-width:1;opacity:.55}
    .mark{stroke:var(--paper)}
    \((0..<colourCount).map { ".curve.c\($0){stroke:var(--c\($0))}.mark.c\($0){fill:var(--c\($0))}" }.joined(separator: "\n"))

    """
}
