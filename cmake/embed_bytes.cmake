# cmake -DNAMES=a;b -DFILES=x;y -DOUTPUT=z.c -P embed_bytes.cmake: `const unsigned char a[]` with the file's bytes, and
# their number `a_size`.
set(text "#include <stddef.h>\n")
foreach(name file IN ZIP_LISTS NAMES FILES)
  file(READ "${file}" bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(APPEND text "extern const unsigned char ${name}[];\nextern const size_t ${name}_size;\n")
  string(APPEND text "const unsigned char ${name}[] = {${bytes}};\nconst size_t ${name}_size = sizeof(${name});\n")
endforeach()
file(WRITE "${OUTPUT}" "${text}")
