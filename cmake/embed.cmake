# cmake -DSOURCES=a;b -DOUTPUT=x.cpp -P embed.cmake: a table of the files' names and texts.
set(text "#include \"emit/c/sources.hpp\"\n\nnamespace pare {\nnamespace {\nconst CSource kSources[] = {\n")
foreach(source IN LISTS SOURCES)
  get_filename_component(name "${source}" NAME)
  file(READ "${source}" content)
  string(APPEND text "{\"${name}\", R\"~text~(${content})~text~\"},\n")
endforeach()
string(APPEND text "};\n}  // namespace\n\nstd::span<const CSource> c_sources() { return kSources; }\n\n}  // namespace pare\n")
file(WRITE "${OUTPUT}" "${text}")
