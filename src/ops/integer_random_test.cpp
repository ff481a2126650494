// Random layers of int8 on every instruction set against the portable kernels, bit for bit. Input, output and scratch
// lie before pages that must not be touched. Case number i has seed i; PARE_RANDOM_CASES=100000 looks further.
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "ops/conv2d/conv2d.hpp"
#include "ops/dense/dense.hpp"
#include "ops/depthwise_conv2d/depthwise_conv2d.hpp"
#include "ops/op_test.hpp"

namespace pare {
namespace {

using namespace test;

/// Memory that ends where a page begins that nobody may touch.
class Guarded {
 public:
  Guarded()
      : base_(static_cast<std::byte*>(
            mmap(nullptr, kBytes + page(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    EXPECT_EQ(mprotect(base_ + kBytes, page(), PROT_NONE), 0);
  }
  ~Guarded() { munmap(base_, kBytes + page()); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  /// The last `bytes` before the guard; with one byte of another value before them.
  std::byte* last(int64_t bytes, std::byte before) {
    EXPECT_LT(bytes, int64_t{kBytes});
    std::byte* at = base_ + kBytes - bytes;
    at[-1] = before;
    return at;
  }

 private:
  static constexpr size_t kBytes = size_t{1} << 25;  // some scratch takes 5 MB
  static size_t page() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }
  std::byte* base_;
};

constexpr std::byte kUntouched{0x5a};

/// Runs a kernel of one input on guarded memory.
std::vector<int> guarded(const Kernel& kernel, const Tensor& x, int64_t count) {
  static Guarded in, out, scratch;
  const int64_t x_bytes = count_of(x.shape());
  std::byte* codes = in.last(x_bytes, kUntouched);
  std::memcpy(codes, x.data(), static_cast<size_t>(x_bytes));
  const void* from = codes;
  std::byte* y = out.last(count, kUntouched);
  void* to = y;
  std::byte* room = scratch.last((kernel.scratch_bytes + 63) / 64 * 64, kUntouched);  // aligned as a Program's
  const pare_io io{&from, &to, room};
  kernel.run(kernel.args.get(), &io);
  EXPECT_EQ(y[-1], kUntouched) << "written before the output";
  EXPECT_EQ(room[-1], kUntouched) << "written before the scratch";
  const auto* first = reinterpret_cast<const int8_t*>(y);
  return {first, first + count};
}

struct Layer {
  std::unique_ptr<Op> op = nullptr;
  std::string name = "";
  Shape x = {1, 1, 1, 1}, w = {};
  int64_t axis = 0;   // of the weights' channels
  int64_t terms = 0;  // of a sum
};

/// One of `list`.
template <class T>
T pick(Random& random, std::initializer_list<T> list) {
  return list.begin()[random.integer(0, static_cast<int>(list.size()) - 1)];
}

constexpr Activation kActivations[] = {Activation::None, Activation::Relu, Activation::Relu6};
Activation activation(Random& random) { return kActivations[random.integer(0, 2)]; }

// Extent of the image for a window of `reach` places and padding; mostly small, and with a window that fits.
int64_t extent(Random& random, int64_t reach, int64_t pads) {
  const int64_t any = random.integer(0, 3) ? random.integer(1, 10) : random.integer(11, 70);
  return std::max<int64_t>({1, reach - pads, any});
}

// The window of a convolution, and the image under it.
template <class Window>
void set_window(Random& random, Window& op, Shape& x, std::array<int64_t, 2> kernel) {
  const auto small = [&] { return pick<int64_t>(random, {1, 1, 1, 2, 2, 3}); };
  op.stride_h = small(), op.stride_w = small();
  op.dilation_h = random.integer(0, 3) ? 1 : random.integer(2, 9);
  op.dilation_w = random.integer(0, 3) ? 1 : random.integer(2, 9);
  const auto pad = [&](int64_t k) { return pick<int64_t>(random, {0, 0, k / 2, k / 2, k - 1, random.integer(0, 9)}); };
  op.pad_top = pad(kernel[0]), op.pad_bottom = pad(kernel[0]);
  op.pad_left = pad(kernel[1]), op.pad_right = pad(kernel[1]);
  x[0] = pick<int64_t>(random, {1, 1, 2, 3});
  x[1] = extent(random, (kernel[0] - 1) * op.dilation_h + 1, op.pad_top + op.pad_bottom);
  x[2] = extent(random, (kernel[1] - 1) * op.dilation_w + 1, op.pad_left + op.pad_right);
  op.activation = activation(random);
}

template <class Window>
std::string describe(const char* kind, const Window& op, const Layer& layer) {
  return fmt::format("{} {} by {} stride {} {} dilation {} {} padding {} {} {} {}", kind, to_string(layer.x),
                     to_string(layer.w), op.stride_h, op.stride_w, op.dilation_h, op.dilation_w, op.pad_top,
                     op.pad_left, op.pad_bottom, op.pad_right);
}

int64_t kernel_extent(Random& random) { return pick<int64_t>(random, {1, 1, 2, 3, 3, 3, 4, 5, 7}); }

Layer random_conv2d(Random& random) {
  auto op = std::make_unique<Conv2d>();
  Layer layer;
  op->groups = random.integer(0, 3) ? 1 : random.integer(2, 5);
  const int64_t depth = pick<int64_t>(random, {1, 2, 3, 3, 4, 8, 16, random.integer(1, 40)});
  const int64_t per_group = pick<int64_t>(random, {1, 8, 8, 16, 32, 64, random.integer(1, 150)});
  layer.w = {op->groups * per_group, kernel_extent(random), kernel_extent(random), depth};
  set_window(random, *op, layer.x, {layer.w[1], layer.w[2]});
  layer.x[3] = op->groups * depth;
  layer.terms = layer.w[1] * layer.w[2] * depth;
  layer.name = describe("conv2d", *op, layer);
  layer.op = std::move(op);
  return layer;
}

Layer random_depthwise(Random& random) {
  auto op = std::make_unique<DepthwiseConv2d>();
  Layer layer;
  layer.axis = 3;
  const int64_t channels = pick<int64_t>(random, {1, 4, 8, 16, 24, 32, 64, 128, random.integer(1, 140)});
  layer.w = {1, kernel_extent(random), kernel_extent(random),
             channels * pick<int64_t>(random, {1, 1, 1, 1, 2, 3, 4, 6})};
  const bool common = random.integer(0, 1) == 0;  // 3 x 3 and 5 x 5, stride 1 or 2, have kernels of their own
  const int64_t size = random.integer(0, 2) ? 3 : 5;
  if (common) layer.w = {1, size, size, channels};
  set_window(random, *op, layer.x, {layer.w[1], layer.w[2]});
  if (common) op->dilation_h = op->dilation_w = 1, op->stride_h = op->stride_w = random.integer(1, 2);
  layer.x[3] = channels;
  layer.terms = layer.w[1] * layer.w[2];
  layer.name = describe("depthwise_conv2d", *op, layer);
  layer.op = std::move(op);
  return layer;
}

Layer random_dense(Random& random) {
  auto op = std::make_unique<Dense>();
  op->activation = activation(random);
  Layer layer;
  layer.w = {random.integer(1, 200), random.integer(1, 300)};
  layer.x = {pick<int64_t>(random, {1, 1, random.integer(2, 60)}), layer.w[1]};
  layer.terms = layer.w[1];
  layer.name = fmt::format("dense {} by {}", to_string(layer.x), to_string(layer.w));
  layer.op = std::move(op);
  return layer;
}

Layer random_layer(Random& random) {
  const int kind = random.integer(0, 4);
  return kind < 2 ? random_conv2d(random) : kind < 4 ? random_depthwise(random) : random_dense(random);
}

// 2^x for some x, or a power of two itself.
float random_scale(Random& random, int lo, int hi) {
  if (random.integer(0, 3) == 0) return std::ldexp(1.0f, random.integer(lo, hi));
  return static_cast<float>(std::exp2(random.integer(1000 * lo, 1000 * hi) / 1000.0));
}

int32_t random_zero_point(Random& random) { return pick<int32_t>(random, {-128, 127, 0, random.integer(-128, 127)}); }

// Mostly of a sum's size; now and then beyond what vectors hold, but never so large that a sum leaves int32.
int32_t random_bias(Random& random, double sum) {
  const int kind = random.integer(0, 400);
  if (kind == 0) return random.integer(-2000000000, 2000000000);
  if (kind == 1) return (1 << 30) + random.integer(-100000000, 100000000);
  const int most = static_cast<int>(2 * sum);
  return random.integer(-most, most);
}

// Operands x, w and b (or none), and the encoding of the output such that most codes occur.
struct Data {
  std::vector<Operand> in;
  Encoding out;
};
Data random_data(Random& random, const Layer& layer) {
  const int64_t channels = layer.w[static_cast<size_t>(layer.axis)];
  const double sum = 5000 * std::sqrt(static_cast<double>(layer.terms));
  const Encoding x = s8(random_scale(random, -8, 2), random_zero_point(random));
  const float base = random_scale(random, -10, -2);
  const bool one = random.integer(0, 4) == 0;
  std::vector<float> scales;
  for (int64_t c = 0; c < (one ? 1 : channels); ++c)
    scales.push_back(base * random_scale(random, -2, 2) * (random.integer(0, 50) ? 1.0f : 1e-6f));
  const Encoding w = one ? s8(scales[0], 0) : Encoding::per_channel(DType::I8, layer.axis, scales);
  const int least = -pick<int>(random, {128, 127, 127, 3, 1});  // without -128 a single pixel may have other tiles
  const int most = std::min(-least, 127);
  Data data{{input(random.codes(layer.x), x), constant(random.codes(layer.w, least, most), w)},
            {}};
  if (random.integer(0, 4)) {
    Tensor bias(DType::I32, {channels});
    for (int32_t& b : bias.edit<int32_t>()) b = random_bias(random, sum * most / 127);
    data.in.push_back(
        constant(bias, Encoding::per_channel(DType::I32, 0, std::vector<float>(static_cast<size_t>(channels), 1))));
  }
  const auto spread = static_cast<float>(sum * most / 127 / 100);
  data.out = s8(x.scale[0] * base * spread * random_scale(random, -3, 3) * (random.integer(0, 30) ? 1.0f : 1e-5f),
                random_zero_point(random));
  return data;
}

// Codes q as q + 128, and back.
Tensor flipped(Tensor codes) {
  for (int8_t& q : codes.edit<int8_t>()) q = static_cast<int8_t>(q ^ -128);
  return codes;
}
std::vector<int> flipped(std::vector<int> codes, bool are) {
  if (are)
    for (int& q : codes) q = static_cast<int8_t>(q ^ -128);
  return codes;
}

void check(const Layer& layer, Random& random, unsigned seed) {
  const Data data = random_data(random, layer);
  const Arithmetic arithmetic = kIntegerArithmetics[random.integer(0, 3)];
  const auto types = layer.op->infer(infos(data.in));
  ASSERT_TRUE(types) << seed << ": " << layer.name << ": " << types.error().message();
  const TensorInfo y{"y", (*types)[0].shape, "", data.out, {}};
  const auto kernel_on = [&](Isa isa) { return *layer.op->prepare({infos(data.in), {&y}, arithmetic, isa}); };
  const Tensor& x = data.in[0].value;
  const std::vector<int> expected = guarded(kernel_on(Isa::Portable), x, count_of(y.shape));
  for (const Isa isa : fast_isas()) {
    const Kernel kernel = kernel_on(isa);
    const std::string where = fmt::format("case {}, {}, {}: {}", seed, name_of(isa), name_of(arithmetic), layer.name);
    ASSERT_EQ(guarded(kernel, x, count_of(y.shape)), expected) << where;
    const bool in = kernel.flip_in && random.integer(0, 3), out = kernel.flip_out && random.integer(0, 2);
    if (in) *kernel.flip_in = -128;
    if (out) *kernel.flip_out = -128;
    if (in || out)
      ASSERT_EQ(flipped(guarded(kernel, in ? flipped(x) : x, count_of(y.shape)), out), expected) << where << ", offset binary";
  }
}

TEST(RandomIntegers, EveryInstructionSetGivesTheBitsOfThePortableKernel) {
  const char* wanted = std::getenv("PARE_RANDOM_CASES");
  const unsigned cases = wanted ? static_cast<unsigned>(std::atoi(wanted)) : 1000;
  for (unsigned seed = 0; seed < cases && !HasFatalFailure(); ++seed) {
    Random random(seed);
    const Layer layer = random_layer(random);
    check(layer, random, seed);
  }
}

// Seldom drawn: tiles whose lanes are pixels read more of them than there are, and here might read them where they lie.
TEST(RandomIntegers, PointwiseLayersOfEightChannelsReadNothingBehindTheirInputs) {
  for (unsigned seed = 0; seed < 10 && !HasFatalFailure(); ++seed) {
    Random random(seed);
    Layer layer{.op = std::make_unique<Conv2d>(), .name = "conv2d of 8 by 8", .x = {2, 8, 23, 8}, .w = {8, 1, 1, 8}, .terms = 8};
    check(layer, random, seed);
  }
}

}  // namespace
}  // namespace pare
