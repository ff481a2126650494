/* What every kernel is called with: void pare_<kernel>(const void* args, const pare_io* io). C99. */
#ifndef PARE_NUMERICS_IO_H
#define PARE_NUMERICS_IO_H

/* Functions of these headers have C linkage for C++ callers too. */
#ifdef __cplusplus
#define PARE_C extern "C"
#else
#define PARE_C extern
#endif

/* Pointers to the run-time operands (constants stand in the kernel's argument struct), outputs and scratch memory. */
typedef struct {
  const void* const* in;
  void* const* out;
  void* scratch;
} pare_io;

typedef void (*pare_kernel)(const void* args, const pare_io* io);

#endif
