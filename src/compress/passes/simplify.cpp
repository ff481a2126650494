#include "pare/compress.hpp"

namespace pare {

Result<Model> simplify(const Model& model, bool nhwc_interface, Changes* changes) {
  PARE_TRY(const Model adjusted, adjust(model, nhwc_interface, changes));
  PARE_TRY(const Model folded, fold(adjusted, changes));
  PARE_TRY(const Model fused, fuse(folded, changes));
  PARE_TRY(verify(fused));
  return fused;
}

}  // namespace pare
