// What an operator shows to the C emitter must be the members of the C struct, in the struct's order: the headers are
// read here as text and compared.
#include <fstream>
#include <functional>
#include <regex>
#include <sstream>

#include "ops/binary/binary.hpp"
#include "ops/conv2d/conv2d.hpp"
#include "ops/dense/dense.hpp"
#include "ops/depthwise_conv2d/depthwise_conv2d.hpp"
#include "ops/move/move.hpp"
#include "ops/op_test.hpp"
#include "ops/pool2d/pool2d.hpp"
#include "ops/quantize/quantize.hpp"
#include "ops/reduce/reduce.hpp"
#include "ops/softmax/softmax.hpp"
#include "ops/unary/unary.hpp"

namespace pare {
namespace {

using namespace test;

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return std::regex_replace(text.str(), std::regex(R"(/\*[^]*?\*/)"), "");
}

// Names of the members of `typedef struct { ... } type;`.
std::vector<std::string> members(const std::string& header, const std::string& type) {
  std::smatch body;
  const std::string text = text_of(PARE_SOURCE_DIR "/src/" + header + ".h");
  if (!std::regex_search(text, body, std::regex(R"(typedef struct \{([^}]*)\} )" + type + ";"))) return {};
  std::vector<std::string> names;
  const std::string inner = body[1];
  const std::regex name(R"((\w+)(\[\w+\])?\s*[,;])");
  for (std::sregex_iterator i(inner.begin(), inner.end(), name), end; i != end; ++i) names.push_back((*i)[1]);
  return names;
}

// Collects what is shown, nested structs by their name alone.
class Shown final : public ArgVisitor {
 public:
  void number(const char* name, int64_t) override { add(name); }
  void real(const char* name, double) override { add(name); }
  void array(const char* name, std::span<const int8_t>) override { add(name); }
  void array(const char* name, std::span<const int32_t>) override { add(name); }
  void array(const char* name, std::span<const int64_t>) override { add(name); }
  void array(const char* name, std::span<const float>) override { add(name); }
  void inline_array(const char* name, std::span<const int32_t>) override { add(name); }
  void begin(const char* name) override {
    add(name);
    ++depth_;
  }
  void end() override { --depth_; }
  std::vector<std::string> names, nested;

 private:
  void add(const char* name) { (depth_ == 0 ? names : nested).push_back(name); }
  int depth_ = 0;
};

const Encoding kSoftmaxOut = s8(1.0f / 256, -128);
const Encoding kE = s8(0.5f, 0);

Tensor ones(Shape shape) {
  Tensor t(DType::I8, std::move(shape));
  for (int8_t& q : t.edit<int8_t>()) q = 1;
  return t;
}

Operand codes_of(Shape shape) { return input(ones(std::move(shape)), kE); }
Operand weights(Shape shape) { return constant(ones(std::move(shape)), Encoding::per_tensor(DType::I8, 0.5f, 0, true)); }

struct Row {
  const char* name;
  std::shared_ptr<Op> op;
  std::vector<Operand> in;
  Encoding out = kE;
};

template <class T>
std::shared_ptr<Op> with(T op, const std::function<void(T&)>& set) {
  set(op);
  return op.clone();
}

std::vector<Row> rows() {
  const Operand x = codes_of({1, 2, 2, 2}), real = input(Tensor(DType::F32, {2}));
  return {
      {"conv2d", Conv2d().clone(), {x, weights({1, 1, 1, 2})}},
      {"depthwise_conv2d", DepthwiseConv2d().clone(), {x, weights({1, 1, 1, 4})}},
      {"dense", Dense().clone(), {x, weights({3, 8})}},
      {"add", Binary(Binary::Kind::Add).clone(), {x, x}},
      {"add a constant", Binary(Binary::Kind::Add).clone(), {x, weights({2})}},
      {"mul", Binary(Binary::Kind::Mul).clone(), {x, x}},
      {"max_pool2d", Pool2d(Pool2d::Kind::Max).clone(), {x}},
      {"average_pool2d", Pool2d(Pool2d::Kind::Average).clone(), {x}},
      {"mean", with<Mean>({}, [](Mean& op) { op.axes = {1, 2}; }), {x}},
      {"softmax", with<Softmax>({}, [](Softmax& op) { op.axis = 3; }), {x}, kSoftmaxOut},
      {"relu", Unary(Unary::Kind::Relu).clone(), {x}},
      {"quantize", Quantize().clone(), {real}},
      {"requantize", Quantize().clone(), {x}},
      {"dequantize", Dequantize().clone(), {x}, Encoding::plain(DType::F32)},
      {"reshape", with<Reshape>({}, [](Reshape& op) { op.shape = {8}; }), {x}},
      {"transpose", with<Transpose>({}, [](Transpose& op) { op.perm = {0, 3, 1, 2}; }), {x}},
      {"slice", with<Slice>({}, [](Slice& op) { op.begin = {0, 0, 0, 0}, op.size = op.step = {1, 1, 1, 1}; }), {x}},
      {"pad", with<Pad>({}, [](Pad& op) { op.before = op.after = {0, 1, 1, 0}; }), {x}},
      {"concat", Concat().clone(), {x, x}},
  };
}

TEST(Arguments, AreTheMembersOfTheStructInOrder) {
  for (const Row& row : rows())
    for (const Arithmetic arithmetic : {Arithmetic::Tflm, Arithmetic::Litert}) {
      const Ran result = ran(*row.op, row.in, {.out = row.out, .arithmetic = arithmetic});
      const CCall& c = result.kernel.c;
      ASSERT_FALSE(c.function.empty()) << row.name;
      Shown shown;
      c.visit(shown);
      EXPECT_EQ(shown.names, members(c.source, c.args_type)) << row.name;
      for (const std::string& nested : shown.nested) EXPECT_FALSE(nested.empty());
    }
}

TEST(Arguments, TheSourceHoldsTheFunction) {
  for (const Row& row : rows()) {
    const CCall c = ran(*row.op, row.in, {.out = row.out, .arithmetic = Arithmetic::Tflm}).kernel.c;
    EXPECT_NE(text_of(PARE_SOURCE_DIR "/src/" + c.source + ".c").find("void " + c.function + "("), std::string::npos) << row.name;
  }
}

TEST(Arguments, ARequantizationIsShownWhole) {
  const Row conv = rows()[0];
  Shown shown;
  ran(*conv.op, conv.in, {.out = conv.out, .arithmetic = Arithmetic::Tflm}).kernel.c.visit(shown);
  EXPECT_EQ(shown.nested, members("numerics/requantize", "pare_requantize_args"));
}

}  // namespace
}  // namespace pare
