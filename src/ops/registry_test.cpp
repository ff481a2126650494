#include <algorithm>
#include <filesystem>
#include <set>
#include <span>
#include <string>

#include "ops/binary/binary.hpp"
#include "ops/conv2d/conv2d.hpp"
#include "ops/op_test.hpp"
#include "ops/pool2d/pool2d.hpp"
#include "ops/unary/unary.hpp"

namespace pare {

std::span<const OpFamily* const> op_families();

namespace {

TEST(Registry, HoldsEveryFolderOfOps) {
  std::set<std::string> folders, registered;
  for (const auto& entry : std::filesystem::directory_iterator(PARE_SOURCE_DIR "/src/ops"))
    if (entry.is_directory()) folders.insert(entry.path().filename().string());
  for (const OpFamily* family : op_families()) registered.insert(std::string(family->folder));
  EXPECT_EQ(registered, folders);
}

TEST(Registry, NamesNoKindTwice) {
  std::multiset<std::string_view> kinds;
  for (const OpFamily* family : op_families()) kinds.insert(family->kinds.begin(), family->kinds.end());
  for (const std::string_view kind : kinds) EXPECT_EQ(kinds.count(kind), 1u) << kind;
}

bool family_has(std::string_view folder, std::string_view kind) {
  for (const OpFamily* family : op_families())
    if (family->folder == folder) return std::count(family->kinds.begin(), family->kinds.end(), kind) == 1;
  return false;
}

TEST(Registry, ListsTheMembersOfFamilies) {
  for (const auto kind : {Binary::Kind::Add, Binary::Kind::Sub, Binary::Kind::Mul, Binary::Kind::Div})
    EXPECT_TRUE(family_has("binary", Binary(kind).kind())) << Binary(kind).kind();
  for (const auto kind : {Unary::Kind::Relu, Unary::Kind::Relu6, Unary::Kind::ReluN1To1, Unary::Kind::Clip,
                          Unary::Kind::LeakyRelu, Unary::Kind::Logistic, Unary::Kind::Tanh})
    EXPECT_TRUE(family_has("unary", Unary(kind).kind())) << Unary(kind).kind();
  for (const auto kind : {Pool2d::Kind::Max, Pool2d::Kind::Average})
    EXPECT_TRUE(family_has("pool2d", Pool2d(kind).kind())) << Pool2d(kind).kind();
}

TEST(Registry, ACloneIsAnotherObjectOfTheSameFields) {
  Conv2d op;
  op.stride_h = 3;
  const std::shared_ptr<Op> copy = op.clone();
  EXPECT_EQ(as<Conv2d>(copy)->stride_h, 3);
  EXPECT_EQ(copy->kind(), "conv2d");
  EXPECT_EQ(as<Unary>(copy), nullptr);
}

}  // namespace
}  // namespace pare
