#include "jobs/peers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "jobs/child.hpp"
#include "jobs/stopwatch.hpp"

namespace pare {
namespace {

using Json = nlohmann::json;
constexpr int kRounds = 21;
constexpr double kSpreadLimit = 0.2;

// A peer that answers, or the reason why it does not.
struct Peer {
  PeerTime told;
  std::optional<Conversation> talk;
  std::vector<double> us, ratios;
};

std::string script() {
  const char* variable = std::getenv("PARE_PEER");
  return variable && *variable ? variable : PARE_PEER_SCRIPT;
}

Result<Json> ask(Conversation& talk, const std::string& line) {
  PARE_TRY(const std::string answer, talk.ask(line));
  Json json = Json::parse(answer, nullptr, false);
  if (!json.is_object()) return Error{Code::Io, script(), "'" + answer + "'", "a JSON object", ""};
  return json;
}

// Files with the network for a peer: what was given for it first, then the model itself and as TFLite.
std::vector<std::string> forms_for(const std::string& peer, const BenchRequest& request, const std::string& tflite) {
  std::vector<std::string> files;
  for (const auto& [name, file] : request.peer_models)
    if (name == peer) files.push_back(file);
  files.push_back(request.model);
  if (!tflite.empty()) files.push_back(tflite);
  return files;
}

// An ONNX model as a TFLite file of `folder`; empty if it is one already, or cannot be written.
std::string as_tflite(const BenchRequest& request, const Common& common, const std::string& folder) {
  const std::string path = folder + "/model.tflite";
  if (request.model.ends_with(".tflite")) return "";
  Common converting = common;
  if (converting.arithmetic == "onnx") converting.arithmetic = "tflm";
  return convert({.input = request.model, .output = path, .fuse = true}, converting) ? path : "";
}

Result<Peer> start(const std::string& name, const std::vector<std::string>& args, const std::string& folder) {
  Peer peer;
  peer.told.peer = name;
  PARE_TRY(Conversation talk, Conversation::start(args, folder));
  const auto ready = ask(talk, "");
  if (!ready) {
    peer.told.reason = ready.error().found;
    return peer;
  }
  peer.told.version = ready->value("version", "");
  peer.told.model = ready->value("model", "");
  peer.talk.emplace(std::move(talk));
  return peer;
}

Result<std::vector<Peer>> start_all(const BenchRequest& request, const Common& common, const std::string& folder) {
  PARE_TRY(const std::string python, choose_python(request.python, "--against"));
  const std::string tflite = as_tflite(request, common, folder);
  std::vector<Peer> peers;
  for (const std::string& name : request.against) {
    std::vector<std::string> args = {python, script(), name, std::to_string(common.seed)};
    for (std::string& file : forms_for(name, request, tflite)) args.push_back(std::move(file));
    PARE_TRY(Peer peer, start(name, args, folder));
    peers.push_back(std::move(peer));
  }
  return peers;
}

// One round: ours, then theirs.
Result<double> play(std::vector<Peer>& peers, const std::function<void(int64_t)>& own, double seconds) {
  const double us = measure_times(own, seconds).median_us;
  for (Peer& peer : peers) {
    if (!peer.talk) continue;
    PARE_TRY(const Json answer, ask(*peer.talk, fmt::format("{}", seconds)));
    peer.us.push_back(answer.value("us", 0.0));
    peer.ratios.push_back(peer.us.back() / us);
  }
  return us;
}

PeerTime summary(const Peer& peer, double own_us) {
  PeerTime told = peer.told;
  if (!peer.talk) return told;
  const Quartiles ratio = quartiles(peer.ratios);
  told.median_us = quartiles(peer.us).median;
  told.own_us = own_us;
  told.ratio = ratio.median;
  told.ratio_q1 = ratio.q1;
  told.ratio_q3 = ratio.q3;
  return told;
}

}  // namespace

Quartiles quartiles(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](size_t quarter) { return values[(values.size() - 1) * quarter / 4]; };
  return {at(1), at(2), at(3)};
}

Result<void> require_calm(const std::vector<double>& us) {
  const Quartiles own = quartiles(us);
  const double spread = (own.q3 - own.q1) / own.median;
  if (spread <= kSpreadLimit) return {};
  return Error{Code::Io, "--against", fmt::format("our own rounds spread by {:.0f} %", spread * 100),
               fmt::format("at most {:.0f} %", kSpreadLimit * 100),
               "Run it again when the machine has less other work."};
}

Result<std::vector<PeerTime>> time_against(const BenchRequest& request, const Common& common,
                                           const std::function<void(int64_t)>& own) {
  PARE_TRY(const TemporaryFolder folder, TemporaryFolder::make());
  PARE_TRY(std::vector<Peer> peers, start_all(request, common, folder.path()));
  std::vector<double> us;
  for (int round = 0; round < kRounds; ++round) {
    PARE_TRY(const double own_us, play(peers, own, request.seconds / kRounds));
    us.push_back(own_us);
    if (common.progress) common.progress("rounds", round + 1, kRounds);
  }
  PARE_TRY(require_calm(us));
  std::vector<PeerTime> told;
  for (const Peer& peer : peers) told.push_back(summary(peer, quartiles(us).median));
  return told;
}

}  // namespace pare
