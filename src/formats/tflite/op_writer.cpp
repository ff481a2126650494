#include "formats/tflite/op_writer.hpp"

#include <fmt/format.h>

#include "formats/tflite/tensors.hpp"
#include "formats/tflite/versions.hpp"

namespace pare::tflite {
namespace {

constexpr uint32_t kVersion = 3;
constexpr int64_t kMaxBytes = int64_t{1} << 30;
constexpr int kNarrowCodes = 126;  // the last operator code that the old field holds
constexpr auto kPlaceholder = static_cast<int8_t>(fb::BuiltinOperator::PLACEHOLDER_FOR_GREATER_OP_CODES);

std::unique_ptr<fb::TensorMapT> named(const fb::SubGraphT& graph, int32_t index) {
  auto entry = std::make_unique<fb::TensorMapT>();
  entry->name = graph.tensors[static_cast<size_t>(index)]->name;
  entry->tensor_index = static_cast<uint32_t>(index);
  return entry;
}

}  // namespace

FileBuilder::FileBuilder(const Model& model) : model_(model) {
  file_.version = kVersion;
  file_.description = "pare";
  file_.buffers.push_back(std::make_unique<fb::BufferT>());  // number 0 is empty: of computed tensors
  file_.subgraphs.push_back(std::make_unique<fb::SubGraphT>());
  graph_ = file_.subgraphs[0].get();
  graph_->name = model.name;
  for (const TensorInfo& tensor : model.tensors) names_.insert(tensor.name);
  for (const TensorId id : model.inputs) graph_->inputs.push_back(tensor(id));
}

FileId FileBuilder::tensor(TensorId id) {
  if (id == kNoTensor) return -1;
  const auto known = ids_.find(id);
  if (known != ids_.end()) return known->second;
  const TensorInfo& info = model_.tensor(id);
  const FileId made = add_tensor(info.name, info.shape, info.encoding, info.data);
  ids_[id] = made;
  return made;
}

FileId FileBuilder::operand(TensorId id) {
  if (id == kNoTensor || !model_.tensor(id).constant() || model_.tensor(id).encoding.type != DType::F16) return tensor(id);
  const auto known = widened_.find(id);
  if (known != widened_.end()) return known->second;
  const FileId half = tensor(id);
  const TensorInfo& info = model_.tensor(id);
  const FileId made = add_new(info.name + "/f32", info.shape, Encoding::plain(DType::F32), {});
  fb::BuiltinOptionsUnion options;
  options.Set(fb::DequantizeOptionsT{});
  add_operator(fb::BuiltinOperator::DEQUANTIZE, std::move(options), {half}, made);
  widened_[id] = made;
  return made;
}

FileId FileBuilder::add_new(const std::string& name, const Shape& shape, const Encoding& encoding, const Tensor& data) {
  return add_tensor(unused_name(name), shape, encoding, data);
}

FileId FileBuilder::add_tensor(const std::string& name, const Shape& shape, const Encoding& encoding, const Tensor& data) {
  auto table = std::make_unique<fb::TensorT>();
  table->name = name;
  table->shape.assign(shape.begin(), shape.end());
  table->type = *tensor_type_of(encoding.type);
  table->quantization = quantization_of(encoding);
  if (!data.empty()) table->buffer = add_buffer(data.data(), static_cast<size_t>(data.byte_count()));
  graph_->tensors.push_back(std::move(table));
  return static_cast<FileId>(graph_->tensors.size() - 1);
}

uint32_t FileBuilder::add_buffer(const std::byte* bytes, size_t count) {
  const std::string_view content(reinterpret_cast<const char*>(bytes), count);
  const auto known = buffers_.find(content);
  if (known != buffers_.end()) return known->second;
  auto buffer = std::make_unique<fb::BufferT>();
  buffer->data.assign(content.begin(), content.end());
  const auto index = static_cast<uint32_t>(file_.buffers.size());
  buffers_[{reinterpret_cast<const char*>(buffer->data.data()), count}] = index;
  buffer_bytes_ += static_cast<int64_t>(count);
  file_.buffers.push_back(std::move(buffer));
  return index;
}

void FileBuilder::add_operator(fb::BuiltinOperator code, fb::BuiltinOptionsUnion options, std::vector<FileId> in, FileId out) {
  auto table = std::make_unique<fb::OperatorT>();
  table->inputs = std::move(in);
  table->outputs = {out};
  table->builtin_options = std::move(options);
  table->opcode_index = operator_index(code, version_of(code, *table, *graph_));
  graph_->operators.push_back(std::move(table));
}

uint32_t FileBuilder::operator_index(fb::BuiltinOperator code, int32_t version) {
  auto& entries = file_.operator_codes;
  for (size_t i = 0; i < entries.size(); ++i)
    if (entries[i]->builtin_code == code && entries[i]->version == version) return static_cast<uint32_t>(i);
  auto entry = std::make_unique<fb::OperatorCodeT>();
  entry->builtin_code = code;
  const int number = static_cast<int>(code);
  entry->deprecated_builtin_code = number <= kNarrowCodes ? static_cast<int8_t>(number) : kPlaceholder;
  entry->version = version;
  entries.push_back(std::move(entry));
  return static_cast<uint32_t>(entries.size() - 1);
}

std::string FileBuilder::unused_name(const std::string& wanted) {
  std::string name = wanted;
  for (int i = 2; !names_.insert(name).second; ++i) name = fmt::format("{}#{}", wanted, i);
  return name;
}

void FileBuilder::add_signature() {
  auto signature = std::make_unique<fb::SignatureDefT>();
  signature->signature_key = "serving_default";
  for (const FileId id : graph_->inputs) signature->inputs.push_back(named(*graph_, id));
  for (const FileId id : graph_->outputs) signature->outputs.push_back(named(*graph_, id));
  file_.signature_defs.push_back(std::move(signature));
}

void FileBuilder::add_metadata(const std::string& name, std::string_view text) {
  auto entry = std::make_unique<fb::MetadataT>();
  entry->name = name;
  entry->buffer = add_buffer(reinterpret_cast<const std::byte*>(text.data()), text.size());
  file_.metadata.push_back(std::move(entry));
}

void FileBuilder::add_all_metadata() {
  for (const auto& [name, text] : model_.metadata)
    if (name.starts_with("pare.") && name != "pare.arithmetic") add_metadata(name, text);
  if (model_.quantized() && model_.arithmetic != Arithmetic::None)
    add_metadata("pare.arithmetic", pare::name_of(model_.arithmetic));
}

Result<std::vector<std::byte>> FileBuilder::finish() {
  for (const TensorId id : model_.outputs) graph_->outputs.push_back(tensor(id));
  add_signature();
  add_all_metadata();
  if (buffer_bytes_ > kMaxBytes)
    return Error{Code::Unsupported, "model", fmt::format("{} bytes of constants", buffer_bytes_), "at most 1 GiB", ""};
  flatbuffers::FlatBufferBuilder builder;
  fb::FinishModelBuffer(builder, fb::Model::Pack(builder, &file_));
  const auto* bytes = reinterpret_cast<const std::byte*>(builder.GetBufferPointer());
  return std::vector<std::byte>(bytes, bytes + builder.GetSize());
}

std::vector<FileId> OpWriter::operands() {
  std::vector<FileId> ids;
  for (const TensorId id : node_.in) ids.push_back(file_.operand(id));
  while (!ids.empty() && ids.back() == -1) ids.pop_back();
  return ids;
}

FileId OpWriter::constant(const std::string& suffix, const Tensor& data, const Encoding& encoding) {
  return file_.add_new(node_.name + "/" + suffix, data.shape(), encoding, data);
}

FileId OpWriter::numbers(const std::string& suffix, const std::vector<int64_t>& values) {
  return numbers(suffix, {static_cast<int64_t>(values.size())}, values);
}

FileId OpWriter::numbers(const std::string& suffix, const Shape& shape, const std::vector<int64_t>& values) {
  const std::vector<int32_t> narrow(values.begin(), values.end());
  return constant(suffix, Tensor::of(shape, narrow), Encoding::plain(DType::I32));
}

Result<FileId> OpWriter::real(const std::string& suffix, float value, const Encoding& like) {
  const Tensor number = Tensor::of(Shape{}, std::vector<float>{value});
  if (like.type == DType::F32) return constant(suffix, number, like);
  if (!like.affine())
    return unsupported(fmt::format("{} {} in a tensor of {}", suffix, value, to_string(like)), "f32, or codes with a scale");
  PARE_TRY(const Tensor code, quantize(number, like, Rounding::HalfAway));
  return constant(suffix, code, like);
}

FileId OpWriter::computed(const std::string& suffix, const Shape& shape, const Encoding& encoding) {
  return file_.add_new(node_.name + "/" + suffix, shape, encoding, {});
}

}  // namespace pare::tflite
