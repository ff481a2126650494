#include "jobs/differences.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "jobs/child.hpp"
#include "jobs/npz.hpp"

namespace pare {
namespace {

Model with_weight(int8_t value, float scale) {
  Model model;
  model.add_constant("a", Tensor::of<int8_t>({2}, {1, 2}), Encoding::per_tensor(DType::I8, 1, 0));
  model.add_constant("w", Tensor::of<int8_t>({2}, {3, value}), Encoding::per_tensor(DType::I8, scale, 0));
  return model;
}

TEST(Differences, names_the_tensor_and_what_differs) {
  EXPECT_EQ(compare_models(with_weight(4, 1), with_weight(4, 1)).first, "");
  EXPECT_EQ(compare_models(with_weight(4, 1), with_weight(5, 1)).first, "tensor 'w': element 1");
  EXPECT_EQ(compare_models(with_weight(4, 1), with_weight(4, 2)).first, "tensor 'w': scale");
}

TEST(NpzFile, reads_what_it_wrote) {
  const auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  const std::string path = folder->path() + "/x.npz";
  const Tensor a = Tensor::of<int8_t>({2, 2}, {-128, -1, 0, 127}), b = Tensor::of<float>({1}, {0.5f});
  ASSERT_TRUE(write_npz(path, {{"in/a:0", a}, {"b", b}}));
  const auto first = read_array(path, "in/a:0"), second = read_array(path, "b");
  ASSERT_TRUE(first) << first.error().message();
  ASSERT_TRUE(second) << second.error().message();
  EXPECT_EQ(*first, a);
  EXPECT_EQ(*second, b);
}

TEST(NpzFile, has_the_same_bytes_whenever_it_is_written) {
  const auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  const std::string path = folder->path() + "/x.npz";
  ASSERT_TRUE(write_npz(path, {{"b", Tensor::of<float>({1}, {0.5f})}}));
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(bytes.substr(10, 4), std::string("\0\0\x21\0", 4));  // a zip member's time and date: midnight of 1980-01-01
}

TEST(Child, tells_status_and_output) {
  const auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  const auto done = run_child({"sh", "-c", "echo out; echo err >&2; exit 3"}, folder->path());
  ASSERT_TRUE(done);
  EXPECT_EQ(done->status, 3);
  EXPECT_EQ(done->out, "out\n");
  EXPECT_EQ(done->err, "err\n");
}

}  // namespace
}  // namespace pare
