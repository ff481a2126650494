#include "jobs/make_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "jobs/steps.hpp"

namespace pare {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::string with_commas(int64_t value) {
  std::string digits = std::to_string(value);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string bytes(int64_t value) { return with_commas(value) + " bytes"; }

std::string change_of(double before, double after) {
  return fmt::format("{}{:.4f}", after < before ? "−" : after > before ? "+" : "±", std::fabs(after - before));
}

std::string ratio(double before, double after) {
  if (before == after) return "the same";
  if (!(before > 0 && after > 0)) return "";
  return before > after ? fmt::format("{:.1f} times smaller", before / after) : fmt::format("{:.1f} times greater", after / before);
}

std::string decibels(double db) { return std::isinf(db) ? "equal" : fmt::format("{:.1f} dB", db); }

Report::Figure size_row(const char* name, int64_t before, int64_t after, const char* source) {
  return {name, with_commas(before), with_commas(after), ratio(static_cast<double>(before), static_cast<double>(after)), source};
}

// Faster or slower, told by the ratio of the times.
std::string speed(double before, double after) {
  if (!(before > 0 && after > 0)) return "";
  return before >= after ? fmt::format("{:.1f} times faster", before / after) : fmt::format("{:.1f} times slower", after / before);
}

std::string agreement_name(const QuantizeReport& q) {
  return looks_at_classes(q.float_evaluation.metric) ? "samples with the same class as float" : "mean cosine of the outputs with float's";
}

std::vector<Report::Figure> figures_of(const ReportParts& parts) {
  const QuantizeReport& q = *parts.quantized;
  const Evaluation &f = q.float_evaluation, &i = q.quantized_evaluation;
  const std::string measured = "measured on " + with_commas(i.count) + " samples";
  return {{f.metric, fmt::format("{:.4f}", f.value), fmt::format("{:.4f}", i.value), change_of(f.value, i.value), measured},
          {agreement_name(q), "", fmt::format("{:.4f}", q.agreement), "", measured},
          {"SQNR of the outputs", "", decibels(q.sqnr_db), "", measured},
          size_row("file, bytes", q.float_bytes, q.quantized_bytes, "counted"),
          size_row("weights with biases and scales, bytes", parts.before->size.weight_bytes, q.size.weight_bytes, "counted"),
          size_row("arena for activations, bytes", parts.before->size.arena_bytes, q.size.arena_bytes, "planned, alignment 16"),
          size_row("multiply-accumulates a sample", parts.before->size.macs, q.size.macs, "counted"),
          {"one run on this host, ms", fmt::format("{:.3f}", f.ms_per_sample), fmt::format("{:.3f}", i.ms_per_sample),
           speed(f.ms_per_sample, i.ms_per_sample), "measured, median, one thread"}};
}

std::vector<Report::Fact> highlights_of(const QuantizeReport& q) {
  const double f = q.float_evaluation.value, i = q.quantized_evaluation.value;
  return {{fmt::format("{}, {} from float's {:.4f}", q.quantized_evaluation.metric, change_of(f, i), f), fmt::format("{:.4f}", i)},
          {agreement_name(q), fmt::format("{:.4f}", q.agreement)},
          {"file, from " + bytes(q.float_bytes), bytes(q.quantized_bytes)},
          {"arena that the device needs", bytes(q.size.arena_bytes)}};
}

std::string proof_clause(const VerifyReport& proof) {
  const auto ran = std::count_if(proof.links.begin(), proof.links.end(), [](const Link& l) { return l.ran; });
  if (proof.verified == "none") return "a link of proof differs: do not ship this file";
  return fmt::format("{} ways to compute it{} agree in every bit", ran,
                     proof.verified == "independent" ? ", one of them a foreign runtime," : "");
}

std::string verdict_of(const ReportParts& parts) {
  const QuantizeReport& q = *parts.quantized;
  const Evaluation &f = q.float_evaluation, &i = q.quantized_evaluation;
  return fmt::format("{} has a {} of {:.4f} where float has {:.4f} ({}) on {} samples, its file is {}, and {}.", q.scheme, f.metric,
                     i.value, f.value, change_of(f.value, i.value), with_commas(i.count),
                     ratio(static_cast<double>(q.float_bytes), static_cast<double>(q.quantized_bytes)), proof_clause(*parts.proof));
}

std::vector<Report::Layer> layers_of(const Inspection& inspection) {
  std::vector<Report::Layer> all;
  for (const LayerInfo& l : inspection.layers)
    all.push_back({l.name, l.op, l.encoding, l.out.empty() ? "" : to_string(l.out[0]), l.macs, l.parameters, l.weight_bytes});
  return all;
}

// Of each pass, what is alike stands together.
std::vector<Report::Step> steps_of(const Changes& changes) {
  std::vector<Report::Step> all;
  for (const Change& c : changes) {
    const auto alike = [&](const Report::Step& s) { return s.pass == c.pass && s.what == c.what; };
    const auto last = std::find_if(all.rbegin(), all.rend(), alike);
    all.insert(last == all.rend() ? all.end() : last.base(), {c.pass, joined(c.from), c.to, c.what});
  }
  return all;
}

Report::Proof proof_of(const Link& l) {
  if (!l.ran) return {l.link, l.name, "skipped", l.reason};
  if (!l.equal) return {l.link, l.name, "differs", l.first_difference};
  return {l.link, l.name, "equal", fmt::format("{} samples, {} tensor{}", with_commas(l.samples), l.tensors, l.tensors == 1 ? "" : "s")};
}

}  // namespace

Report make_report(const ReportParts& parts) {
  const QuantizeReport& q = *parts.quantized;
  Report r;
  r.title = (parts.simple->name.empty() ? std::string("The network") : parts.simple->name) + " in " + q.scheme;
  r.verdict = verdict_of(parts);
  r.highlights = highlights_of(q);
  r.figures = figures_of(parts);
  r.figures_note = fmt::format("Float is the simplified model, by float kernels; quantized is the file as it was read back, by the integer "
                               "rules of {}. The file of the float model is the one that was given.", name_of(q.arithmetic));
  const int64_t compared = parts.compared->tensors.empty() ? 0 : parts.compared->tensors[0].similarity.samples();
  r.loss_note = fmt::format("Measured on {} samples of the evaluation split, both models side by side; "
                            "SQNR = 10 log10(Σ y² / Σ (y − ŷ)²) over all elements.", with_commas(compared));
  r.ranges_note = fmt::format("Measured on the {} calibration samples, in the float model.", with_commas(q.ranges.samples));
  r.tensors = report_tensors(parts);
  r.layers = layers_of(*parts.after);
  r.steps = steps_of(q.changes);
  for (const Link& l : parts.proof->links) r.proofs.push_back(proof_of(l));
  r.notes = q.notes;
  return r;
}

}  // namespace pare
