# -Wrestrict is off: g++ 12 reports it falsely on std::string (GCC bug 105329). With sanitizers -Wmaybe-uninitialized is,
# too: on std::regex.
# Warnings are errors; floating-point contraction is off because it changes rounding.
add_library(pare_warnings INTERFACE)
target_compile_options(pare_warnings INTERFACE -Wall -Wextra -Werror -ffp-contract=off
                       $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>
                       $<$<COMPILE_LANGUAGE:C>:-pedantic>)
if(PARE_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
                      $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-maybe-uninitialized>)
  add_link_options(-fsanitize=address,undefined)
endif()
