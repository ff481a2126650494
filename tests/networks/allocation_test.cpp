// Context::run allocates nothing: not by new, and not by malloc.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>

#include "networks/networks.hpp"

namespace {
std::atomic<int64_t> allocations{0};
}

// Every allocation of the program ends in one of these, operator new included.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* memory, size_t size) {
  ++allocations;
  return __libc_realloc(memory, size);
}
void* memalign(size_t alignment, size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void** place, size_t alignment, size_t size) {
  *place = memalign(alignment, size);
  return *place ? 0 : 12;
}
}

namespace pare {
namespace {

using namespace test;

int64_t allocations_of_runs(const Program& program, const Tensor& input) {
  Context context(program);
  context.set_input(0, input);
  const int64_t before = allocations;
  for (int i = 0; i < 3; ++i) context.run();
  return allocations - before;
}

TEST(Allocation, is_counted) {
  const int64_t before = allocations;
  const auto* number = new std::vector<int>(1000);
  EXPECT_EQ(allocations - before, 2);
  delete number;
  const Tensor aligned(DType::F32, {1000});
  EXPECT_GE(allocations - before, 3);
}

class Running : public testing::TestWithParam<std::string> {};

TEST_P(Running, allocates_nothing) {
  const Network& net = network(GetParam());
  if (!missing(net).empty()) GTEST_SKIP() << missing(net);
  const Quantized q = quantize_network(net, Arithmetic::Tflm);
  for (const Model* model : {&q.simple, &q.integer})
    for (const Isa isa : {Isa::Portable, Isa::Avx2, best_isa()})
      for (const Arithmetic arithmetic : {Arithmetic::Tflm, Arithmetic::Litert, Arithmetic::LitertRef}) {
        if (!has(isa)) continue;
        const Program program = must(Program::compile(*model, {.arithmetic = arithmetic, .isa = isa}));
        EXPECT_EQ(allocations_of_runs(program, inputs_of(net, program, Part::Every, 1)[0]), 0)
            << (model == &q.simple ? "float" : "int8") << ", " << name_of(isa) << ", " << name_of(arithmetic);
      }
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const Network& n : networks()) all.emplace_back(n.name);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Networks, Running, testing::ValuesIn(names()), [](const auto& info) { return info.param; });

}  // namespace
}  // namespace pare
