// The report: what was measured, as one HTML file that needs nothing beside itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pare/base.hpp"

namespace pare {

/// What a report shows. Texts are plain; to_html escapes them. Every list may be empty; its section is then left out.
struct Report {
  /// A name and what stands beside it.
  struct Fact {
    std::string name, value;
  };
  /// A row of the table before and after. `source` says where it comes from: "measured", "counted", "modelled".
  struct Figure {
    std::string name, before, after, change, source;
  };
  /// Mean -+ `sigma` standard deviations, and the share of values outside.
  struct Mark {
    double sigma = 0, low = 0, high = 0, outside = 0;
  };
  /// Counts of values in bins [low + i width, low + (i + 1) width).
  struct Bars {
    double low = 0, width = 0;
    std::vector<int64_t> counts;
  };
  /// The reals that codes stand for: from `low` to `high`, `step` apart. With `scales` > 1 (one a channel) it is the
  /// widest channel's. `clipped` is the share of values outside.
  struct Grid {
    std::string encoding;
    double low = 0, high = 0, step = 0, clipped = 0;
    int64_t scales = 1;
  };
  /// How far a tensor of the quantized model is from the float model's.
  struct Loss {
    double sqnr_db = 0, cosine = 1;  ///< SQNR is infinite for equal tensors
  };
  struct Tensor {
    std::string name, kind, op, shape;  ///< kind: input, weight, activation
    double min = 0, max = 0, mean = 0;
    std::vector<Mark> marks;
    Bars bars;
    std::optional<Grid> grid;
    std::optional<Loss> loss;
    bool drawn = false;  ///< its histogram is shown
  };
  /// What a pass did, by node names.
  struct Step {
    std::string pass, from, to, what;
  };
  /// A link of proof. `state`: "equal", "differs" or "skipped".
  struct Proof {
    int64_t number = 0;
    std::string name, state, detail;
  };
  struct Layer {
    std::string name, op, encoding, shape;
    int64_t macs = 0, parameters = 0, weight_bytes = 0;
  };

  std::string title, verdict;
  std::vector<Fact> highlights;  ///< four or so figures in large type
  std::vector<Figure> figures;
  std::string figures_note, loss_note, ranges_note;  ///< how the numbers were obtained
  std::vector<Tensor> tensors;  ///< in the order of execution
  std::vector<Layer> layers;
  std::vector<Step> steps;
  std::vector<Proof> proofs;
  std::vector<Fact> conditions, times, files;
  std::vector<std::string> commands, notes;
};

/// The page: XHTML-like HTML 5 with inline SVG and CSS, no script, no reference to anything outside. It follows the
/// reader's light or dark setting. The same report gives the same bytes.
std::string to_html(const Report& report);

}  // namespace pare
