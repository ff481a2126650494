#include "onednn.hpp"

#ifdef PARE_ONEDNN
#include <fmt/format.h>

#include <dnnl.hpp>
#include <unordered_map>

namespace pare::bench_layers {
namespace {

using dnnl::memory;
using Type = memory::data_type;
using Any = memory::format_tag;

memory::desc any(const memory::dims& dims, Type type) { return {dims, type, Any::any}; }

dnnl::primitive_attr requantization(const Layer& layer) {
  dnnl::primitive_attr attributes;
  std::vector<float> scales;
  for (int64_t c = 0; c < layer.co; ++c) scales.push_back(0.0005f * static_cast<float>(1 + c % 5));
  attributes.set_output_scales(1 << 1, scales);
  return attributes;
}

dnnl::inner_product_forward::primitive_desc dense_of(const Layer& layer, const dnnl::engine& engine) {
  const dnnl::inner_product_forward::desc described(dnnl::prop_kind::forward_inference, any({1, layer.ci}, Type::u8),
                                                    any({layer.co, layer.ci}, Type::s8), any({layer.co}, Type::s32),
                                                    any({1, layer.co}, Type::u8));
  return {described, requantization(layer), engine};
}

dnnl::convolution_forward::primitive_desc convolution_of(const Layer& layer, const dnnl::engine& engine) {
  const memory::dims weights = layer.depthwise() ? memory::dims{layer.co, 1, 1, layer.kernel_h, layer.kernel_w}
                                                 : memory::dims{layer.co, layer.ci, layer.kernel_h, layer.kernel_w};
  const dnnl::convolution_forward::desc described(
      dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
      any({1, layer.ci, layer.h, layer.w}, Type::u8), any(weights, Type::s8), any({layer.co}, Type::s32),
      any({1, layer.co, layer.out_h(), layer.out_w()}, Type::u8), {layer.stride_h, layer.stride_w},
      {layer.dilation_h - 1, layer.dilation_w - 1}, {layer.pad_top, layer.pad_left},
      {layer.pad_bottom, layer.pad_right});
  return {described, requantization(layer), engine};
}

memory filled(const memory::desc& desc, const dnnl::engine& engine) {
  memory m(desc, engine);
  auto* bytes = static_cast<unsigned char*>(m.get_data_handle());
  for (size_t i = 0; i < desc.get_size(); ++i) bytes[i] = static_cast<unsigned char>(i * 37 % 101);
  return m;
}

template <class Primitive, class Description>
OneDnnLayer ready(const Description& description, const dnnl::engine& engine) {
  const std::unordered_map<int, memory> arguments = {{DNNL_ARG_SRC, filled(description.src_desc(), engine)},
                                                     {DNNL_ARG_WEIGHTS, filled(description.weights_desc(), engine)},
                                                     {DNNL_ARG_BIAS, filled(description.bias_desc(), engine)},
                                                     {DNNL_ARG_DST, filled(description.dst_desc(), engine)}};
  const Primitive primitive(description);
  const dnnl::stream stream(engine);
  const auto repeat = [=](int64_t repeats) mutable {
    for (int64_t i = 0; i < repeats; ++i) primitive.execute(stream, arguments);
  };
  return {repeat, description.impl_info_str()};
}

}  // namespace

std::optional<OneDnnLayer> onednn_layer(const Layer& layer) {
  try {
    const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    if (layer.dense()) return ready<dnnl::inner_product_forward>(dense_of(layer, engine), engine);
    return ready<dnnl::convolution_forward>(convolution_of(layer, engine), engine);
  } catch (const dnnl::error&) {
    return std::nullopt;
  }
}

std::string onednn_version() {
  const dnnl::version_t* v = dnnl::version();
  return fmt::format("{}.{}.{}", v->major, v->minor, v->patch);
}

}  // namespace pare::bench_layers
#else
namespace pare::bench_layers {

std::optional<OneDnnLayer> onednn_layer(const Layer&) { return std::nullopt; }
std::string onednn_version() { return ""; }

}  // namespace pare::bench_layers
#endif
